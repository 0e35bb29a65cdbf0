"""Painters that put down one part of a picture after the other, each given those before it."""
