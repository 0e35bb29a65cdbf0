"""Long work shared among processes, with progress, that can be resumed after an interruption."""
