from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from impasto.contract import Batch, BatchNoise, Condition, Noise
from impasto.errors import ConfigError, UsageError
from impasto.painters.adversarial.style_directions import directions, parsed_moves
from impasto.painters.adversarial.style_gan import StyleGan
from impasto.painters.adversarial.style_networks import ModulatedConv
from impasto.training.moves import Moves
from impasto.training.processes import Processes

LABELS = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}


def build(**values: object) -> StyleGan:
    torch.manual_seed(0)
    painter = StyleGan.build("tiny", **{**LABELS, **values})
    painter.renew_statistics()
    return painter


def batch(step: int = 0) -> Batch:
    pictures = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return Batch(pictures, Condition(8, category=torch.arange(8) % 2), BatchNoise(0, step, slice(0, 8), 8))


def test_scaled_features_give_what_modulated_weights_would():
    torch.manual_seed(0)
    layer = ModulatedConv(6, 5, 3, 4).double()
    x = torch.randn(2, 6, 8, 8, dtype=torch.float64)
    style = torch.randn(2, 4, dtype=torch.float64)
    for row, (features, scales) in enumerate(zip(x, layer.scales(style), strict=True)):
        weight = layer.convolution.scaled * scales[:, None, None]
        weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
        torch.testing.assert_close(layer(x, style)[row], F.conv2d(features[None], weight, padding=1)[0])


def test_a_style_of_no_scale_is_the_average_one():
    painter = build()
    average = painter.paint(2, seed=0, truncation=0).pictures
    assert torch.equal(average[0], average[1])
    spread = [float(painter.paint(8, seed=0, truncation=t).pictures.var(0).mean()) for t in (0.3, 0.7, 1.0)]
    assert spread[0] < spread[1] < spread[2]


def test_mixed_pictures_have_early_layers_of_one_seed_and_late_ones_of_another():
    painter = build()
    depth = painter.generator.synthesis.depth

    def painted(seed: int, **settings: int) -> torch.Tensor:
        return painter.paint(1, seed=seed, category="dawn", **settings).pictures

    plain = painted(1)
    assert torch.equal(painted(1, mixing_seed=2, mixing_from=0), painted(2))
    near = [float((painted(1, mixing_seed=2, mixing_from=k) - plain).abs().mean()) for k in (1, depth - 1)]
    assert near[0] > near[1] > 0
    with pytest.raises(UsageError, match=f"0 to {depth - 1}"):
        painter.paint(1, mixing_seed=2, mixing_from=depth)


def test_the_first_direction_changes_what_layers_read_most():
    torch.manual_seed(0)
    weights = [torch.randn(12, 6, dtype=torch.float64), torch.randn(8, 6, dtype=torch.float64)]
    vectors = directions(weights)
    gains = (torch.cat(weights) @ vectors.T).norm(dim=0)
    torch.testing.assert_close(gains, torch.linalg.svdvals(torch.cat(weights)))
    torch.testing.assert_close(vectors @ vectors.T, torch.eye(6, dtype=torch.float64))


def test_moves_along_directions_are_pictures_of_moved_styles():
    painter = build()
    plain, near, far = (painter.paint(1, seed=0, moves=m).pictures for m in ("", "1:1", "1:4, 2:-1"))
    assert float((near - plain).abs().mean()) < float((far - plain).abs().mean())
    assert parsed_moves(" 2:-1.5,", 3) == {1: -1.5}
    for wrong, words in (("1", "write the number"), ("a:1", "write the number"), ("9:1", "1 to 3"), ("0:1", "1 to 3")):
        with pytest.raises(UsageError, match=words):
            parsed_moves(wrong, 3)


@pytest.mark.parametrize("value", [-0.1, 2.1])
def test_truncation_lies_between_0_and_2(value: float):
    with pytest.raises(ConfigError, match="truncation"):
        build().paint(1, truncation=value)


def test_augmentation_follows_how_sure_the_discriminator_is():
    painter = build(augment_pace=0.25)
    for sign, probability in ((1.0, 0.25), (1.0, 0.5), (0.0, 0.25), (0.0, 0.0), (0.0, 0.0)):
        logs = {"discriminator/sign": sign}
        painter.after(0, logs)
        assert logs["augmentation"] == probability


def test_pictures_are_augmented_with_that_probability():
    painter = build()
    pictures = batch().pictures
    noise: Noise = BatchNoise(0, 0, slice(0, 8), 8)
    assert torch.equal(painter._augmented(pictures, noise), pictures)
    painter.augmentation.fill_(0.5)
    changed = (painter._augmented(pictures, noise) != pictures).flatten(1).any(1)
    assert 0 < changed.sum() < 8


def test_path_lengths_are_drawn_to_their_mean():
    painter = build(path_every=1)
    moves = Moves(painter, Processes("cpu"))
    result = moves.step([batch()], 0, 4)
    assert float(painter.path_mean) == pytest.approx(result.logs["generator/path"])
    before = float(painter.path_mean)
    result = moves.step([batch(1)], 1, 4)
    assert float(painter.path_mean) == pytest.approx(before + 0.01 * (result.logs["generator/path"] - before))


def test_regularisation_is_lazy():
    painter = build(r1_every=4, path_every=2)
    logged = [{key for turn in painter.turns(batch(), step) for key in turn.logs} for step in range(4)]
    assert [("r1" in keys, "path" in keys) for keys in logged] == [
        (True, True),
        (False, False),
        (False, True),
        (False, False),
    ]
    assert painter.players()["discriminator"].lazy == 4
