"""Painters trained against a discriminator."""
