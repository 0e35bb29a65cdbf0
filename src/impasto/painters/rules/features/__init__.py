"""Pictures that are changed until a frozen network sees in them what it is to see."""
