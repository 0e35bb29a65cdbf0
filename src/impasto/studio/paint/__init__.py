"""Painting: the page, and the REST call behind it."""
