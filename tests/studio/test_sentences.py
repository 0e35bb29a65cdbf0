"""Sentences that are written in English elsewhere have translations that fit them, and no translation is left over."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from studio_service import Service

import impasto
from impasto import catalogue
from impasto.api.explaining import explain
from impasto.errors import ConfigError
from impasto.files import read_json
from impasto.spelling import command_line
from impasto.studio.language import LANGUAGES, Visit, _visit
from impasto.studio.sentences import PLACE, clauses, fact, translated

PACKAGE = Path(impasto.__file__).parent
STUDIO = PACKAGE / "studio"
VERDICTS = [
    PACKAGE / file
    for file in (
        *("errors.py", "devices.py", "memory.py", "files.py", "votes/bradley_terry.py"),
        *sorted((PACKAGE / "training").glob("*.py")),
    )
]
JOBS = [
    file
    for pattern in (
        *("mixtures.py", "texts.py", "config.py", "hub.py", "images/size.py", "contract/condition_checks.py"),
        *(
            "contract/construction.py",
            "contract/learner.py",
            "contract/painter.py",
            "editing/*.py",
            "metrics/measure.py",
        ),
        *(f"api/{name}.py" for name in ("axes", "checks", "editing", "inputs", "loading", "performing", "prompts")),
        *(
            "api/request.py",
            *(f"data/{name}.py" for name in ("folder", "metadata", "prepare", "selecting", "splitting")),
        ),
        *(f"painters/hub/{name}.py" for name in ("control", "ip_adapter", "lora_files", "pipeline")),
        *(f"painters/{name}.py" for name in ("guidance", "words", "rules/deep_dream", "rules/neural_style")),
        *("painters/rules/painting_fool.py", "preference/direct.py", "preference/pair_store.py"),
    )
    for file in sorted(PACKAGE.glob(pattern))
]
"""Modules with errors that jobs of the studio often end with: of requests, edits, data and models of others."""
ERRORS = {"UsageError", "Problem", "ImpastoError", "NotCapable", "StoreError", "OutOfMemory", "CheckpointError"}
ERRORS |= {"ConfigError", "DataError"}
OTHERS = re.compile(
    r"input should be .*|(string|tuple) should have .*|(whole )?number( .*)?|list of up to .*|\{0\}: (.*; allowed: .*|"
    r"\{1\} = .*|unknown setting .*|\{1\} must be given\.)|name a painter that was trained with words: \{0\}\."
)
"""What errors of settings are put together from, in part by pydantic, so that no module holds it whole."""
SUGGESTED = [".", "; did you mean {}?"]
"""How `suggestion` ends a sentence."""
SHORT = 24
"""Letters of templates such as '{0} steps', which cannot be looked for in the program."""
SLACK = 0.05
"""Share of texts that may wait for their translation, so that a new painter or edit stays one file."""


def templates(message: ast.expr) -> list[str]:
    """The texts that an expression of a message may give, with {} in the places of values."""
    match message:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            parts = [[part.value] if isinstance(part, ast.Constant) else places(part) for part in values]
            return ["".join(map(str, one)) for one in itertools.product(*parts)]
        case ast.BoolOp(values=values):
            return [text for value in values for text in templates(value)]
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant(value=str(text)))):
            return [text]
    return []


def places(part: ast.expr) -> list[str]:
    value = part.value if isinstance(part, ast.FormattedValue) else part
    return SUGGESTED if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "suggestion" else ["{}"]


def numbered(text: str) -> str:
    numbers = itertools.count()
    return re.sub(r"\{\}", lambda _: f"{{{next(numbers)}}}", text)


def raised() -> Iterator[str]:
    """The errors of the studio itself and of its jobs, as templates; those that are values alone are left out."""
    for file in sorted([*STUDIO.rglob("*.py"), *JOBS]):
        for call in ast.walk(ast.parse(file.read_text("utf8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ERRORS and call.args:
                yield from (numbered(text) for text in templates(call.args[-1]) if re.search(r"\w\w", text))


def written() -> set[str]:
    """All texts of the studio and of the modules that write verdicts, as templates."""
    return {
        numbered(text)
        for file in [*VERDICTS, *STUDIO.rglob("*.py"), *JOBS]
        for node in ast.walk(ast.parse(file.read_text("utf8")))
        if isinstance(node, ast.JoinedStr | ast.Constant | ast.Call)
        for text in templates(node)
    }


@cache
def described() -> set[str]:
    """The descriptions of all settings that the studio shows."""
    names = [*catalogue.usable({**catalogue.painters(), **catalogue.judges()}), *catalogue.usable(catalogue.edits())]
    kinds = [kind for name in [*names, "train"] for kind in explain(name).settings.values()]
    return {setting.description for kind in kinds for setting in kind.values() if setting.media or not setting.is_file}


@cache
def stated() -> set[str]:
    """All clauses of facts on painters."""
    with command_line():
        facts = [explain(name).facts for name in catalogue.usable({**catalogue.painters(), **catalogue.judges()})]
    return {clause for one in facts for text in one.values() for clause in clauses(text)}


@pytest.mark.parametrize("language", list(LANGUAGES)[1:])
def test_every_fact_on_painters_is_translated_and_none_is_left_over(language: str) -> None:
    known = read_json(STUDIO / "static" / "languages" / f"{language}-sentences.json")["facts"]
    token = _visit.set(Visit(language))
    try:
        missing = [clause for clause in stated() if fact(clause) == clause]
    finally:
        _visit.reset(token)
    assert len(missing) <= SLACK * len(stated()), f"without a translation into {language}: {sorted(missing)}"
    patterns = {one: "(.+)".join(map(re.escape, PLACE.split(one))) for one in known}
    unused = {one for one, pattern in patterns.items() if not any(re.fullmatch(pattern, text) for text in stated())}
    assert unused == set()


@pytest.mark.parametrize("language", list(LANGUAGES)[1:])
def test_sentences_and_descriptions_are_translated_and_none_is_left_over(language: str) -> None:
    tables = read_json(STUDIO / "static" / "languages" / f"{language}-sentences.json")
    for table, needed, there in (
        ("sentences", set(raised()), written()),
        ("settings", described(), described()),
    ):
        known = tables[table]
        missing = needed - known.keys()
        assert len(missing) <= SLACK * len(needed), f"without a translation into {language}: {sorted(missing)}"
        stale = {one for one in known.keys() - there if len(one) > SHORT and not OTHERS.fullmatch(one)}
        assert not stale, f"translated into {language}, but written nowhere: {sorted(stale)}"
        for english, words in known.items():
            assert {*PLACE.findall(words)} <= {*PLACE.findall(english)}, english


def test_values_stand_where_the_other_language_has_them() -> None:
    token = _visit.set(Visit("zh"))
    try:
        assert translated("There is no store 'x'; did you mean 'y'? There are: y, z.") == (
            "没有数据集 'x'；是否指 'y'？可用的有：y, z。"
        )
        assert translated("The job is done; stop it first.") == "任务的状态为：已完成；请先停止它。"
        losses = "The loss of pictures held out is 1.7, that of training pictures 1.5; the former was lowest after "
        assert (
            translated(f"{losses}324 steps (1.6).")
            == "留出图片的损失为 1.7，训练图片的损失为 1.5；前者的最低值出现在324 步之后（1.6）。"
        )
        assert translated("It copies: a sentence from deep below.") == "它在抄袭：a sentence from deep below."
        assert translated("Nobody translated this.") == "Nobody translated this."
    finally:
        _visit.reset(token)
    assert translated("The job is done; stop it first.") == "The job is done; stop it first."


@pytest.mark.parametrize(
    "values",
    [{"steps": 0}, {"steps": "many"}, {"guidance": -1.0}, {"scheduler": "karas"}, {"stepz": 3}, {"control_scale": 9}],
)
def test_errors_of_settings_are_in_the_language_of_the_reader(values: dict[str, Any]) -> None:
    pipeline = catalogue.usable(catalogue.painters())["pipeline"]
    with pytest.raises(ConfigError) as error:
        pipeline.load_settings(values)
    token = _visit.set(Visit("zh"))
    try:
        words = translated(str(error.value))
    finally:
        _visit.reset(token)
    assert re.search("[\u4e00-\u9fff]", words), words
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", words.replace("impasto explain pipeline", "")), words


def test_an_error_is_answered_in_the_language_of_the_browser_and_in_english_to_programs(service: Service) -> None:
    chinese = service.refusal("GET", "/api/jobs/nothing", accept_language="zh-CN,zh;q=0.9")
    assert chinese[0] == 404
    assert chinese[1].startswith("没有任务 'nothing'。")
    assert service.refusal("GET", "/api/jobs/nothing")[1].startswith("There is no job 'nothing'.")
