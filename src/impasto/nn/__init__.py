"""Blocks and networks that several packages of `impasto` share."""
