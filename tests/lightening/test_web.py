"""Pages that paint, without a browser; the scripts run in node, and those tests are skipped where it is missing."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_lighten import learned

import impasto
from impasto.contract import PictureNoise
from impasto.contract.data import Data
from impasto.contract.painter import CATEGORY_STREAM
from impasto.errors import ImpastoError, UsageError, WeightsMissing
from impasto.lightening.web_export import PAGE, RUNTIME
from impasto.nn import weights
from impasto.pretrained import state_hash

NODE = shutil.which("node")
SHARES = [0.25, 0.0, 0.5, 0.25]


def script(code: str) -> object:
    """What a module prints as JSON that may import the page's scripts."""
    assert NODE is not None
    words = [NODE, "--input-type=module", "--eval", code]
    return json.loads(subprocess.run(words, cwd=PAGE, check=True, capture_output=True, timeout=60).stdout)


@pytest.mark.skipif(NODE is None, reason="there is no node")
def test_the_page_draws_the_numbers_of_the_painters_seeds() -> None:
    keys = [(0, 0), (7, 3), (2**32 + 5, 70_000), (2**53 - 1, 1)]
    counts = (16, 40, 1300)
    normal, category = script(
        f"""import {{ normal, drawnCategory }} from "{(PAGE / "noise.js").as_uri()}";
        const keys = {[[*key] for key in keys]};
        console.log(JSON.stringify([
          keys.map(([seed, picture]) => {[*counts]}.map((count) => [...normal(seed, picture, count)])),
          keys.map(([seed]) => Array.from({{ length: 50 }}, (_, i) => drawnCategory(seed, i, {SHARES}))),
        ]));"""
    )
    data = Data(categories=tuple("abcd"), shares=tuple(SHARES))
    for (seed, picture), rows, drawn in zip(keys, normal, category, strict=True):
        for count, row in zip(counts, rows, strict=True):
            expected = PictureNoise(seed, [picture]).normal(count)[0].numpy()
            np.testing.assert_allclose(row, expected, atol=2e-6, rtol=2e-6)
        draws = PictureNoise(seed ^ CATEGORY_STREAM, range(50)).uniform()
        assert drawn == data.categories_by_shares(draws).tolist()
        assert set(drawn) == {0, 2, 3}


@pytest.mark.skipif(NODE is None, reason="there is no node")
def test_the_page_writes_pngs_with_a_text_inside() -> None:
    content = script(
        f"""import {{ png }} from "{(PAGE / "png.js").as_uri()}";
        const file = await png(Uint8Array.from({{ length: 3 * 5 * 4 }}, (_, i) => 4 * i), 5, 4, "été");
        console.log(JSON.stringify(Buffer.from(await file.arrayBuffer()).toString("base64")));"""
    )
    assert isinstance(content, str)
    picture = Image.open(io.BytesIO(base64.b64decode(content)))
    picture.load()
    assert np.asarray(picture).ravel().tolist() == [4 * i for i in range(60)]
    assert picture.text == {"impasto": "été"}


def test_a_page_is_a_folder_that_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the package onnx of the extra 'onnx'")
    # Weights that 16 bits hold without a change take half the room.
    painter = learned().half().float()
    painter.save_pretrained(tmp_path / "painter")
    runtime = tmp_path / "onnxruntime-web"
    (runtime / "dist").mkdir(parents=True)
    for name in RUNTIME:
        (runtime / "dist" / name).write_text(name)
    (runtime / "package.json").write_text('{"version": "9.9.9"}')
    settings = {"steps": 1, "guidance": 1.0}
    page = impasto.export(tmp_path / "painter", tmp_path / "page", to="web", settings=settings, runtime=runtime)
    facts = json.loads((page / "facts.json").read_text())
    assert (facts["title"], facts["categories"], facts["noise"]) == ("painter", ["dawn", "dusk"], [3, 32, 32])
    assert facts["bytes"] == (page / "painter.onnx").stat().st_size
    assert facts["bytes"] < 0.6 * 4 * sum(parameter.numel() for parameter in painter.parameters())
    assert facts["recipe"]["weights"] == state_hash(painter)
    assert facts["recipe"]["torch"] == "onnxruntime-web 9.9.9"
    for file in [*page.glob("*.html"), *page.glob("*.js"), *page.glob("*.css")]:
        text = file.read_text(encoding="utf8")
        assert "://" not in text
        named = re.findall(r"(?:src|href)=\"([^\"#]+)\"|from \"\./([^\"]+)\"", text)
        assert [name for pair in named for name in pair if name and not (page / name).is_file()] == []


def test_without_its_runtime_there_is_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learned().save_pretrained(tmp_path / "painter")
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged.tgz").write_bytes(b"no package")
    out = tmp_path / "page"
    monkeypatch.setattr(weights, "weights_folders", list)
    monkeypatch.delenv("IMPASTO_DOWNLOAD", raising=False)
    with pytest.raises(WeightsMissing, match=r"licence MIT.*Let npm download it \(download=True\)"):
        impasto.export(tmp_path / "painter", out, to="web")
    for runtime, sentence in (("empty", "lacks ort.wasm.min.mjs"), ("damaged.tgz", "cannot be read as a package")):
        with pytest.raises(ImpastoError, match=sentence):
            impasto.export(tmp_path / "painter", out, to="web", runtime=tmp_path / runtime)
    with pytest.raises(UsageError, match="Only a page has a runtime"):
        impasto.export(tmp_path / "painter", out, runtime=tmp_path / "empty")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.tgz", "empty", "painter"]


@pytest.mark.skipif(os.name == "nt", reason="the program that stands for npm is a shell script")
@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ('echo other > "$4/onnxruntime-web-1.30.0.tgz"', "What npm fetched has SHA-256 [0-9a-f]{64}, not"),
        ("echo no network >&2; exit 1", "npm could not fetch it: no network"),
    ],
)
def test_a_runtime_that_npm_gets_wrong_is_refused(
    script: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent), prepend=os.pathsep)
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("IMPASTO_DOWNLOAD", "1")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(weights, "weights_folders", list)
    learned().save_pretrained(tmp_path / "painter")
    with pytest.raises(WeightsMissing, match=sentence):
        impasto.export(tmp_path / "painter", tmp_path / "page", to="web")
    assert list((tmp_path / "cache" / "weights").iterdir()) == []
    assert not (tmp_path / "page").exists()
