"""Comparing runs: their numbers with intervals and floors, their samples, and what they cost."""
