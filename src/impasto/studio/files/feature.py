"""Files that requests name."""

from impasto.studio.feature import Feature
from impasto.studio.files import model_routes, routes
from impasto.studio.uploads import LIMIT

__all__ = ["FEATURE"]

FEATURE = Feature("files", (routes.router, model_routes.router), body_limits={"/api/files": LIMIT})
