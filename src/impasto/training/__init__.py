"""One loop that trains every painter."""
