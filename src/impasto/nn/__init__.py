"""Blocks and networks that two or more rooms of the house share unchanged."""
