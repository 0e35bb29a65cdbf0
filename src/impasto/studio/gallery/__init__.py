"""The gallery: every picture that was painted, found by its recipe, and what people say about it."""
