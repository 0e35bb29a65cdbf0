"""Data: pages, and REST calls."""

from impasto.studio.data import caption_routes, pages, routes
from impasto.studio.data.receiving import MOST_UPLOAD
from impasto.studio.feature import Feature, Link

__all__ = ["FEATURE"]

FEATURE = Feature(
    "data",
    (pages.router, routes.router, caption_routes.router),
    (Link("Data", "/data", 40),),
    body_limits={"/api/uploads/": MOST_UPLOAD},
)
