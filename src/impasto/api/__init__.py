"""The verbs, prepare to compare; the command line has the same words.

Imports that take long stay inside the functions, so that `import impasto.api` is quick.
"""

from impasto.api.editing import Edited, edit
from impasto.api.editing_film import EditedFilm, edit_film
from impasto.api.editing_folder import EditedFolder, edit_folder
from impasto.api.explaining import Explanation, explain, explainable
from impasto.api.exporting import average, export
from impasto.api.fetching import fetch
from impasto.api.gallery import Gallery
from impasto.api.grid_painting import Grid, grid
from impasto.api.guiding import guide
from impasto.api.lightening import Lightened, lighten
from impasto.api.loaded import LoadedPainter, open  # noqa: A004 - as `Store.open`
from impasto.api.loading import load_painter
from impasto.api.measuring import compare, measure
from impasto.api.measuring_edits import measure_edit
from impasto.api.painting import paint
from impasto.api.pictures import Picture, Pictures
from impasto.api.preferring import Preferred, prefer
from impasto.api.repainting import Repainted, repaint
from impasto.api.showing import ShownBlends, ShownFeatures, show_blends, show_features, show_feeling
from impasto.api.showing_latents import show_latents, show_walk
from impasto.api.stores import caption, inspect, join, link, make, prepare
from impasto.api.training import train

__all__ = [
    "Edited",
    "EditedFilm",
    "EditedFolder",
    "Explanation",
    "Gallery",
    "Grid",
    "Lightened",
    "Preferred",
    "LoadedPainter",
    "Picture",
    "Pictures",
    "Repainted",
    "ShownBlends",
    "ShownFeatures",
    "average",
    "caption",
    "compare",
    "edit",
    "edit_film",
    "edit_folder",
    "explain",
    "explainable",
    "export",
    "fetch",
    "grid",
    "guide",
    "inspect",
    "join",
    "link",
    "lighten",
    "load_painter",
    "make",
    "measure",
    "measure_edit",
    "open",
    "paint",
    "prefer",
    "prepare",
    "repaint",
    "show_blends",
    "show_features",
    "show_feeling",
    "show_latents",
    "show_walk",
    "train",
]
