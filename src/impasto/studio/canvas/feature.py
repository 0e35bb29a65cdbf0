"""The canvas: its pages and its REST calls."""

from impasto.studio.canvas import pages, routes
from impasto.studio.feature import Feature, Link

__all__ = ["FEATURE"]

FEATURE = Feature("canvas", (routes.router, pages.router), (Link("Canvas", "/canvas", 20),))
