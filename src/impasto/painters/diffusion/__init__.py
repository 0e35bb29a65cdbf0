"""Painters that remove noise."""
