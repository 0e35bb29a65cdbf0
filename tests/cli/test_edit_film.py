"""Films are edited frame by frame: they move as before, do not flicker, and what is no film is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto import api
from impasto.cli.app import main
from impasto.editing.steady import steadied
from impasto.errors import DataError, NotCapable, UsageError
from impasto.images.films import film_file

HOW = {"painter": "painting_fool", "size": 96, "watch": impasto.silent}


def moving(count: int = 5, side: int = 96) -> np.ndarray:
    """Frames of smooth blobs that move two pixels to the left from frame to frame, shape (count, side, side, 3)."""
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(20, 235, (9, 12, 3), dtype=np.uint8))
    wide = np.asarray(coarse.resize((side + 2 * count, side), Image.Resampling.BICUBIC))
    return np.stack([wide[:, 2 * t : 2 * t + side] for t in range(count)])


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "film.webp").write_bytes(film_file(moving(), 40))
    return tmp_path / "film.webp"


def flickering(frame: np.ndarray, seed: list[int]) -> np.ndarray:
    """A frame that is painted a little differently each time."""
    seed[0] += 1
    noise = np.random.default_rng(seed[0]).normal(0, 20, frame.shape)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


def test_frames_follow_what_became_of_the_one_before_where_the_film_moves_on() -> None:
    frames = moving()
    errors = {}
    for smoothness in (0.0, 0.8):
        counter = [0]
        results = list(steadied(frames, lambda frame: flickering(frame, counter), smoothness))  # noqa: B023
        # A frame that followed the film's movement keeps still where noise does not.
        errors[smoothness] = np.abs(results[-1][2].astype(float) - frames[-1])[8:-8, 8:-8].mean()
        assert all((given == frame).all() for (given, _, _), frame in zip(results, frames, strict=True))
        assert (results[0][1] == results[0][2]).all()
        if smoothness == 0:
            assert all((alone == result).all() for _, alone, result in results)
    assert errors[0.8] < 0.6 * errors[0.0]


def test_nothing_follows_across_a_cut() -> None:
    frames = np.stack([moving(1)[0], 255 - moving(1)[0]])
    (_, _, _), (_, alone, result) = steadied(frames, lambda frame: frame, 1.0)
    assert np.abs(alone.astype(int) - result).mean() < 2


def test_an_edited_film_has_its_frames_and_is_steadier(film: Path, tmp_path: Path) -> None:
    edited = api.edit_film("stylize", film, tmp_path / "new.webp", smoothness=0.7, **HOW)
    assert edited.frames == 5
    assert edited.given_warp_error < edited.warp_error < 0.7 * edited.alone_warp_error
    with Image.open(edited.film) as opened:
        opened.seek(1)
        opened.load()
        assert (opened.n_frames, opened.info["duration"]) == (5, 40)
    assert f"{edited.warp_error:.1f} of 255" in edited.statement
    alone = api.edit_film("stylize", film, tmp_path / "alone.webp", smoothness=0.0, **HOW)
    assert alone.warp_error == alone.alone_warp_error == edited.alone_warp_error
    assert api.repaint(edited.film, tmp_path / "again.webp").identical


def test_a_folder_of_frames_is_a_film(film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "frames").mkdir()
    for number, frame in enumerate(moving(3)):
        Image.fromarray(frame).save(tmp_path / "frames" / f"{number:03d}.png")
    words = ["edit", "stylize", tmp_path / "frames", "--with", "painting_fool", "--size", 96, "--smoothness", 0.5]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in (*words, "--out", tmp_path / "new.gif", "--json")])
    assert not ended.value.code
    written = json.loads(capsys.readouterr().out)
    assert written["frames"] == 3
    assert written["warp_error"] < written["alone_warp_error"]
    with Image.open(tmp_path / "new.gif") as opened:
        assert opened.n_frames == 3
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in ("edit", "stylize", film, *words[3:7], "--mask", film)])
    assert ended.value.code == 2
    assert "A film takes no --mask" in capsys.readouterr().err


def test_what_is_no_film_is_said(film: Path, tmp_path: Path) -> None:
    Image.fromarray(moving(1)[0]).save(tmp_path / "still.png")
    out = tmp_path / "new.webp"
    with pytest.raises(DataError, match="cannot be edited as a film: one frame: it is a still picture, not a clip"):
        api.edit_film("stylize", tmp_path / "still.png", out, **HOW)
    for smoothness in (-0.1, 1.5, float("nan")):
        with pytest.raises(UsageError, match="smoothness must be between 0 and 1"):
            api.edit_film("stylize", film, out, smoothness=smoothness, **HOW)
    with pytest.raises(NotCapable, match="parallax makes a clip of a picture"):
        api.edit_film("parallax", film, out, watch=impasto.silent)
    with pytest.raises(UsageError, match="inpaint needs a mask"):
        api.edit_film("inpaint", film, out, watch=impasto.silent)
    with pytest.raises(NotCapable, match="extend changes the proportions of pictures, so it edits no films"):
        api.edit_film("extend", film, out, settings={"left": 16, "steps": 1}, watch=impasto.silent)
    (tmp_path / "frames").mkdir()
    with pytest.raises(DataError, match="has 0 pictures; a film takes 2 to 1,000"):
        api.edit_film("stylize", tmp_path / "frames", out, **HOW)
    Image.fromarray(moving(1)[0]).save(tmp_path / "frames" / "a.png")
    Image.fromarray(moving(1)[0][:60]).save(tmp_path / "frames" / "b.png")
    with pytest.raises(DataError, match=r"b\.png has other proportions than a\.png"):
        api.edit_film("stylize", tmp_path / "frames", out, **HOW)
    assert not out.exists()


def test_video_is_edited_where_it_can_be_read(film: Path, tmp_path: Path) -> None:
    pytest.importorskip("av")
    (tmp_path / "film.mp4").write_bytes(film_file(moving(), 40, ending=".mp4"))
    edited = api.edit_film("stylize", tmp_path / "film.mp4", tmp_path / "new.mp4", **HOW)
    assert edited.frames == 5
    with pytest.raises(UsageError, match="MP4 needs an even height and width"):
        api.edit_film("stylize", film, tmp_path / "odd.mp4", **{**HOW, "size": 95})
