"""What painters have learned, shown to people."""
