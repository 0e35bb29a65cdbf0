from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import nn
from toy import Toy, toy

from impasto.data.batches import Batches
from impasto.data.store import Store
from impasto.training.encoding import encoded
from impasto.training.loop import train
from impasto.training.processes import Processes
from impasto.training.settings import TrainSettings


class Halves(nn.Module):
    """Each picture as the mean colours of its left and its right half, shape (N, 3, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(()), requires_grad=False)
        self.pictures_encoded = 0

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.pictures_encoded += len(pictures)
        return self.gain * torch.stack([half.mean(dim=(2, 3)) for half in pictures.chunk(2, dim=3)], dim=2)


def with_encoder(gain: float = 1.0) -> Toy:
    class WithEncoder(Toy):
        @property
        def encoders(self) -> dict[str, nn.Module]:
            return {"pictures": self.halves}

        def turns(self, batch, step):
            # Where pictures were encoded beforehand, they come without values.
            encoded = self.halves(batch.pictures) if batch.encoded is None else batch.encoded
            assert batch.pictures.shape[1:] == (3, 32, 32)
            assert encoded.shape[1:] == (3, 2)
            return super().turns(replace(batch, pictures=encoded[..., None]), step)

    painter = WithEncoder.build("tiny", resolution=32)
    painter.halves = Halves()
    painter.halves.gain.fill_(gain)
    return painter


def test_every_picture_is_encoded_once_with_its_mirror_image(store: Store, tmp_path):
    split, painter = store.split("train"), with_encoder()
    encodings = encoded(painter, split, tmp_path, Processes("cpu"), flip=True)
    assert encodings.shape == (len(split), 2, 3, 2)
    assert painter.halves.pictures_encoded == 2 * len(split)
    np.testing.assert_array_equal(encodings[:, 1], encodings[:, 0, :, ::-1])
    again = encoded(painter, split, tmp_path, Processes("cpu"), flip=True)
    assert painter.halves.pictures_encoded == 2 * len(split)
    np.testing.assert_array_equal(again, encodings)


def test_codes_stay_what_they_are(store: Store, tmp_path):
    class Coded(Halves):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return (super().forward(pictures) * 30_000).long() + 30_000

    split, painter = store.split("train"), with_encoder()
    painter.halves = Coded()
    encodings = encoded(painter, split, tmp_path, Processes("cpu"), flip=True)
    assert encodings.dtype == np.int32
    plain, coded = (Batches(split, 8, 0, flip=True, encoded=e) for e in (None, encodings))
    (pictures,), (codes,) = plain(0), coded(0)
    assert codes.encoded.dtype == torch.int64
    assert codes.encoded.max() > 2048
    assert torch.equal(codes.encoded, Coded()(pictures.pictures))


def test_other_weights_and_other_pictures_are_encoded_anew(store: Store, tmp_path):
    split = store.split("train")
    first = np.array(encoded(with_encoder(), split, tmp_path, Processes("cpu"), flip=False))
    other = encoded(with_encoder(2.0), split, tmp_path, Processes("cpu"), flip=False)
    np.testing.assert_allclose(other, 2 * first, atol=1e-2)
    assert encoded(with_encoder(), store.split("all"), tmp_path, Processes("cpu"), flip=False).shape[0] == len(store)
    assert len(list(tmp_path.glob("encoded-*"))) == 1


def test_without_an_encoder_nothing_is_encoded(store: Store, tmp_path):
    assert encoded(toy(), store.split("train"), tmp_path, Processes("cpu"), flip=True) is None


def test_batches_give_what_was_encoded_for_their_rows(store: Store, tmp_path):
    split = store.split("train")
    encodings = encoded(with_encoder(), split, tmp_path, Processes("cpu"), flip=True)
    plain, coded = (Batches(split, 8, 0, flip=True, encoded=e) for e in (None, encodings))
    for step in range(3):
        (pictures,), (codes,) = plain(step), coded(step)
        assert pictures.encoded is None
        assert codes.pictures.is_meta
        torch.testing.assert_close(codes.encoded, Halves()(pictures.pictures), atol=2e-3, rtol=0)
        assert torch.equal(codes.condition.category, pictures.condition.category)


def test_training_hands_out_what_was_encoded(store: Store, tmp_path):
    settings = TrainSettings(steps=2, batch=8, precision="fp32", samples=0)
    train(with_encoder(), store.split("train"), tmp_path / "run", settings)
    assert len(list((tmp_path / "run").glob("encoded-*.npy"))) == 1
