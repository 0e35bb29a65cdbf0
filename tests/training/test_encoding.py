from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from toy import Toy, toy

from impasto.contract import Data, Learner, PainterConfig
from impasto.data.batches import Batches
from impasto.data.encodings import Encodings
from impasto.data.store import Split, Store
from impasto.training.encoding import encode
from impasto.training.loop import train
from impasto.training.processes import Processes
from impasto.training.settings import TrainSettings
from rich_store import rich_store


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


def encode_split(learner: Learner, split: Split, folder: Path, *, flip: bool = True) -> Encodings:
    (encodings,) = encode(learner, [split], folder, Processes("cpu"), flips=[flip], precision="fp32")
    return encodings


def test_every_picture_is_encoded_once_with_its_mirror_image(store: Store, tmp_path: Path) -> None:
    split = store.split("train")
    painter = with_encoder()
    encodings = encode_split(painter, split, tmp_path).pictures
    assert encodings.shape == (len(split), 2, 3, 2)
    assert painter.halves.pictures_encoded == 2 * len(split)
    np.testing.assert_array_equal(encodings[:, 1], encodings[:, 0, :, ::-1])
    again = encode_split(painter, split, tmp_path).pictures
    assert painter.halves.pictures_encoded == 2 * len(split)
    np.testing.assert_array_equal(again, encodings)


def test_codes_stay_what_they_are(store: Store, tmp_path: Path) -> None:
    class Coded(Halves):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return (super().forward(pictures) * 30_000).long() + 30_000

    split = store.split("train")
    painter = with_encoder()
    painter.halves = Coded()
    encodings = encode_split(painter, split, tmp_path)
    assert encodings.pictures.dtype == np.int32
    (pictures,) = Batches(split, 8, 0, flip=True)(0)
    (codes,) = Batches(split, 8, 0, flip=True, encodings=encodings)(0)
    assert codes.encoded.dtype == torch.int64
    assert codes.encoded.max() > 2048
    assert torch.equal(codes.encoded, Coded()(pictures.pictures))


def test_other_weights_and_other_pictures_are_encoded_anew(store: Store, tmp_path: Path) -> None:
    split = store.split("train")
    first = np.array(encode_split(with_encoder(), split, tmp_path, flip=False).pictures)
    other = encode_split(with_encoder(2.0), split, tmp_path, flip=False).pictures
    np.testing.assert_allclose(other, 2 * first, atol=1e-2)
    assert len(encode_split(with_encoder(), store.split("all"), tmp_path, flip=False).pictures) == len(store)
    assert len(list(tmp_path.glob("encoded-*"))) == 1


def test_without_an_encoder_nothing_is_encoded(store: Store, tmp_path: Path) -> None:
    assert encode_split(toy(), store.split("train"), tmp_path) == Encodings()
    assert not list(tmp_path.iterdir())


def test_batches_give_what_was_encoded_for_their_rows(store: Store, tmp_path: Path) -> None:
    split = store.split("train")
    encodings = encode_split(with_encoder(), split, tmp_path)
    for step in range(3):
        (pictures,) = Batches(split, 8, 0, flip=True)(step)
        (codes,) = Batches(split, 8, 0, flip=True, encodings=encodings)(step)
        assert pictures.encoded is None
        assert codes.pictures.is_meta
        assert codes.pictures.shape == pictures.pictures.shape
        torch.testing.assert_close(codes.encoded, Halves()(pictures.pictures), atol=2e-3, rtol=0)


def test_training_hands_out_what_was_encoded(store: Store, tmp_path: Path) -> None:
    settings = TrainSettings(steps=2, batch=8, precision="fp32", samples=0)
    train(with_encoder(), store.split("train"), tmp_path / "run", settings)
    assert len(list((tmp_path / "run").glob("encoded-*.npy"))) == 1


def test_frames_of_clips_are_encoded_one_by_one(tmp_path: Path) -> None:
    split = rich_store(tmp_path / "clips", frames=3).split("train")
    encodings = encode_split(with_encoder(), split, tmp_path)
    assert encodings.pictures.shape == (len(split), 2, 3, 3, 2)
    (clips,) = Batches(split, 8, 0, flip=True)(1)
    (encoded,) = Batches(split, 8, 0, flip=True, encodings=encodings)(1)
    assert encoded.pictures.shape == clips.pictures.shape
    torch.testing.assert_close(encoded.encoded[:, 2], Halves()(clips.pictures[:, 2]), atol=2e-3, rtol=0)


class Lengths(nn.Module):
    """Each text as its number of characters and of words, shape (N, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.texts_encoded: list[str] = []

    def forward(self, texts: list[str]) -> torch.Tensor:
        self.texts_encoded += texts
        return torch.tensor([[len(text), len(text.split())] for text in texts], dtype=torch.float32)


class Reader(Toy):
    """Reads words through an encoder."""

    conditions = frozenset({"words"})

    def __init__(self, config: PainterConfig, data: Data) -> None:
        super().__init__(config, data)
        self.lengths = Lengths()

    @property
    def encoders(self) -> dict[str, nn.Module]:
        return {"words": self.lengths}


def test_every_caption_is_encoded_once(tmp_path: Path) -> None:
    split = rich_store(tmp_path / "rich").split("train")
    reader = Reader.build("tiny", captions=True)
    encodings = encode_split(reader, split, tmp_path)
    captions = {text for texts in split.captions() for text in texts}
    assert sorted(reader.lengths.texts_encoded) == sorted(captions)
    encode_split(reader, split, tmp_path)
    assert len(reader.lengths.texts_encoded) == len(captions)
    (batch,) = Batches(split, len(split), 0, parts=reader.reads, encodings=encodings)(0)
    expected = torch.tensor([[len(text), len(text.split())] for text in batch.condition.words], dtype=torch.float32)
    assert torch.equal(batch.condition.encoding, expected)
    assert "" in batch.condition.words
    assert torch.equal(batch.condition.encoding, batch.condition.emptied({"words"}, expected[:, 0] == 0).encoding)


def test_other_captions_and_other_encoders_are_encoded_anew(tmp_path: Path) -> None:
    class Counts(Lengths):
        """Of the same weights, none."""

    few = rich_store(tmp_path / "few", count=8).split("train")
    many = rich_store(tmp_path / "many", count=16).split("train")
    reader = Reader.build("tiny", captions=True)
    files = []
    for split, encoder in ((few, reader.lengths), (many, reader.lengths), (many, Counts())):
        reader.lengths = encoder
        encode_split(reader, split, tmp_path)
        files += list(tmp_path.glob("encoded-words-*.npy"))
    assert len(set(files)) == len(files) == 3


def test_two_stores_keep_their_encodings_side_by_side(store: Store, tmp_path: Path) -> None:
    splits = [store.split("train"), store.split("test")]
    painter = with_encoder()
    first, second = encode(painter, splits, tmp_path, Processes("cpu"), flips=[False] * 2, precision="fp32")
    assert (len(first.pictures), len(second.pictures)) == (len(splits[0]), len(splits[1]))
    encode(painter, splits, tmp_path, Processes("cpu"), flips=[False] * 2, precision="fp32")
    assert painter.halves.pictures_encoded == len(store)
    assert len(list(tmp_path.glob("encoded-*.npy"))) == 2


def test_it_says_how_far_it_is(store: Store, tmp_path: Path) -> None:
    reached: list[tuple[int, int]] = []
    split = store.split("train")

    def progress(done: int, total: int) -> None:
        reached.append((done, total))

    for _ in range(2):
        encode(with_encoder(), [split], tmp_path, Processes("cpu"), flips=[False], precision="fp32", progress=progress)
    # The second time the file is there already.
    assert reached == [(len(split), len(split))]
