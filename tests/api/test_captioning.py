"""`impasto.caption`: a store gets other captions, from scenes, from metadata or by a model."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.data.store import Store
from impasto.errors import DataError, ImpastoError, UsageError, WeightsMissing
from impasto.events import silent
from impasto.hub import allow_downloads
from impasto.landscape.statements import read_statements


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Store:
    out = tmp_path_factory.mktemp("captioning") / "world"
    return impasto.make("landscapes", out, count=12, resolution=32, watch=silent)


@pytest.fixture(scope="module")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("captioning") / "paintings"
    folder.mkdir()
    lines = ["file_name,artist,style,text"]
    for number in range(12):
        pixels = np.random.default_rng(number).integers(0, 255, (40, 40, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
        lines.append(f"{number}.png,{'Claude Monet' if number else ''},{'Impressionism' if number else ''},as it was")
    (folder / "metadata.csv").write_text("\n".join(lines), encoding="utf8")
    return impasto.prepare(folder, folder.parent / "store", resolution=32, duplicates="keep", watch=silent)


def test_scenes_are_described_in_all_voices(world: Store, tmp_path: Path) -> None:
    captioned = impasto.caption(world, tmp_path / "new", watch=silent)
    assert all(len(texts) == 5 for texts in captioned.captions)
    for texts, category in zip(captioned.captions, captioned.table["category"].to_pylist(), strict=True):
        assert {read_statements(text).answers["kind"] for text in texts} == {category}


def test_all_but_the_captions_stays(paintings: Store, tmp_path: Path) -> None:
    captioned = impasto.caption(paintings, tmp_path / "new", watch=silent)
    assert np.array_equal(captioned.pictures, paintings.pictures)
    assert captioned.hash != paintings.hash
    assert captioned.manifest["made"]["captions"]["of"] == paintings.hash
    for column in ("file", "split", "artist", "sha256"):
        assert captioned.table[column].equals(paintings.table[column])
    assert captioned.categories() == paintings.categories()
    Store.open(tmp_path / "new")


def test_metadata_is_worded_and_a_picture_of_which_nothing_is_known_keeps_its_caption(
    paintings: Store, tmp_path: Path
) -> None:
    captioned = impasto.caption(paintings, tmp_path / "new", watch=silent)
    by_file = dict(zip(captioned.table["file"].to_pylist(), captioned.captions, strict=True))
    assert by_file["0.png"] == ("as it was",)
    assert all("Monet" in text or "Impressionism" in text for text in by_file["3.png"])
    assert captioned.table["text"].to_pylist()[0] == captioned.captions[0][0]


def test_a_store_that_says_nothing_is_refused(paintings: Store, tmp_path: Path) -> None:
    bare = Store(paintings.root, paintings.manifest, paintings.pictures, paintings.table.select(["file", "split"]))
    with pytest.raises(DataError, match=r"no column title, artist.*Describe them by a model"):
        impasto.caption(bare, tmp_path / "new", watch=silent)
    assert not (tmp_path / "new").exists()
    with pytest.raises(ImpastoError, match=r"nothere.jsonl is missing"):
        impasto.caption(paintings, tmp_path / "new", from_=tmp_path / "nothere.jsonl", watch=silent)


def test_the_files_that_a_captioned_store_shares_are_not_changed(paintings: Store, tmp_path: Path) -> None:
    (paintings.root / "pictures.npy").chmod(0o444)
    before = (paintings.root / "pictures.npy").stat()
    (tmp_path / "captions.jsonl").write_text('{"file": "3.png", "captions": ["a pond"]}')
    impasto.caption(paintings, tmp_path / "new", from_=tmp_path / "captions.jsonl", watch=silent)
    after = (paintings.root / "pictures.npy").stat()
    assert (after.st_mode, after.st_nlink) == (before.st_mode, before.st_nlink + 1)


def test_an_existing_place_is_refused_before_any_work(world: Store) -> None:
    with pytest.raises(ImpastoError, match="exists already"):
        impasto.caption(world, world.root, with_="nobody/nothing", watch=silent)


def test_without_transformers_the_extra_is_named(world: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(UsageError, match=r"pip install 'impasto\[text\]'"):
        impasto.caption(world, tmp_path / "new", with_="someone/model", watch=silent)


WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "a", "boat", "lake", "tree", "on", "the")


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BLIP with random weights, built from a config."""
    transformers = pytest.importorskip("transformers")
    import torch

    folder = tmp_path_factory.mktemp("captioning") / "model"
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf8")
    tiny = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    numbers = {"bos_token_id": 5, "pad_token_id": 0, "eos_token_id": 3, "sep_token_id": 3}
    config = transformers.BlipConfig(
        text_config={**tiny, **numbers, "vocab_size": len(WORDS), "encoder_hidden_size": 16, "projection_dim": 16},
        vision_config={**tiny, "image_size": 32, "patch_size": 16, "projection_dim": 16},
        projection_dim=16,
    )
    torch.manual_seed(0)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    transformers.BlipForConditionalGeneration(config).save_pretrained(folder)
    images = transformers.BlipImageProcessor(size={"height": 32, "width": 32})
    tokenizer = transformers.BertTokenizerFast(str(folder / "vocab.txt"), additional_special_tokens=["[DEC]"])
    transformers.BlipProcessor(images, tokenizer).save_pretrained(folder)
    return folder


def test_a_model_describes_the_pictures(paintings: Store, tiny_model: Path, tmp_path: Path) -> None:
    captioned = impasto.caption(paintings, tmp_path / "new", with_=str(tiny_model), watch=silent)
    assert captioned.manifest["made"]["captions"]["by"] == str(tiny_model)
    assert all(len(texts) <= 1 for texts in captioned.captions)
    said_words = {word for texts in captioned.captions for text in texts for word in text.split()}
    assert said_words
    assert said_words <= {word.lower() for word in WORDS}


def test_a_folder_that_is_no_model_is_refused(paintings: Store, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(UsageError, match="no model that describes images"):
        impasto.caption(paintings, tmp_path / "new", with_=str(tmp_path), watch=silent)
    assert not (tmp_path / "new").exists()


def test_a_model_that_the_hub_does_not_give_is_named(
    paintings: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("transformers")
    import huggingface_hub

    def offline(*_: object, **__: object) -> str:
        raise OSError("no network")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", offline)
    with pytest.raises(WeightsMissing, match="someone/model is not on this machine, and nothing is downloaded without"):
        impasto.caption(paintings, tmp_path / "new", with_="someone/model", watch=silent)
    with allow_downloads(), pytest.raises(WeightsMissing, match=r"the hub did not give the rest \(no network\)"):
        impasto.caption(paintings, tmp_path / "new", with_="someone/model", watch=silent)


def test_captions_of_a_file_are_taken_and_all_others_stay(paintings: Store, tmp_path: Path) -> None:
    file = tmp_path / "captions.jsonl"
    file.write_text(
        '{"file": "3.png", "captions": ["a pond", " a pond", "lilies"]}\n{"file": "4.png", "captions": []}\n'
    )
    captioned = impasto.caption(paintings, tmp_path / "new", from_=file, watch=silent)
    by_file = dict(zip(captioned.table["file"].to_pylist(), captioned.captions, strict=True))
    assert (by_file["3.png"], by_file["4.png"], by_file["5.png"]) == (("a pond", "lilies"), (), ("as it was",))
    assert captioned.manifest["made"]["captions"]["changed"] == 2
    assert captioned.hash != paintings.hash


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "says nothing"),
        ('{"file": "3.png"}', "each line is"),
        ('{"file": "x.png", "captions": []}', "x.png"),
        ('{"file": "3.png", "captions": []}\n{"file": "4.png", "capt', r"Line 2 of .* is not JSON"),
    ],
)
def test_a_file_of_something_else_is_refused(paintings: Store, tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / "captions.jsonl").write_text(line)
    with pytest.raises(ImpastoError, match=sentence):
        impasto.caption(paintings, tmp_path / "new", from_=tmp_path / "captions.jsonl", watch=silent)
    assert not (tmp_path / "new").exists()
