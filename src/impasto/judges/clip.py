"""A judge of pictures and texts that learns which caption belongs to which picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto import pretrained
from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Learner, PainterConfig, Player, Turn, cosine
from impasto.errors import ConfigError
from impasto.nn.contrast import contrast
from impasto.nn.picture_features import PictureFeatures
from impasto.nn.text import text_encoder

__all__ = ["Clip", "ClipConfig"]


@config
class ClipConfig(PainterConfig):
    """Settings of `Clip`.

    Attributes:
        width: Channels of the pictures' network at half their size; they double with each halving.
        pictures: A judge whose network of pictures is taken over and frozen, so that texts alone are learned ('locked
            image', which takes a fraction of the time): a run, an export, a hub id, or 'shipped/world_reader'. Empty
            learns a network of pictures too.
        words: Encoder of words: 'own' learns with the judge, 'minilm' is frozen.
        limit: Most tokens of a text that are read.
        depth: Layers of the encoder 'own'.
        features: Length of the vectors of pictures and texts.
        loss: 'softmax' asks which of the texts belongs to a picture and which picture to a text (CLIP); 'sigmoid' asks
            of each pair whether it belongs together (SigLIP).
        group: Number of pictures that are compared with one another's texts. A batch is cut into groups, in order, so
            that a larger batch means more groups, not more comparisons; parts of a batch (micro-batches, processes)
            should be multiples of it.
        dropout: Share of the pictures' features that is left out at random in training.
        lr: Learning rate of AdamW at its highest.
        weight_decay: Weight decay, per unit of learning rate.
    """

    width: int = Field(default=32, ge=4, le=256)
    pictures: str = Field(default="", max_length=4096, examples=["shipped/world_reader"])
    words: str = Field(default="own", max_length=200, examples=["own", "minilm"])
    limit: int = Field(default=72, ge=8, le=512)
    depth: int = Field(default=2, ge=1, le=24)
    features: int = Field(default=128, ge=8, le=1024)
    loss: Literal["softmax", "sigmoid"] = "softmax"
    group: int = Field(default=128, ge=2, le=65_536)
    dropout: float = Field(default=0.1, ge=0, le=0.9)
    lr: float = Field(default=1e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.1, ge=0, le=1)


@listed(
    name="clip",
    summary="judge of pictures and texts: which caption belongs to which picture",
    year=2021,
    source="Radford et al., Learning Transferable Visual Models From Natural Language Supervision (CLIP); "
    "sigmoid loss: Zhai et al. 2023, SigLIP; locked image: Zhai et al. 2022, LiT",
)
class Clip(Learner):
    """Pictures and texts as vectors of one space, in which those that belong together are near."""

    Config = ClipConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 4, "features": 16, "group": 4, "limit": 16},
        "small": {},
        "base": {"width": 64},
    }
    conditions = frozenset({"words"})
    fixed_settings = frozenset({"pictures", "words"})
    config: ClipConfig

    def __init__(self, config: ClipConfig, data: Data) -> None:
        super().__init__(config, data)
        depth = {"depth": config.depth} if config.words == "own" else {}
        self.words = text_encoder(config.words, config.features, limit=config.limit, **depth)
        self.pictures = PictureFeatures(config.width, data.size).requires_grad_(not config.pictures)
        self.project = nn.Sequential(nn.Dropout(config.dropout), nn.Linear(self.pictures.features, config.features))
        # Initial values of the papers: logits of 1 / 0.07 at most for softmax, of 10 with a bias of -10 for sigmoid.
        softmax = config.loss == "softmax"
        self.scale = nn.Parameter(torch.tensor(1 / 0.07 if softmax else 10.0).log())
        self.bias = None if softmax else nn.Parameter(torch.tensor(-10.0))

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The frozen half of the encoder of words, and the network of pictures where it is frozen."""
        frozen = {"pictures": self.pictures} if self.config.pictures else {}
        return {"words": self.words.reader, **frozen}

    def fetch(self) -> None:
        """Load the encoder of words and the network of pictures, where they are pretrained.

        Raises:
            ConfigError: When the judge that is named has no such network, or one of another size.
        """
        self.words.fetch()
        if not self.config.pictures:
            return
        network = getattr(pretrained.load(self.config.pictures), "features", None)
        if not isinstance(network, PictureFeatures) or network.features != self.pictures.features:
            raise ConfigError(
                f"pictures = {self.config.pictures!r}: that holds no network of pictures with width = "
                f"{self.config.width}. Name a judge that has one, such as 'shipped/world_reader', or leave it empty."
            )
        self.pictures.load_state_dict(network.state_dict())

    def learn_words(self, captions: Iterable[str]) -> None:
        """Learn the vocabulary of the captions."""
        self.words.learn(captions)

    def players(self) -> dict[str, Player]:
        """All of it; the scale is moved like everything else, and bounded where it is used."""
        scalars = (self.scale,) if self.bias is None else (self.scale, self.bias)
        nets = (self.words, self.pictures, self.project, *scalars)
        decay = self.config.weight_decay
        return {"judge": Player(nets, lr=self.config.lr, weight_decay=decay, clip=1.0, schedule=cosine(0.05))}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: how wrongly pictures and texts of a group are matched, in nats."""
        features = self.pictures(batch.pictures) if batch.encoded is None else batch.encoded
        pictures = self._projected(features)
        texts = self._text_vectors(batch.condition)
        known = batch.condition.words or ("",) * len(batch)
        losses = []
        first_right = []
        for start in range(0, len(batch), self.config.group):
            rows = slice(start, start + self.config.group)
            logits = self._logits(pictures[rows] @ texts[rows].T)
            losses.append(contrast(logits, known[rows], self.config.loss))
            first_right.append((logits.detach().argmax(1) == torch.arange(len(logits), device=logits.device)).float())
        yield Turn("judge", torch.cat(losses).mean(), {"first": torch.cat(first_right).mean()})

    def picture_vectors(self, pictures: Tensor) -> Tensor:
        """Vectors of length 1, shape (N, D), of pictures (N, 3, H, W), in [-1, 1]; gradients flow through."""
        return self._projected(self.pictures(pictures))

    def text_vectors(self, texts: Sequence[str]) -> Tensor:
        """Vectors of length 1, shape (N, D), of N texts."""
        return self._text_vectors(Condition(len(texts), words=tuple(texts)))

    def judge(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Cosine of the angle between each picture's vector and that of its words, shape (N,), in [-1, 1]."""
        return (self.picture_vectors(pictures) * self._text_vectors(condition)).sum(1)

    def _projected(self, features: Tensor) -> Tensor:
        return F.normalize(self.project(features).float(), dim=1)

    def _text_vectors(self, condition: Condition) -> Tensor:
        encoding = condition.encoding
        if encoding is None and condition.words is not None:
            encoding = self.words.reader([*condition.words]).to(self.device)
        return F.normalize(self.words(encoding, len(condition)).pooled.float(), dim=1)

    def _logits(self, cosines: Tensor) -> Tensor:
        """Logits of pairs; as in CLIP the scale is at most 100."""
        logits = cosines * self.scale.exp().clamp(max=100.0)
        return logits if self.bias is None else logits + self.bias
