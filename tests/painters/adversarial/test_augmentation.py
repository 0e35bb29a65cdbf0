from __future__ import annotations

import torch

from impasto.contract import BatchNoise, PictureNoise
from impasto.painters.adversarial.augmentation import augment


def noise(rows: slice = slice(0, 6)) -> BatchNoise:
    return BatchNoise(0, 0, rows, 6)


def test_a_grey_picture_is_shifted_and_has_a_hole_of_at_most_a_quarter():
    changed = augment(torch.zeros(200, 3, 32, 32), PictureNoise(0, range(200)))
    light = changed.abs().amax(dim=(1, 2, 3))
    assert light.max() <= 0.5
    assert light.unique().numel() > 150
    empty = (changed == 0).all(dim=1)
    # A hole of 16 × 16 and what a shift of up to 4 pixels leaves, 32² - 28² at most.
    shares = empty.float().mean(dim=(1, 2))
    assert shares.max() <= (16**2 + 32**2 - 28**2) / 32**2
    assert shares.mean() > 0.15
    for place in (empty[:, 0, 0], empty[:, 15, 15], empty[:, 31, 31]):
        assert 0 < place.float().mean() < 1


def test_a_ramp_stays_a_ramp_moved_by_whole_pixels():
    ramp = torch.arange(32.0).view(1, 1, 32, 1).expand(100, 3, 32, 32) / 31
    augmented = augment(ramp, PictureNoise(1, range(100)))
    assert torch.allclose(augmented[:, 0], augmented[:, 1], atol=1e-5)
    column = augmented[:, 0, 4:28, 16]
    full = (column[:, 1:] != 0) & (column[:, :-1] != 0)
    steps = torch.where(full, (column[:, 1:] - column[:, :-1]) * 31, torch.nan)
    contrast = steps.nanmedian(dim=1, keepdim=True).values
    assert (steps - contrast).abs().nan_to_num(0).max() < 1e-3
    visible = contrast[~contrast.isnan()]
    assert len(visible) > 50
    assert 0.5 <= visible.min() < 0.7
    assert 1.3 < visible.max() <= 1.5


def test_each_row_is_changed_on_its_own_and_lets_gradients_through():
    pictures = torch.rand(6, 3, 16, 16, generator=torch.Generator().manual_seed(0)).requires_grad_()
    whole = augment(pictures, noise())
    parts = torch.cat([augment(pictures[k : k + 2], noise(slice(k, k + 2))) for k in (0, 2, 4)])
    assert torch.equal(whole, parts)
    (gradient,) = torch.autograd.grad(whole[2].sum(), pictures)
    assert gradient[2].abs().sum() > 0
    assert gradient[[0, 1, 3, 4, 5]].abs().sum() == 0
