"""Painters trained by a bound on the likelihood."""
