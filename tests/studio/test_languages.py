"""The languages of the pages: no text outside of the catalogues, none missing in them, and none left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes
from studio_service import Service

import impasto.studio
from impasto.files import read_json
from impasto.studio.language import LANGUAGES, preferred

PACKAGE = Path(impasto.studio.__file__).parent
TEMPLATES = sorted((PACKAGE / "templates").glob("*.html"))
SCRIPTS = sorted((PACKAGE / "static").rglob("*.js"))
SHOWN = ("alt", "aria-label", "data-sure", "placeholder", "title")
"""Attributes that people read or hear."""
SAME = {"px", "impasto", "tiny", "small", "base", "PNG", "paintings-64"}
SAME |= {"Esc", "Delete", "Ctrl", "Shift", "Enter", *"BCEFHLTUZ"}
"""Words that are the same in all languages: names, keys and units."""
CALL = re.compile(r'\b(text|counted)\((?:[\w.]+, )?"((?:[^"\\]|\\.)*)"(?:, "((?:[^"\\]|\\.)*)")?')
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
PLAIN = re.compile(r"\b[A-Z][a-z]+( |$)|[a-z]+ [a-z]+ [a-z]+")
"""What looks like a text for people."""
WRITTEN = {"Negative prompt:", "Negative prompt", "Seed"}
"""What other tools write into their files."""
NO_TEXT = re.compile(
    r"Arrow|^(Enter|Escape|Delete|Files|Tab)$|^M?[\w-]+(\.|/|:)|[{}<>=#\[\]]|^(multipart|input|button|select)\b"
)


def of_templates() -> Iterator[str]:
    for file in TEMPLATES:
        for call in jinja2.Environment().parse(file.read_text("utf8")).find_all(nodes.Call):
            name = getattr(call.node, "name", "")
            if name in ("_", "counted"):
                texts = [one.value for one in call.args if isinstance(one, nodes.Const)]
                assert len(texts) == (1 if name == "_" else 2), f"{file.name}: {name} takes texts, not variables"
                yield from texts


def of_scripts() -> Iterator[str]:
    for file in SCRIPTS:
        for _, one, many in CALL.findall(file.read_text("utf8")):
            yield from filter(None, (one, many))


def of_modules() -> Iterator[str]:
    for file in PACKAGE.rglob("*.py"):
        if "impasto.studio.language" not in file.read_text("utf8") and file.name not in ("feature.py", "language.py"):
            continue  # Another function of that name, such as SQLAlchemy's.
        for call in ast.walk(ast.parse(file.read_text("utf8"))):
            name = getattr(call.func, "id", getattr(call.func, "attr", "")) if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name in ("text", "counted", "Link"):
                yield from (
                    a.value for a in call.args[:2] if isinstance(a, ast.Constant) and not str(a.value).startswith("/")
                )


def catalogue(language: str) -> dict[str, dict[str, str]]:
    return read_json(PACKAGE / "static" / "languages" / f"{language}.json")


@pytest.mark.parametrize("language", list(LANGUAGES)[1:])
def test_a_catalogue_has_every_text_of_the_pages_with_its_values(language: str) -> None:
    texts = catalogue(language)["texts"]
    used = {*of_templates(), *of_scripts(), *of_modules()}
    assert len(used) > 400
    assert (used - texts.keys(), texts.keys() - used) == (set(), set())
    for english, translated in {**texts, **catalogue(language)["terms"]}.items():
        assert translated.strip(), english
        for part in (r"\{\w+\}", r"<[^>]+>"):
            # The number of one thing is a word in English, and may be a digit elsewhere.
            assert sorted(re.findall(part, english)) == sorted(re.findall(part, translated)), english
        assert '"' not in re.sub(r"<[^>]+>", "", translated), f"{english}: it may stand in an attribute"


class Words(HTMLParser):
    """Texts and readable attributes of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += [value or "" for name, value in attrs if name in SHOWN]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_no_template_and_no_script_holds_text_outside_of_the_catalogues() -> None:
    for file in TEMPLATES:
        page = Words()
        page.feed(re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", file.read_text("utf8"), flags=re.DOTALL))
        words = {word for shown in page.words for word in re.findall(r"[A-Za-z][\w-]*", shown)}
        assert words <= SAME, f"{file.name} shows {sorted(words - SAME)}"
    for file in SCRIPTS:
        code = re.sub(r"/\*.*?\*/|(?<![:\w\"])//[^\n]*", "", file.read_text("utf8"), flags=re.DOTALL)
        for plain, template in STRING.findall(CALL.sub("text(", code)):
            literal = plain or re.sub(r"\$\{.*?\}", "", template)
            if literal not in WRITTEN and literal not in catalogue("zh")["terms"]:
                assert not PLAIN.search(literal) or NO_TEXT.search(literal), f"{file.name} shows {literal!r}"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, en;q=0.7, zh;q=0.2", "en"),
        ("zh;q=0.3,en", "en"),
        ("x;q=y", "en"),
    ],
)
def test_the_first_language_that_there_is(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_a_browser_keeps_the_language_that_was_chosen(service: Service) -> None:
    def page(path: str, **headers: str) -> str:
        named = {"accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return service.request("GET", path, headers=named)[2].decode()

    assert '<html lang="en">' in page("/gallery")
    chinese = page("/gallery?words=boat", accept_language="zh-CN,zh;q=0.9")
    assert '<html lang="zh">' in chinese
    assert "画廊" in chinese
    assert 'value="/gallery?words=boat"' in chinese
    form = {"content-type": "application/x-www-form-urlencoded"}
    status, headers, _ = service.request("POST", "/language", b"language=zh&page=%2Fjobs", form)
    assert (status, headers["location"]) == (303, "/jobs")
    cookie = headers["set-cookie"].partition(";")[0]
    assert "任务" in page("/jobs", cookie=cookie, accept_language="en")
    assert service.request("POST", "/language", b"language=xx&page=%2F", form)[0] == 422
    for elsewhere in (b"%2F%2Fother.example", b"https:%2F%2Fother.example", b"%2F%5Cother.example"):
        answer = service.request("POST", "/language", b"language=en&page=" + elsewhere, form)
        assert answer[1]["location"] == "/"


def test_what_users_write_is_escaped_in_every_language(service: Service) -> None:
    answer = service.request("GET", "/?painter=<b>x</b>", headers={"accept": "text/html", "accept-language": "zh"})[2]
    assert b"<b>x" not in answer
    assert b"&lt;b&gt;x" in answer
