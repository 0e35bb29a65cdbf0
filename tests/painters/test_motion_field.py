"""A painter that moves given pictures: what it promises, and that it learns which movement was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import test_promises as promises
import torch
from exact import exact_arithmetic
from test_claims import check_animates

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition, Painter, PictureNoise
from impasto.errors import ConfigError, UsageError
from impasto.painters.video.motion_field import MotionField
from impasto.training import loop
from impasto.training.loop import train
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from rich_store import rich_store

FRAMES = 3
PICTURES_OF = promises.batch_of
SHIFT = 6
"""Pixels by which a picture moves in a clip."""


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "write_report", lambda run: None)


def built(**values: Any) -> MotionField:
    torch.manual_seed(0)
    labels = {"categories": promises.CATEGORIES, "shares": promises.SHARES}
    painter = catalogue.painter("motion_field").build("tiny", resolution=32, **{"frames": FRAMES, **labels, **values})
    assert isinstance(painter, MotionField)
    return painter


def clips_of(count: int = 8, step: int = 0) -> Batch:
    """Pictures that move to the left, at dawn, and to the right, at dusk."""
    pictures = smooth_pictures(count, step)
    labels = torch.arange(count) % 2
    ways = [(2 * int(label) - 1) * SHIFT for label in labels]
    clips = [
        torch.stack([picture.roll(frame * way // (FRAMES - 1), dims=2) for frame in range(FRAMES)])
        for picture, way in zip(pictures, ways, strict=True)
    ]
    noise = BatchNoise(0, step, slice(0, count), count)
    return Batch(torch.stack(clips), Condition(count, category=labels), noise)


def smooth_pictures(count: int, step: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(step)
    coarse = torch.rand(count, 3, 8, 8, generator=generator) * 1.6 - 0.8
    return torch.nn.functional.interpolate(coarse, size=32, mode="bilinear")


def needed(_: Any) -> dict[str, Any]:
    return {"given": {"first": PICTURES_OF(1).pictures[0]}}


def test_it_learns_with_all_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promises, "build", lambda name: built())
    monkeypatch.setattr(promises, "batch_of", clips_of)
    monkeypatch.setattr(promises, "needed", needed)
    store = rich_store(tmp_path / "clips", count=8, frames=FRAMES)
    promises.test_killed_and_resumed_equals_never_killed("motion_field", store, tmp_path)
    promises.test_gradients_reach_every_parameter_of_every_player("motion_field")
    promises.test_each_players_loss_falls_when_it_alone_overfits_a_batch("motion_field")
    promises.test_saved_and_loaded_it_paints_the_same("motion_field", tmp_path / "saved")
    promises.test_finite_under_bf16("motion_field")
    promises.test_a_batch_equals_single_pictures("motion_field")


def test_micro_batches_learn_what_one_batch_learns(tmp_path: Path) -> None:
    split = rich_store(tmp_path / "clips", count=8, frames=FRAMES).split("train")
    start = built().double().state_dict()
    ends = []
    with exact_arithmetic():
        for micro in (1, 2):
            run = tmp_path / str(micro)
            train(built().double(), split, run, promises.settings(steps=2, micro=micro, batch=4))
            ends.append(promises.weights(run))
    assert promises.distance(*ends, start) < 1e-6


def test_unseen_pictures_move_to_the_side_that_is_asked_for() -> None:
    painter = built(lr=5e-3)
    moves = Moves(painter, Processes("cpu"))
    for step in range(60):
        moves.step([clips_of(step=step)], step, 60)
    unseen = clips_of(step=1000)
    settings = painter.settings_for({})
    with painter.painting():
        clips = painter.animate(unseen.pictures[:, 0], unseen.condition, PictureNoise(0, range(8)), settings)
        others = Condition(8, category=1 - unseen.condition.category)
        astray = painter.animate(unseen.pictures[:, 0], others, PictureNoise(0, range(8)), settings)
    # Where nothing comes into view that the first frame does not show.
    inner = (..., slice(SHIFT, -SHIFT))
    still = (unseen.pictures - unseen.pictures[:, :1])[inner].square().mean()
    assert (unseen.pictures - clips)[inner].square().mean() < 0.3 * still
    assert (unseen.pictures - astray)[inner].square().mean() > still


def test_the_first_frame_is_the_picture_and_settings_change_the_others() -> None:
    painter = built()
    with torch.no_grad():
        painter.net.head.weight.normal_(std=0.05)
    check_animates(painter)
    given = {"first": smooth_pictures(1, 0)[0]}

    def painted(**settings: Any) -> torch.Tensor:
        return painter.paint(1, given=given, **settings).pictures[0]

    clip = painted()
    assert torch.equal(clip[0], given["first"])
    assert (clip[1] - clip[0]).abs().mean() > 1e-3
    assert torch.equal(painted(motion=0), clip[:1].expand_as(clip))
    torch.testing.assert_close(painted(frames=5)[::2], clip)
    loop = painted(frames=4, loop=True)
    assert torch.equal(loop[1], loop[3])
    torch.testing.assert_close(loop[2], clip[2])
    with pytest.raises(UsageError, match="without given:first"):
        painter.paint(1)
    with pytest.raises(ConfigError, match="clips of 2 frames or more"):
        built(frames=1)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small painter of pictures that reads words."""
    folder = tmp_path_factory.mktemp("still") / "still"
    torch.manual_seed(0)
    labels = {"categories": promises.CATEGORIES, "shares": promises.SHARES, "captions": True, "words": "own"}
    small = {"channels": (16, 16), "grid": 8, "attention": (8,)}
    catalogue.painter("flow_unet").build("tiny", **small, **labels).save_pretrained(folder)
    return folder


def test_clips_from_words_begin_with_what_the_still_painter_paints(
    still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built_anew(_: str = "") -> Any:
        torch.manual_seed(0)
        labels = {"categories": ("left", "right"), "shares": promises.SHARES}
        return catalogue.painter("make_a_video").build("tiny", still=str(still), frames=FRAMES, **labels)

    painter = built_anew()
    with torch.no_grad():
        painter.net.head.weight.normal_(std=0.05)
    assert painter.reads == {"category", "words", "given:first"}
    assert painter.learns_from == {"category"}
    left, right = (painter.paint(2, seed=4, prompt="dusk", category=c, steps=2).pictures for c in ("left", "right"))
    still_painter = Painter.from_pretrained(still)
    pictures = still_painter.paint(2, seed=4, prompt="dusk", steps=2).pictures
    assert torch.equal(left[:, 0], pictures)
    assert torch.equal(right[:, 0], pictures)
    assert not torch.equal(left[:, 1], right[:, 1])
    given = smooth_pictures(1, 0)[0]
    assert torch.equal(painter.paint(1, given={"first": given}).pictures[0, 0], given)
    # Its training moves nothing but the fields of motion.
    monkeypatch.setattr(promises, "build", built_anew)
    monkeypatch.setattr(promises, "batch_of", clips_of)
    monkeypatch.setattr(promises, "needed", lambda painter: {"steps": 2})
    promises.test_saved_and_loaded_it_paints_the_same("make_a_video", tmp_path / "saved")
    promises.test_gradients_reach_every_parameter_of_every_player("make_a_video")
    assert {name.partition(".")[0] for name in painter.state_dict()} == {"net", "record"}
    assert painter.resolve_settings(painter.settings_for({})).steps == still_painter.settings_for({}).steps
    with pytest.raises(ConfigError, match="paints 32 px, and these clips are of 48 px"):
        catalogue.painter("make_a_video").build("tiny", still=str(still), frames=FRAMES, size=(48, 48))
    torch.manual_seed(0)
    catalogue.painter("ddpm").build("tiny", channels=(16, 16), grid=8).save_pretrained(tmp_path / "wordless")
    with pytest.raises(ConfigError, match="wordless reads none"):
        catalogue.painter("make_a_video").build("tiny", still=str(tmp_path / "wordless"), frames=FRAMES)


def test_where_no_movement_is_asked_for_one_is_drawn_in_the_shares_of_the_training_clips() -> None:
    painter = built(shares=(0.0, 1.0))
    with torch.no_grad():
        painter.net.head.weight.normal_(std=0.05)
    first = smooth_pictures(8, 0)
    settings = painter.settings_for({})
    with painter.painting():
        drawn = painter.animate(first, Condition(8), PictureNoise(0, range(8)), settings)
        dusk = painter.animate(
            first, Condition(8, category=torch.ones(8, dtype=torch.int64)), PictureNoise(0, range(8)), settings
        )
    assert torch.equal(drawn, dusk)
