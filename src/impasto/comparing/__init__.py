"""Comparing: several painters on the same pictures and terms, trained, measured and shown side by side."""
