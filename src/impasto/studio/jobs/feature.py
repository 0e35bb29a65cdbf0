"""Jobs: their queue as REST calls and as a page."""

from impasto.studio.feature import Feature, Link
from impasto.studio.jobs import pages, routes

__all__ = ["FEATURE"]

FEATURE = Feature("jobs", (routes.router, pages.router), (Link("Jobs", "/jobs", 80),))
