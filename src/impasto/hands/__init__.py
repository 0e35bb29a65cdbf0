"""Hands: their bones and joints, poses, faults that no hand has, how they look from a side, and maps of their pose."""
