"""`impasto data` as its user meets it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from impasto.cli.app import main
from impasto.data.store import Store
from impasto.images.size import Size

Impasto = Callable[..., tuple[int, str, str]]


@pytest.fixture
def impasto(capsys: pytest.CaptureFixture[str]) -> Impasto:
    """Runs a command; gives its exit code, output and error in one line each."""

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        printed = capsys.readouterr()
        output, error = (" ".join(text.replace("│", " ").split()) for text in (printed.out, printed.err))
        return int(ended.value.code or 0), output, error

    return run


@pytest.fixture
def folder(tmp_path: Path, scene: Callable[..., Image.Image]) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(5):
        scene(i, 60, 40).save(folder / f"{i}.png")
    return folder


def test_any_size_is_prepared_and_inspected(folder: Path, tmp_path: Path, impasto: Impasto) -> None:
    store = tmp_path / "store"
    code, output, error = impasto("data", "prepare", folder, "--out", store, "--size", "16x24")
    assert code == 0, error
    assert "3 pictures to train on, 1 to test with, 1 for validation" in output
    assert "16 × 24 px (height × width)" in output
    assert Store.open(store).size == Size(16, 24)
    code, output, error = impasto("data", "inspect", store)
    assert code == 0, error
    assert "5 of 16 × 24 px (height × width)" in output
    with Image.open(store / "inspection" / "contact-sheet.png") as sheet:
        # Five pictures in a row, each pixel enlarged nine times, gaps of two.
        assert sheet.size == (5 * (24 * 9 + 2) + 2, 16 * 9 + 4)


def test_clips_are_prepared_and_inspected(folder: Path, tmp_path: Path, impasto: Impasto, scene) -> None:
    for i in range(4):
        first, *others = (scene(10 * i + step, 60, 40) for step in range(3))
        first.save(folder / f"{i}.gif", save_all=True, append_images=others, duration=100)
        (folder / f"{i}.png").unlink()
    store = tmp_path / "store"
    words = ("data", "prepare", folder, "--out", store, "--resolution", 16, "--frames", 3)
    code, output, error = impasto(*words)
    assert code == 0, error
    assert "2 clips to train on, 1 to test with, 1 for validation" in output
    assert "3 frames of 16 × 16 px (height × width)" in output
    code, output, error = impasto("data", "inspect", store)
    assert code == 0, error
    assert "clips 4 of 3 frames of 16 × 16 px" in output
    assert "one frame: 1" in output
    assert "4 clips of 3 frames" in (store / "inspection" / "inspect.html").read_text(encoding="utf8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--size", "16x24", "--resolution", 16), "resolution 16 and size 16 × 24 were both given"),
        (("--size", "large"), "write HEIGHTxWIDTH such as 96x128"),
        (("--size", "4x24"), "height must lie between 8 and 1,024, not at 4"),
    ],
)
def test_sizes_that_cannot_be(
    folder: Path, tmp_path: Path, impasto: Impasto, words: tuple[object, ...], message: str
) -> None:
    code, _, error = impasto("data", "prepare", folder, "--out", tmp_path / "store", *words)
    assert code != 0
    assert message in error
    assert not (tmp_path / "store").exists()


def test_the_help_says_that_height_comes_first(impasto: Impasto) -> None:
    _, output, _ = impasto("data", "prepare", "--help")
    assert "HEIGHTxWIDTH" in output
    assert "96 high, 128 wide" in output


def test_worlds_paint_squares(tmp_path: Path, impasto: Impasto) -> None:
    words = ("data", "make", "landscapes", "--count", 3, "--out", tmp_path / "store", "--size")
    code, _, error = impasto(*words, "32x48")
    assert code != 0
    assert "squares only, not pictures of 32 × 48 px" in error
    code, output, error = impasto(*words, "32x32", "--json")
    assert code == 0, error
    assert json.loads(output)["width"] == 32


def test_a_store_is_captioned_anew(tmp_path: Path, impasto: Impasto) -> None:
    store = tmp_path / "world"
    code, _, error = impasto(
        "data", "make", "landscapes", "--count", 10, "--resolution", 32, "--hold-out-combinations", "--out", store
    )
    assert code == 0, error
    code, output, error = impasto("data", "caption", store)
    assert code == 0, error
    assert "10 with a caption" in output
    captioned = Store.open(tmp_path / "world-captioned")
    assert captioned.manifest["made"]["hold_out_combinations"]
    code, _, error = impasto("data", "caption", store)
    assert code != 0
    assert "world-captioned exists already" in error


def test_losses_and_categories_are_printed(folder: Path, tmp_path: Path, impasto: Impasto) -> None:
    (folder / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    rows = [f"{i}.jpg,{['[/ink]', 'oil'][i % 2]}\n" for i in range(4)]
    (folder / "metadata.csv").write_text("".join(["image,style\n", *rows]))
    store = tmp_path / "store"
    sentences = (
        "1 file was left out: format not read: HEIC (1, such as 'phone.heic': convert it to JPEG or PNG).",
        "4 rows of the metadata have another ending than the picture and still matched, such as '0.jpg' for '0.png'.",
        "1 picture has no row in 'metadata.csv', such as '4.png'.",
        "1 picture has no style; it is learned without a category.",
    )
    code, output, error = impasto("data", "prepare", folder, "--out", store, "--resolution", 32)
    assert code == 0, error
    assert all(sentence in output for sentence in sentences)
    assert "Categories: [/ink]: 2, oil: 2." in output
    _, output, _ = impasto("data", "inspect", store)
    assert all(sentence in output for sentence in sentences)
    assert "columns: style; 1 without a label" in output
    _, output, _ = impasto("data", "inspect", store, "--json")
    assert json.loads(output)["remarks"] == list(sentences)
    _, output, error = impasto("data", "prepare", folder, "--out", tmp_path / "two", "--json", "--events")
    assert [remark["message"] for remark in json.loads(output)["remarks"]] == list(sentences)
    assert '"kind": "warning"' in error
    assert '"kind": "remark"' in error


def test_a_size_that_the_default_painter_cannot_learn_is_noted(folder: Path, tmp_path: Path, impasto: Impasto) -> None:
    code, output, _ = impasto("data", "prepare", folder, "--out", tmp_path / "store", "--resolution", 40)
    assert code == 0
    assert "Training needs these pictures in another size, or another painter than the default" in output
    _, output, _ = impasto("data", "prepare", folder, "--out", tmp_path / "other", "--resolution", 48)
    assert "Training needs" not in output


def test_a_split_of_the_user_is_kept_unless_it_is_made_anew(folder: Path, tmp_path: Path, impasto: Impasto) -> None:
    for i in range(5):
        place = folder / ("train", "test", "val")[i // 2]
        place.mkdir(exist_ok=True)
        (folder / f"{i}.png").rename(place / f"{i}.png")
    _, output, _ = impasto("data", "prepare", folder, "--out", tmp_path / "store", "--resolution", 32)
    assert "2 pictures to train on, 2 to test with, 1 for validation" in output
    _, output, _ = impasto("data", "inspect", tmp_path / "store")
    assert "2 train, 2 test, 1 val" in output
    _, output, _ = impasto("data", "prepare", folder, "--out", tmp_path / "anew", "--resolution", 32, "--split", "anew")
    assert "3 pictures to train on, 1 to test with, 1 for validation; " in output


@pytest.mark.parametrize("ending", [130, 143])
def test_an_interruption_says_how_to_go_on(
    folder: Path,
    tmp_path: Path,
    impasto: Impasto,
    monkeypatch: pytest.MonkeyPatch,
    ending: int,
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt if ending == 130 else SystemExit(ending)

    for module, words in (("data.prepare", ("prepare", folder)), ("making", ("make", "landscapes", "--count", 3))):
        with monkeypatch.context() as patch:
            patch.setattr(f"impasto.{module}.make_missing_parts", interrupt)
            code, output, _ = impasto("data", *words, "--out", tmp_path / "store")
        assert code == ending
        (waiting,) = tmp_path.glob(".store.parts-*")
        assert f"Interrupted. What is ready waits in {waiting}; the same command goes on from there." in output
        assert impasto("data", *words, "--out", tmp_path / "store")[0] == 0
        shutil.rmtree(tmp_path / "store")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("data", "prepare", "", "--out", "s"), "An argument is empty"),
        (("data", "prepare", ".", "--out", ""), "The value of --out is empty"),
        (("data", "inspect", "s", "--out="), "The value of --out is empty"),
        (("train", "vae", "", "--out", "r"), "An argument is empty"),
        (("paint", "--from", ""), "The value of --from is empty"),
    ],
)
def test_an_empty_name_does_not_mean_the_working_folder(
    impasto: Impasto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, error = impasto(*words)
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert f"{what}; name a file or folder, or '.' for the folder you are in." in error
