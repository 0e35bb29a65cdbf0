"""The show: a page over what the gallery and the jobs have."""

from impasto.studio.feature import Feature, Link
from impasto.studio.show import pages, routes

__all__ = ["FEATURE"]

FEATURE = Feature("show", (pages.router, routes.router), (Link("Show", "/show", 75),))
