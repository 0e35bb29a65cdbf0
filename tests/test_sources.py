from __future__ import annotations

from pathlib import Path

import pytest

from impasto import catalogue
from impasto.sources import Base, CatalogueName, Export, Hub, Run, Shipped, StoreFolder, Unknown, resolve


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one thing of each kind; of a run, one bears the name of a painter."""
    first = next(iter(catalogue.painters()))
    for file in (
        "run/run.json", "run/painter/config.json", "young/run.json", "export/config.json", "store/manifest.json",
        "store/index.parquet", "plain/a.png", f"{first}/run.json", "landscape/0000.png", "owner/name/config.json",
        "base/model_index.json", "base.safetensors",
    ):  # fmt: skip
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_word_is_resolved_by_what_it_names(home: Path) -> None:
    assert resolve("run") == Run(Path("run"))
    assert resolve("run").export == Path("run/painter")
    assert resolve("young").export is None
    assert resolve("run/painter") == Export(Path("run/painter"))
    assert resolve(home / "store") == StoreFolder(home / "store")
    assert resolve("plain") == Unknown("plain")
    assert resolve("shipped/painter") == Shipped("shipped/painter", resolve("shipped/painter").folder)
    assert resolve("shipped/painter").folder.is_dir()
    assert resolve("owner/name") == Export(Path("owner/name"))
    assert resolve("owner/other") == Hub("owner/other")
    assert resolve("base") == Base("base")
    assert resolve("base.safetensors") == Base("base.safetensors")
    assert resolve("hub:owner/name@main") == Base("hub:owner/name@main")
    assert resolve("hub:owner/name").on_hub
    assert not resolve("base").on_hub
    for word in ("", "nothing", "no/such/folder", "/nowhere", "x" * 5000, "a\0b", "shipped/../landscape"):
        assert resolve(word) == Unknown(word)


def test_a_name_is_a_name_beside_a_folder_of_pictures_and_where_names_come_first(home: Path) -> None:
    first = next(iter(catalogue.painters()))
    assert resolve("landscape") == CatalogueName("landscape")
    assert resolve(first) == Run(Path(first))
    assert resolve(first, names_first=True) == CatalogueName(first)
