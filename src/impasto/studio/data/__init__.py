"""Data: stores of pictures, their reports, and pictures that are imported into new ones."""
