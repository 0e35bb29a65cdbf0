"""A reader of hands: a picture of one → its number of fingers, where its joints are, and whether they are possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, HandReading, Learner, PainterConfig, Player, Turn, cosine
from impasto.errors import ConfigError
from impasto.hands.anatomy import JOINTS
from impasto.hands.caption import stated
from impasto.hands.drawn import LEGEND
from impasto.hands.faults import COUNTS
from impasto.nn.residual import ResidualBlock

__all__ = ["HandReader", "HandReaderConfig"]

POSE = "pose"
"""Name of the map that has the joints."""
FIRST_JOINT = len(LEGEND) - len(JOINTS)
"""Class of the first joint in the map."""
WIDTHS = (1, 2, 4, 6)
"""Channels of the feature maps, from fine to coarse, as multiples of the width."""
PARTS = 4
"""Joints of a digit: those of all digits have a density together, whose sum says how many there are."""
MIRRORED = 0.5
"""Share of the pictures that are mirrored in training."""
RARE = -5.0
"""Logit of a place that is hardly ever a joint."""
HIDDEN = 128
"""Features of the layers that count fingers."""
FIVE = 5
"""The usual number of digits, by which sums of densities are divided."""


@config
class HandReaderConfig(PainterConfig):
    """Settings of `HandReader`.

    Attributes:
        width: Channels of the finest feature map; the coarser ones have more.
        patch: Pixels along the side of a place of that map, at which a joint may be; for larger pictures 2 or more.
        dropout: Share of the features that is left out at random in training, before fingers are counted.
        noise: Largest standard deviation of the noise that is added to pictures in training, so that the traces of a
            painter that removes noise are not taken for fingers.
        wrong_weight: How much a hand weighs that has another number of fingers than five, or a joint out of range, as
            against right ones, of which there are more.
        lr: Learning rate of AdamW at its highest.
        weight_decay: Weight decay, per unit of learning rate.
    """

    width: int = Field(default=16, ge=16, le=256, multiple_of=16)
    patch: int = Field(default=1, ge=1, le=8)
    dropout: float = Field(default=0.1, ge=0, le=0.9)
    noise: float = Field(default=0.15, ge=0, le=2)
    wrong_weight: float = Field(default=2.5, gt=0, le=100)
    lr: float = Field(default=2e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.05, ge=0, le=1)


class HandStatements(nn.Module):
    """Captions → what they state of a hand, int64, shape (N, 2), 0 where a caption says nothing.

    The first column is 1 + the place in `COUNTS` of the number of fingers; the second 1 where all joints are in range,
    2 where one is not.
    """

    def forward(self, texts: Sequence[str]) -> Tensor:
        """The numbers of N texts."""
        rows = []
        for text in texts:
            statement = stated(text)
            rows.append(
                (0, 0) if statement is None else (1 + COUNTS.index(statement.fingers), 1 if statement.in_range else 2)
            )
        return torch.tensor(rows, dtype=torch.int64).view(-1, 2)


@listed(
    name="hand_reader",
    summary="reader of hands: number of fingers, places of the joints, and whether these are possible",
    year=2026,
    source="joints as expectations over heat maps: Sun et al. 2018, Integral human pose regression, arXiv:1711.08229",
)
class HandReader(Learner):
    """Counts fingers, finds joints, and says whether they are in range.

    Each joint has a heat map, whose expectation is its place; the knuckles, middle joints, end joints and tips of all
    digits have a density each, whose sum is their number (Lempitsky & Zisserman 2010). Two layers judge the hand from
    both, and from what else there is to see.

    It learns from hands that are right and from hands that are wrong on purpose, whose captions say what is wrong.
    Joints are learned where there is a map of the pose; one that is hidden behind another is left out.
    """

    Config = HandReaderConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {}, "small": {}, "base": {"width": 48}}
    conditions = frozenset({"words", f"maps:{POSE}"})
    config: HandReaderConfig

    def __init__(self, config: HandReaderConfig, data: Data) -> None:
        """Build a U-shaped network with heat maps of the joints and a head for the rest.

        Raises:
            ConfigError: When the pictures cannot be cut into patches that are halved three times.
        """
        super().__init__(config, data)
        if any(side % (config.patch << len(WIDTHS) - 1) for side in data.size):
            raise ConfigError(f"patch = {config.patch}: pictures of {data.size_in_words} are not halved three times.")
        self.statements = HandStatements()
        widths = [config.width * times for times in WIDTHS]
        self.stem = nn.Conv2d(3 * config.patch**2, widths[0], 3, padding=1)
        self.first = ResidualBlock(widths[0], widths[0])
        self.down = nn.ModuleList(ResidualBlock(a, b, resample="down") for a, b in pairwise(widths))
        self.up = nn.ModuleList(
            ResidualBlock(b, a, resample="up", skip_channels=a) for a, b in reversed([*pairwise(widths)])
        )
        self.heat = nn.Conv2d(widths[0], len(JOINTS) + PARTS, 3, padding=1)
        # Few places are a joint, so training begins with nearly none.
        with torch.no_grad():
            cast(Tensor, self.heat.bias)[-PARTS:].fill_(RARE)
        pooled = 2 * widths[-1] + 2 * widths[0]
        self.norm = nn.LayerNorm(pooled)
        self.head = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(pooled + PARTS + 2 * len(JOINTS), HIDDEN),
            nn.SiLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.SiLU(),
            nn.Linear(HIDDEN, len(COUNTS) + 1),
        )

    @property
    def reads(self) -> frozenset[str]:
        """Captions, and the map of the pose where there is one."""
        return self.conditions if POSE in self.data.maps else frozenset({"words"})

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The reader of captions."""
        return {"words": self.statements}

    def players(self) -> dict[str, Player]:
        """All of it."""
        decay = self.config.weight_decay
        return {"reader": Player((self,), lr=self.config.lr, weight_decay=decay, clip=1.0, schedule=cosine())}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: cross-entropies of the number of fingers, of whether joints are in range, and of where they are."""
        encoding = batch.condition.encoding
        assert encoding is not None, "training encodes the captions"
        # Nothing that is learned depends on whether it is a right or a left hand.
        mirrored = batch.noise.uniform() < MIRRORED
        strength = self.config.noise * batch.noise.uniform().view(-1, 1, 1, 1)
        pictures = _mirrored(batch.pictures, mirrored)
        heat, density, numbers = self._outputs(pictures + strength * batch.noise.normal(*pictures.shape[1:]))
        losses = self._statement_losses(numbers, encoding)
        if POSE in batch.condition.maps:
            cells = self._cells(_mirrored(batch.condition.maps[POSE], mirrored))
            losses["joints"] = _joint_loss(heat, cells)
            losses["density"] = _density_loss(density, cells)
        logs: dict[str, Tensor | float] = {name: loss.detach().mean() for name, loss in losses.items()}
        yield Turn("reader", torch.stack([*losses.values()]).sum(0).mean(), logs)

    def _statement_losses(self, numbers: Tensor, encoding: Tensor) -> dict[str, Tensor]:
        """Weighted cross-entropies of what captions state, each of shape (N,), 0 where one states nothing."""
        known = (encoding > 0).to(numbers.dtype)
        right = encoding == encoding.new_tensor([1 + COUNTS.index(FIVE), 1])
        weights = known * torch.where(right, 1.0, self.config.wrong_weight)
        counted = F.cross_entropy(numbers[:, :-1], (encoding[:, 0] - 1).clamp(min=0), reduction="none")
        possible = (encoding[:, 1] == 1).to(numbers.dtype)
        ranged = F.binary_cross_entropy_with_logits(numbers[:, -1], possible, reduction="none")
        return {"fingers": weights[:, 0] * counted, "in_range": weights[:, 1] * ranged}

    def read_hands(self, pictures: Tensor) -> HandReading:
        """What is read of pictures (N, 3, H, W), in [-1, 1], at the size of `data`; see `contract.ReadsHands`."""
        heat, _, numbers = self._outputs(self._resized(pictures))
        return HandReading(COUNTS, numbers[:, :-1].softmax(1), numbers[:, -1].sigmoid(), _places(heat))

    def judge(self, pictures: Tensor, condition: Condition) -> Tensor:
        """The probability of a correct hand, whatever is requested, shape (N,); see `contract.Judges`."""
        return self.read_hands(pictures).correct

    def _resized(self, pictures: Tensor) -> Tensor:
        if tuple(pictures.shape[-2:]) == self.data.size:
            return pictures
        return F.interpolate(pictures, self.data.size, mode="bilinear", antialias=True)

    def _outputs(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of heat maps (N, 21, h, w) and densities (N, 4, h, w); of numbers of fingers, and range, (N, 6)."""
        x = self.first(self.stem(F.pixel_unshuffle(pictures, self.config.patch)))
        finer = []
        for block in self.down:
            finer.append(x)
            x = block(x)
        coarse = x
        for block in self.up:
            x = block(x, skip=finer.pop())
        heat, density = self.heat(x).float().split([len(JOINTS), PARTS], dim=1)
        pooled = torch.cat([each for maps in (coarse, x) for each in (maps.mean((2, 3)), maps.amax((2, 3)))], dim=1)
        counted = density.sigmoid().sum((2, 3)) / FIVE
        features = [self.norm(pooled).float(), counted, _places(heat).flatten(1)]
        return heat, density, self.head(torch.cat(features, dim=1).to(pooled.dtype)).float()

    def _cells(self, maps: Tensor) -> Tensor:
        """How many of each joint are at each place, shape (N, 21, h, w), of a map of the pose (N, H, W)."""
        shown = F.one_hot((maps - FIRST_JOINT + 1).clamp(min=0), len(JOINTS) + 1)[..., 1:].movedim(3, 1)
        patch = self.config.patch
        return F.avg_pool2d(shown.to(self.heat.weight.dtype), patch) * patch**2


def _mirrored(values: Tensor, rows: Tensor) -> Tensor:
    """Pictures or maps, shape (N, …, W), of which some rows, bool, shape (N,), are mirrored."""
    return torch.where(rows.view(-1, *[1] * (values.ndim - 1)), values.flip(-1), values)


def _places(heat: Tensor) -> Tensor:
    """Expectations of columns and rows over heat maps (N, 21, h, w), in shares of the picture, shape (N, 21, 2)."""
    rows, columns = heat.shape[-2:]
    shares = heat.flatten(2).softmax(2).view_as(heat)
    down = (torch.arange(rows, device=heat.device, dtype=heat.dtype) + 0.5) / rows
    across = (torch.arange(columns, device=heat.device, dtype=heat.dtype) + 0.5) / columns
    return torch.stack([shares.sum(2) @ across, shares.sum(3) @ down], dim=2)


def _joint_loss(heat: Tensor, cells: Tensor) -> Tensor:
    """Mean cross-entropy of the places of the joints that are there once, in nats a joint, shape (N,)."""
    targets = cells.to(heat.dtype).flatten(2)
    single = (targets.sum(2) == 1).to(heat.dtype)
    each = -(heat.flatten(2).log_softmax(2) * targets).sum(2) * single
    return each.sum(1) / single.sum(1).clamp(min=1)


def _density_loss(density: Tensor, cells: Tensor) -> Tensor:
    """Mean over the parts of digits of the cross-entropy of where they are, in nats a usual digit, shape (N,)."""
    # The first joint is the wrist; then come the parts of each digit.
    targets = cells[:, 1:].unflatten(1, (-1, PARTS)).sum(1).clamp(max=1).to(density.dtype)
    each = F.binary_cross_entropy_with_logits(density, targets, reduction="none")
    return each.sum((2, 3)).mean(1) / FIVE
