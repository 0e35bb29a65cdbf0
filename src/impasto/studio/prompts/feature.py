"""The shelf of prompts: REST calls that the Paint page makes."""

from impasto.studio.feature import Feature
from impasto.studio.prompts import routes

__all__ = ["FEATURE"]

FEATURE = Feature("prompts", (routes.router,))
