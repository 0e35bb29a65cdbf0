"""The gallery: its page and its REST calls."""

from impasto.studio.feature import Feature, Link
from impasto.studio.gallery import pages, routes, state

__all__ = ["FEATURE"]

FEATURE = Feature("gallery", (routes.router, pages.router), (Link("Gallery", "/gallery", 30),), started=state.begin)
