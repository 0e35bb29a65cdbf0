"""A shelf of prompts that people keep."""
