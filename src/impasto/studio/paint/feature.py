"""Painting: a page, and REST calls."""

from impasto.studio.feature import Feature, Link
from impasto.studio.paint import pages, routes

__all__ = ["FEATURE"]

FEATURE = Feature("paint", (pages.router, routes.router), (Link("Paint", "/", 10),))
