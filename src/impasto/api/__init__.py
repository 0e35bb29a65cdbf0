"""The verbs, prepare to compare; the command line has the same words.

Imports that take long stay inside the functions, so that `import impasto.api` is quick.
"""

from impasto.api.editing import Edited, edit
from impasto.api.exporting import average, export
from impasto.api.loading import PAINTER, load_painter
from impasto.api.measuring import compare, measure
from impasto.api.painting import Gallery, paint
from impasto.api.repainting import Repainted, repaint
from impasto.api.stores import inspect, make, prepare
from impasto.api.training import train

__all__ = [
    "PAINTER",
    "Edited",
    "Gallery",
    "Repainted",
    "average",
    "compare",
    "edit",
    "export",
    "inspect",
    "load_painter",
    "make",
    "measure",
    "paint",
    "prepare",
    "repaint",
    "train",
]
