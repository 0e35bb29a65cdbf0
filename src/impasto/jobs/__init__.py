"""Long work shared among processes, with progress, that can be taken up again."""
