"""Comparing runs: a page, and REST calls."""

from impasto.studio.comparing import experiment_routes, pages, routes
from impasto.studio.feature import Feature, Link

__all__ = ["FEATURE"]

FEATURE = Feature(
    "comparing", (pages.router, routes.router, experiment_routes.router), (Link("Compare", "/compare", 60),)
)
"""Its calls come before those of training, so that no run's name hides them."""
