"""Painters, as REST calls."""

from impasto.studio.feature import Feature
from impasto.studio.painters import routes

__all__ = ["FEATURE"]

FEATURE = Feature("painters", (routes.router,))
