"""Training: a page to begin one, a page of each run while it learns, and REST calls."""
