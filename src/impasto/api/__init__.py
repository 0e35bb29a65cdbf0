"""The verbs, prepare to compare; the command line has the same words.

Imports that take long stay inside the functions, so that `import impasto.api` is quick.
"""

from impasto.api.editing import edit
from impasto.api.exporting import average, export
from impasto.api.loading import PAINTER, load_painter
from impasto.api.measuring import compare, measure
from impasto.api.painting import paint
from impasto.api.repainting import repaint
from impasto.api.stores import inspect, make, prepare
from impasto.api.training import train

__all__ = [
    "PAINTER",
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
