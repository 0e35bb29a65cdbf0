"""Painters that learn what people prefer."""
