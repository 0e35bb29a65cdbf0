"""The gallery: its page and its REST calls."""

from impasto.studio.feature import Feature, Link
from impasto.studio.gallery import routes, state

__all__ = ["FEATURE"]

FEATURE = Feature("gallery", (routes.router,), (Link("Gallery", "/gallery", 30),), started=state.begin)
