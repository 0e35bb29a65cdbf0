"""Judges: learners that look at pictures and do not paint, one file for each."""
