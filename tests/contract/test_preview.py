"""Whoever waits sees the steps; the pictures are the same, and nothing is computed that nobody wants to see."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from impasto import api
from impasto.api import previewing
from impasto.api.loaded import LoadedPainter
from impasto.api.previewing import previewed
from impasto.catalogue import painter
from impasto.contract import Painted
from impasto.contract.preview import part_of, report, watched
from impasto.events import Event


@pytest.mark.parametrize(
    ("name", "sampler"), [("ddpm", "ddim"), ("ddpm", "dpmpp"), ("ddpm", "heun"), ("flow_matching", "euler")]
)
def test_a_sampler_reports_its_steps_and_paints_the_same(name: str, sampler: str) -> None:
    torch.manual_seed(0)
    paints = painter(name).build("tiny", resolution=32)
    steps: list[int] = []
    shown: list[Tensor] = []

    def watcher(step: int, of: int | None, pictures: object) -> None:
        assert of == 4
        steps.append(step)
        shown.append(pictures())  # type: ignore[operator]

    with watched(watcher):
        pictures = paints.paint(2, seed=3, steps=4, sampler=sampler).pictures
    assert sorted(set(steps)) == [1, 2, 3, 4]
    assert steps == sorted(steps)
    assert {(picture.shape, picture.dtype) for picture in shown} == {((2, 3, 32, 32), torch.float32)}
    assert torch.allclose(shown[-1].clamp(-1, 1), pictures, atol=1e-5)
    assert torch.equal(paints.paint(2, seed=3, steps=4, sampler=sampler).pictures, pictures)
    assert len(steps) == len(shown)


@pytest.mark.parametrize("name", ["pixel_cnn", "token_transformer", "dalle"])
def test_painters_of_pixels_and_tokens_report_each_row(name: str) -> None:
    torch.manual_seed(0)
    paints = painter(name).build("tiny", resolution=32)
    shown: list[tuple[int, int | None, Tensor]] = []
    with watched(lambda row, of, pictures: shown.append((row, of, pictures().clone()))):
        pictures = paints.paint(1, seed=3).pictures
    rows = shown[0][1]
    assert rows is not None
    assert [(row, of) for row, of, _ in shown] == [(row + 1, rows) for row in range(rows)]
    half = shown[rows // 2 - 1][2]
    side = pictures.shape[-1]
    assert half[:, :, side // 2 :].count_nonzero() == 0  # Nothing is painted there yet.
    assert torch.allclose(half[:, :, : side // 3], pictures[:, :, : side // 3], atol=1e-4)
    assert torch.allclose(shown[-1][2], pictures, atol=1e-4)


@pytest.mark.parametrize(("name", "layers"), [("landscape", 4), ("aaron", 1)])
def test_painters_by_rules_show_their_layers_in_the_order_in_which_they_lay_them(name: str, layers: int) -> None:
    paints = painter(name).build("tiny", resolution=64)
    shown: list[Tensor] = []
    with watched(lambda number, of, pictures: shown.append(pictures().clone())):
        (picture,) = paints.paint(1, seed=5).pictures
    assert len(shown) == layers
    assert {one.shape for one in shown} == {(1, 3, 64, 64)}
    left = [(one[0] - picture).abs().mean().item() for one in [*shown, picture[None]]]
    assert left == sorted(left, reverse=True)
    assert left[0] > 0.02
    assert torch.equal(paints.paint(1, seed=5).pictures[0], picture)


def test_steps_of_several_candidates_count_on_and_candidates_without_steps_count_themselves() -> None:
    reported: list[tuple[int, int | None, float]] = []

    def paint(number: int, steps: int) -> Painted:
        for step in range(steps):
            report(step + 1, steps, lambda: torch.full((1,), number))
        return Painted(torch.full((1,), number))

    with watched(lambda step, steps, pictures: reported.append((step, steps, pictures().item()))):
        for steps in (2, 0):
            for number in range(3):
                assert part_of(number, 3, partial(paint, number, steps)).pictures == number
    assert reported[:6] == [(step + 1, 6, step // 2) for step in range(6)]
    assert reported[6:] == [(number + 1, 3, number) for number in range(3)]
    assert part_of(1, 3, partial(paint, 1, 2)).pictures == 1  # Nobody watches.


def test_an_edit_is_shown_while_it_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "SHARE", -1)
    torch.manual_seed(0)
    model = painter("flow_unet").build("tiny", resolution=32).eval()
    Image.new("RGB", (40, 32), (200, 30, 90)).save(tmp_path / "given.png")
    mask = Image.new("L", (40, 32))
    mask.paste(255, (0, 0, 20, 32))
    mask.save(tmp_path / "mask.png")
    file = tmp_path / "preview.png"
    taken: list[Image.Image] = []

    def watch(event: Event) -> None:
        if file.exists():  # Taken away to be shown, so that another one comes.
            with Image.open(file) as image:
                taken.append(image.convert("RGB"))
            file.unlink()

    how = {"painter": LoadedPainter("tiny", model), "mask": tmp_path / "mask.png", "settings": {"steps": 3}}
    for out, preview in (("a.png", file), ("b.png", None)):
        api.edit("inpaint", tmp_path / "given.png", tmp_path / out, preview=preview, watch=watch, **how)
    assert len(taken) > 1
    assert {image.size for image in taken} == {(40, 32)}
    assert all(image.getpixel((30, 16)) == (200, 30, 90) for image in taken)
    assert not file.exists()
    with Image.open(tmp_path / "a.png") as watched_one, Image.open(tmp_path / "b.png") as other:
        assert watched_one.tobytes() == other.tobytes()


def test_a_preview_is_computed_only_once_the_last_one_was_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "BETWEEN_EVENTS", 0)
    monkeypatch.setattr(previewing, "SHARE", -1)
    events: list[Event] = []
    computed: list[int] = []
    file = tmp_path / "preview.png"

    def pictures() -> Tensor:
        computed.append(1)
        return torch.zeros(3, 3, 400, 300)

    with previewed("paint", 5, events.append, file) as preview, preview.during(2, 4):
        report(1, 8, pictures)
        with Image.open(file) as small:
            assert small.size == (288, 384)
        report(2, 8, pictures)
        assert len(computed) == 1
        file.unlink()
        report(3, None, pictures)
        assert len(computed) == 2
    assert not file.exists()
    assert [(event.kind, event.done, event.total, event.values) for event in events] == [
        ("step", 2, 5, {"step": step, "steps": 8, "together": 3}) for step in (1, 2)
    ]
    report(4, 8, pictures)  # Nobody watches.
    assert len(computed) == 2
