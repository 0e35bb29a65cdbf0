from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import impasto
from impasto.errors import UsageError
from impasto.texts import check_text

BAD = os.fsdecode(b"caf\xe9")


@pytest.mark.parametrize("value", [BAD, Path(BAD), [BAD], {"a": BAD}, {BAD: 1}, {"a": (1, {"b": BAD})}, "a\0b"])
def test_what_no_file_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match=r"prompt .* holds a null character or bytes that are not UTF-8"):
        check_text("prompt", value)


@pytest.mark.parametrize("value", ["", "café", "山水 🎨", Path("ü"), 3, None, b"\xe9", ["a", 2.0], {"a": None}])
def test_every_other_value_is_fine(value: Any) -> None:
    check_text("prompt", value)


@pytest.mark.parametrize(
    ("verb", "arguments", "options"),
    [
        ("paint", ("landscape",), {"out": BAD, "count": 1, "resolution": 64}),
        ("paint", ("landscape",), {"prompt": BAD, "count": 1, "resolution": 64}),
        ("paint", ("landscape",), {"settings": {"prompt": "\ud800"}, "count": 1}),
        ("prepare", ("pictures", BAD), {}),
        ("prepare", (BAD,), {}),
        ("make", ("landscapes", BAD), {"count": 1}),
        ("inspect", (BAD,), {}),
        ("train", ("vae", "store", BAD), {}),
        ("measure", ("run",), {"against": "store", "out": BAD}),
        ("compare", ("it.toml", BAD), {}),
        ("edit", ("stylize", "a.png", BAD), {"painter": "painting_fool"}),
        ("repaint", ("a.png", BAD), {}),
        ("export", ("run", BAD), {}),
        ("average", ("run", 0.1, BAD), {}),
        ("fetch", (BAD,), {}),
        ("guide", ("run", "other", BAD), {}),
        ("open", (BAD,), {}),
    ],
)
def test_verbs_refuse_such_texts_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="not UTF-8"):
        getattr(impasto, verb)(*arguments, **options)
    assert list(tmp_path.iterdir()) == []
