"""Landscapes painted by rules: pictures that the package can make by itself."""
