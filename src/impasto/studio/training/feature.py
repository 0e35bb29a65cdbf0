"""Training: pages, and REST calls."""

from impasto.studio.feature import Feature, Link
from impasto.studio.training import pages, routes

__all__ = ["FEATURE"]

FEATURE = Feature("training", (pages.router, routes.router), (Link("Train", "/train", 50),))
