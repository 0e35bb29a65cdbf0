"""What was painted, measured."""
