"""What mkdocs needs to know of impasto: pages made from the program itself, and links that leave the site."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from impasto.api.explaining import Explanation
    from impasto.config import Setting

LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")
"""A link of Markdown: its text, its target and its anchor."""
OUTSIDE = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//[^"' >]+""")
"""A tag that makes a browser fetch something from elsewhere."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the program."""
    from mkdocs.structure.files import File

    from impasto.spelling import command_line

    with command_line():
        for name, content in _generated().items():
            files.append(File.generated(config, name, content=content()))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leave only the text of links to files outside docs/: they are for readers of the repository."""
    docs = Path(config.docs_dir).resolve()
    folder = (docs / page.file.src_uri).parent

    def kept(link: re.Match[str]) -> str:
        text, target, _ = link.groups()
        inside = re.match(r"[a-z]+:", target) or (folder / target).resolve().is_relative_to(docs)
        return link[0] if inside else text

    return LINK.sub(kept, markdown)


def on_post_build(*, config: MkDocsConfig) -> None:
    """Refuse a site that would fetch anything from another server.

    Raises:
        PluginError: With the first page and tag that would.
    """
    from mkdocs.exceptions import PluginError

    for page in sorted(Path(config.site_dir).rglob("*.html")):
        tag = OUTSIDE.search(page.read_text(encoding="utf8"))
        if tag:
            raise PluginError(f"{page} fetches something from another server: {tag[0]}")


def _generated() -> dict[str, Callable[[], str]]:
    """Pages made from the program: path below docs/ → its content."""
    from impasto.api import explainable

    names = [
        name for kind, many in explainable().items() if kind in ("painters", "judges", "settings") for name in many
    ]
    pages: dict[str, Callable[[], str]] = {
        "reference/commands.md": _commands,
        "reference/settings.md": lambda: _settings_index(names),
    }
    for name in names:
        pages[f"reference/settings/{name}.md"] = lambda name=name: _settings(name)
    return pages


def _commands() -> str:
    """The command line, as Typer documents it."""
    import typer.cli

    from impasto.cli.app import app

    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        command = typer.main.get_command(app)
        context = command.context_class(command, info_name="impasto")
        text = typer.cli.get_docs_for_click(obj=command, ctx=context, name="impasto", title="Command line")
    return html.unescape(text)


def _settings_index(names: list[str]) -> str:
    from impasto.api import explain

    lines = ["# Settings", "", "Given with `--set NAME=VALUE`; `impasto explain NAME` prints the same pages.", ""]
    lines += ["| of | |", "|---|---|"]
    lines += [f"| [{name}](settings/{name}.md) | {_cell(explain(name).summary)} |" for name in names]
    return "\n".join(lines)


def _settings(name: str) -> str:
    """What `impasto explain` says, as a page."""
    from impasto.api import explain

    explanation = explain(name)
    lines = [f"# {explanation.name}", "", f"{explanation.summary[0].upper()}{explanation.summary[1:]}."]
    if explanation.source:
        lines += ["", f"Source: {explanation.source} ({explanation.year})."]
    if explanation.facts:
        lines += [
            "",
            "| | |",
            "|---|---|",
            *(f"| {label} | {_cell(text)} |" for label, text in explanation.facts.items()),
        ]
    for group, settings in explanation.settings.items():
        lines += ["", f"## {_title(group, explanation)}", "", *_table(settings)]
    if explanation.presets:
        lines += ["", "## Presets", "", "| preset | changes |", "|---|---|"]
        for preset, values in explanation.presets.items():
            changes = ", ".join(f"`{key}={value}`" for key, value in values.items())
            lines.append(f"| `{preset}` | {changes or 'nothing: the defaults'} |")
    if explanation.companions:
        lines += ["", "## Files beside each picture", "", "| `--also` | what it is |", "|---|---|"]
        lines += [f"| `{ending}` | {_cell(text)} |" for ending, text in explanation.companions.items()]
    if explanation.examples:
        lines += ["", "## Examples", "", "```", *explanation.examples, "```"]
    return "\n".join(lines) + "\n"


def _title(group: str, explanation: Explanation) -> str:
    if group in ("training", "painting"):
        return f"Settings of {group}"
    return (
        f"Section `{group}`" if group else ("At the top of the file" if len(explanation.settings) > 1 else "Settings")
    )


def _table(settings: Any) -> Iterator[str]:
    """The settings of a group, a row each."""
    if not settings:
        yield "None."
        return
    yield from ("| setting | values | default | meaning |", "|---|---|---|---|")
    for name, setting in settings.items():
        yield f"| `{name}` | {_cell(setting.values)} | {_default(setting)} | {_cell(setting.description)} |"


def _default(setting: Setting) -> str:
    from impasto.api.explanation_text import value_text

    if setting.required:
        return "must be given"
    return "" if "section" in setting.values else f"`{value_text(setting.default)}`".replace("|", "\\|")


def _cell(text: str) -> str:
    """A text as the cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
