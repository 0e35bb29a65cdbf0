"""Pictures as files and as numbers: read, framed, written with their recipe."""
