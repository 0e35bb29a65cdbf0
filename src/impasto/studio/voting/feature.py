"""The vote: its pages and its REST calls."""

from impasto.studio.feature import Feature, Link
from impasto.studio.voting import learning, pages, routes

__all__ = ["FEATURE"]

FEATURE = Feature("voting", (routes.router, learning.router, pages.router), (Link("Vote", "/vote", 70),))
