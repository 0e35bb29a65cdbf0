"""Pages from templates: one base with the navigation, one style sheet, small modules of JavaScript.

There is no htmx here, though it was considered: what the pages change while they are open comes as JSON over
server-sent events, and is put in place by a few short functions, while htmx would want it as pieces of HTML; and its
inline styles and evaluated attributes would have to be switched off one by one for a strict content security policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from impasto import __version__
from impasto.pages.colours import COLOURS
from impasto.studio import language
from impasto.studio.feature import Link, features
from impasto.studio.painters.shelf import title_of
from impasto.studio.sentences import fact, translated

__all__ = ["STATIC", "navigation", "page", "rendered"]

STATIC = Path(__file__).parent / "static"


@cache
def navigation() -> Sequence[Link]:
    """The entries of the navigation: those of all features that are there, in order."""
    return sorted((link for feature in features() for link in feature.links), key=lambda link: link.order)


def rendered(template: str, **values: Any) -> str:
    """A page or a piece of one, as HTML.

    Args:
        template: File in `templates/`.
        **values: What the template shows; texts in them are escaped.
    """
    return _environment().get_template(template).render(**values)


def page(template: str, **values: Any) -> HTMLResponse:
    """A page as an answer, in the language of the request; see `rendered`."""
    return HTMLResponse(rendered(template, **values), headers={"vary": "accept-language, cookie"})


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(navigation=navigation, version=__version__, colours=COLOURS, title_of=title_of)
    environment.globals.update(
        _=language.marked,
        term=language.term,
        counted=language.counted,
        translated=translated,
        fact=fact,
        sentence=language.sentence,
        languages=language.LANGUAGES,
        language=lambda: language.visit().language,
        address=lambda: language.visit().address,
    )
    return environment
