"""Painters that give a picture another style in one pass of a network, whatever the style."""
