"""Painters of clips."""
