"""Painters by rules: they learn nothing and paint at once."""
