from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from impasto.config import load
from impasto.contract import Batch, BatchNoise, Condition, Data, Painter, PictureNoise
from impasto.data.store import Store
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.painters.autoregressive.code_space import Palette
from impasto.painters.autoregressive.sampling import draw, top_probabilities
from impasto.painters.autoregressive.token_transformer import TokenTransformer, TokenTransformerSettings
from impasto.painters.likelihood.kl_autoencoder import KlAutoencoder
from impasto.painters.likelihood.vq_autoencoder import VqAutoencoder
from impasto.training.loop import train
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from impasto.training.settings import TrainSettings

KINDS = {"fsq": {"levels": (5, 5, 3)}, "codebook": {"quantizer": "codebook", "codes": 100}}
LABELS = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}


@pytest.fixture(scope="module", params=KINDS)
def autoencoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp(request.param) / "painter"
    VqAutoencoder.build("tiny", **KINDS[request.param]).save_pretrained(folder)
    return folder


def build(loud: bool = False, **values: object) -> TokenTransformer:
    """A tiny painter; a loud one has opinions, as if it had learned."""
    torch.manual_seed(0)
    painter = TokenTransformer.build("tiny", **{"grid": 4, **LABELS, **values}).eval()
    if loud:
        torch.nn.init.normal_(painter.net.last.weight, std=0.4)
        for block in painter.net.blocks:
            torch.nn.init.normal_(block.modulation.weight, std=0.3)
            torch.nn.init.ones_(block.modulation.bias)
    return painter


def batch(pictures: torch.Tensor, step: int = 0) -> Batch:
    n = len(pictures)
    return Batch(pictures, Condition(n, category=torch.arange(n) % 2), BatchNoise(0, step, slice(0, n), n))


def some_pictures(count: int = 4) -> torch.Tensor:
    return torch.rand(count, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1


@torch.no_grad()
def test_what_comes_later_is_not_seen_and_what_came_before_is():
    net = build(loud=True).net
    codes = torch.randint(729, (2, 16))
    labels = torch.tensor([0, 1])
    logits = net(codes, labels)
    for place in range(16):
        changed = codes.clone()
        changed[:, place] = (changed[:, place] + 300) % 729
        moved = (net(changed, labels) - logits).abs().amax(dim=(0, 2)) > 1e-4
        assert moved.tolist() == [p > place for p in range(16)]


@torch.no_grad()
def test_remembering_tells_the_same_as_looking_at_all_anew():
    net = build(loud=True).net
    codes = torch.randint(729, (3, 16))
    labels = torch.tensor([0, 1, 2])
    decoding = net.start_decoding()
    steps = [net.next_logits(codes[:, max(0, place - 1)], labels, decoding) for place in range(16)]
    torch.testing.assert_close(torch.stack(steps, dim=1), net(codes, labels), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [0.1, 0.4, 0.3, 0.2]),
        ({"top_k": 1}, [0, 1, 0, 0]),
        ({"top_k": 3}, [0, 4 / 9, 3 / 9, 2 / 9]),
        ({"top_k": 4}, [0.1, 0.4, 0.3, 0.2]),
        ({"top_p": 0.39}, [0, 1, 0, 0]),
        ({"top_p": 0.41}, [0, 4 / 7, 3 / 7, 0]),
        ({"top_p": 0.69}, [0, 4 / 7, 3 / 7, 0]),
        ({"top_p": 0.71}, [0, 4 / 9, 3 / 9, 2 / 9]),
        # Of the three that stay, two make up 7 / 9.
        ({"top_k": 3, "top_p": 0.77}, [0, 4 / 7, 3 / 7, 0]),
        ({"top_k": 3, "top_p": 0.78}, [0, 4 / 9, 3 / 9, 2 / 9]),
    ],
)
def test_the_unlikely_codes_are_left_out(settings, expected):
    logits = torch.tensor([[0.1, 0.4, 0.3, 0.2], [0.4, 0.1, 0.2, 0.3]]).log() + 5
    first, second = top_probabilities(logits, **settings)
    torch.testing.assert_close(first, torch.tensor(expected).double())
    torch.testing.assert_close(second, first[[1, 0, 3, 2]])


def test_of_codes_that_are_alike_as_many_stay_as_were_asked_for():
    assert (top_probabilities(torch.zeros(1, 10), top_k=3) > 0).sum() == 3


def test_a_code_is_drawn_where_the_probabilities_pass_the_level():
    probabilities = torch.tensor([[0.0, 0.25, 0.0, 0.5, 0.25, 0.0]]).double().repeat(6, 1)
    levels = torch.tensor([0.0, 0.2499, 0.25, 0.7499, 0.75, 1 - 2**-24])
    assert draw(probabilities, levels).tolist() == [1, 1, 3, 3, 4, 4]


@pytest.mark.parametrize("guidance", [0.0, 1.0, 3.0])
@torch.no_grad()
def test_codes_are_those_of_logits_led_from_no_category_to_one(guidance):
    painter = build(loud=True)
    labels = torch.tensor([0, 1, 1])
    settings = load(TokenTransformerSettings, {"guidance": guidance, "temperature": 0.8, "top_k": 50, "top_p": 0.9})
    codes = torch.zeros(3, 16).long()
    levels = PictureNoise(7, range(3)).uniform(16)
    for place in range(16):
        known, unknown = (painter.net(codes, of)[:, place] for of in (labels, torch.full((3,), 2)))
        logits = known if guidance == 1 else unknown + guidance * (known - unknown)
        codes[:, place] = draw(top_probabilities(logits / 0.8, 50, 0.9), levels[:, place])
    assert torch.equal(painter.write(Condition(3, category=labels), PictureNoise(7, range(3)), settings), codes)


def test_the_likeliest_codes_are_what_a_cold_painter_writes():
    painter = build(loud=True)
    assert torch.equal(painter.paint(3, top_k=1).pictures, painter.paint(3, temperature=1e-4).pictures)
    assert not torch.equal(painter.paint(3, top_k=1).pictures, painter.paint(3).pictures)


def test_it_learns_two_pictures_by_heart():
    painter = build(lr=1e-2, label_dropout=0.5)
    pictures = torch.nn.functional.interpolate(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).view(2, 1, 1, 2), (32, 32))
    pictures = some_pictures(2) * 0.5 + pictures * 0.5
    moves = Moves(painter, Processes("cpu"))
    losses = [moves.step([batch(pictures, step)], step, 150).logs["painter/loss"] for step in range(150)]
    assert losses[0] > 6
    assert losses[-1] < 0.2
    # Without their category the first code is as likely one as the other; with it, all are known.
    for label, category in enumerate(LABELS["categories"]):
        painted = painter.paint(3, seed=4, category=category, temperature=0.5).pictures
        torch.testing.assert_close(painted, painter.reconstruct(pictures)[label].expand(3, -1, -1, -1))
    either = painter.paint(12, guidance=0).pictures
    assert {int((p - painter.reconstruct(pictures)).square().mean(dim=(1, 2, 3)).argmin()) for p in either} == {0, 1}


def test_losses_do_not_depend_on_how_a_batch_is_cut():
    painter = build(loud=True)
    pictures = some_pictures(8)
    whole = next(painter.turns(batch(pictures), 0)).loss
    parts = []
    for rows in (slice(4), slice(4, 8)):
        condition = Condition(4, category=torch.arange(8)[rows] % 2)
        parts.append(next(painter.turns(Batch(pictures[rows], condition, BatchNoise(0, 0, rows, 8)), 0)).loss)
    torch.testing.assert_close(torch.stack(parts).mean(), whole)


def test_colours_are_the_nearest_of_nine_levels():
    palette = Palette(Data(), 4)
    assert palette.size == 729
    shades = torch.tensor([-1.0, -0.13, 0.0, 0.12, 0.37, 0.38, 1.0]).view(-1, 1, 1, 1).expand(-1, 3, 32, 32)
    decoded = palette.decode(palette(shades))
    assert decoded[:, 0, 5, 5].tolist() == [-1, -0.25, 0, 0, 0.25, 0.5, 1]
    palette = Palette(Data(size=(8, 8)), 8)
    codes = torch.randint(729, (2, 8, 8))
    assert torch.equal(palette(palette.decode(codes)), codes)


@pytest.mark.parametrize("size", [(96, 128), (64, 32)])
def test_pictures_that_are_not_square_are_learned_and_written(size, autoencoder):
    pictures = torch.rand(2, 3, *size) * 2 - 1
    for values, places in (({"grid": 8}, (8 * size[0] // max(size), 8 * size[1] // max(size))), ({}, None)):
        painter = build(size=size, **values, **({} if values else {"autoencoder": str(autoencoder)}))
        (turn,) = painter.turns(batch(pictures), 0)
        turn.loss.backward()
        assert torch.isfinite(turn.loss)
        assert (painter.net.height, painter.net.width) == (places or (size[0] // 4, size[1] // 4))
        assert painter.reconstruct(pictures).shape == (2, 3, *size)
    assert build(size=size).paint(2, guidance=2.0).pictures.shape == (2, 3, *size)


def test_codes_go_through_the_autoencoder_and_back(autoencoder):
    painter = build(autoencoder=str(autoencoder))
    alone = Painter.from_pretrained(autoencoder).eval()
    pictures = some_pictures()
    codes = painter.space(pictures)
    assert codes.shape == (4, 8, 8)
    assert torch.equal(codes, alone.tokens(pictures))
    torch.testing.assert_close(painter.reconstruct(pictures), alone.reconstruct(pictures), atol=1e-5, rtol=0)


def test_it_learns_alike_from_pictures_and_from_their_codes(autoencoder):
    painter = build(autoencoder=str(autoencoder))
    pictures = some_pictures()
    encoded = painter.encoders["pictures"](pictures)
    kept = replace(batch(pictures), pictures=pictures.to("meta"), encoded=encoded)
    assert torch.equal(next(painter.turns(batch(pictures), 0)).loss, next(painter.turns(kept, 0)).loss)


def test_over_an_autoencoder_it_stands_alone_once_saved(autoencoder, tmp_path):
    painter = build(autoencoder=str(autoencoder), resolution=64)
    pictures = painter.paint(2, seed=1).pictures
    assert pictures.shape == (2, 3, 64, 64)
    painter.save_pretrained(tmp_path / "p")
    file = tmp_path / "p" / "config.json"
    file.write_text(file.read_text().replace(str(autoencoder), "gone"))
    assert torch.equal(Painter.from_pretrained(tmp_path / "p").paint(2, seed=1).pictures, pictures)
    assert painter.describe()["config"]["latents"]["painter"] == "vq_autoencoder"


def test_the_autoencoder_is_no_players_and_does_not_train(autoencoder):
    painter = build(autoencoder=str(autoencoder)).train()
    moved = {id(p) for player in painter.players().values() for p in player.parameters()}
    kept = list(painter.space.parameters())
    assert kept
    assert not any(id(p) in moved or p.requires_grad for p in kept)
    assert not painter.space.training


def test_training_keeps_the_codes_of_every_picture(autoencoder, store: Store, tmp_path):
    painter = build(autoencoder=str(autoencoder))
    split = store.split("train")
    done = train(painter, split, tmp_path / "run", TrainSettings(steps=2, batch=8, precision="fp32", samples=0))
    (kept,) = (np.load(file) for file in (tmp_path / "run").glob("encoded-*.npy"))
    assert kept.shape == (len(split), 2, 8, 8)
    assert np.array_equal(kept[:8, 0], painter.space(split.pictures(range(8))))
    assert Painter.from_pretrained(done.painter).paint(1).pictures.isfinite().all()


def test_latents_that_are_no_codes_are_refused(tmp_path):
    KlAutoencoder.build("tiny").save_pretrained(tmp_path / "kl")
    with pytest.raises(ConfigError, match=r"this is a kl_autoencoder, whose latents are not codes; give a vq_auto"):
        build(autoencoder=str(tmp_path / "kl"))
    build().save_pretrained(tmp_path / "p")
    with pytest.raises(ConfigError, match=r"this is a token_transformer, which is not an autoencoder"):
        build(autoencoder=str(tmp_path / "p"))
    with pytest.raises(CheckpointError, match="There is no folder 'nowhere'"):
        build(autoencoder="nowhere")


def test_too_many_codes_are_refused(tmp_path):
    VqAutoencoder.build("tiny", levels=(64, 64, 64)).save_pretrained(tmp_path / "p")
    with pytest.raises(ConfigError, match=r"it has 262144 codes, but at most 65536 can be used"):
        build(autoencoder=str(tmp_path / "p"))


def test_another_autoencoder_among_the_weights_is_noticed(autoencoder, tmp_path):
    build(autoencoder=str(autoencoder)).save_pretrained(tmp_path / "p")
    file = tmp_path / "p" / "model.safetensors"
    state = load_file(file)
    key = next(k for k in state if k.startswith("space.") and k.endswith("weight"))
    save_file({k: v + 0.01 if k == key else v.clone() for k, v in state.items()}, file)
    with pytest.raises(CheckpointError, match=r"The autoencoder among the weights has the hash \w{12}…"):
        Painter.from_pretrained(tmp_path / "p")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"top_k": 0}, r"top_k = 0: input should be greater than or equal to 1"),
        ({"top_k": 730}, r"top_k = 730, but there are only 729 codes; take at most 729"),
        ({"top_p": 0.0}, r"top_p = 0.0: input should be greater than 0"),
        ({"top_p": 1.5}, r"top_p = 1.5: input should be less than or equal to 1"),
        ({"temperature": 0.0}, r"temperature = 0.0: input should be greater than 0"),
    ],
)
def test_settings_out_of_range_are_refused(setting, message):
    with pytest.raises(ConfigError, match=message):
        build().paint(1, **setting)


def test_what_cannot_be_built_or_led_is_refused():
    with pytest.raises(NotCapable, match=r"guidance = 2, but this token_transformer was trained without categories"):
        build(categories=(), shares=()).paint(1, guidance=2.0)
    with pytest.raises(ConfigError, match=r"width = 36 must be a multiple of 4 × heads = 8"):
        build(width=36)
    with pytest.raises(ConfigError, match=r"grid = 64 is finer than pictures of 32 px"):
        build(grid=64)
    again = TokenTransformer(replace(build().config, grid=8), Data())
    assert (again.net.height, again.net.width) == (8, 8)
