"""Jobs: commands of the command line, each in a process of its own, in a queue that outlives the service."""
