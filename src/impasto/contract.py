"""What every painter promises: its players, the turns it yields in training, and how it paints.

Shapes, everywhere in `impasto`:
    N  pictures of a batch          L  categories (at least 1)
    H, W  rows and columns          R  resolution, where H = W
    C  channels of a feature map    D  dimensions of a latent or feature vector

Pictures are RGB tensors (N, 3, H, W), float, in [-1, 1]; labels are int64 (N,), in [0, L).

A training step is a sequence of turns; see `turns`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from impasto import catalogue, pretrained
from impasto.config import Field, config, load, to_dict
from impasto.errors import ConfigError, NotCapable, UnknownName, UsageError
from impasto.noise import BatchNoise, Noise, PictureNoise
from impasto.turns import Batch, Player, Schedule, Turn, constant, cosine

__all__ = [
    "Batch",
    "BatchNoise",
    "Noise",
    "Painter",
    "PainterConfig",
    "PictureNoise",
    "Player",
    "Schedule",
    "Stylized",
    "Turn",
    "constant",
    "cosine",
]


@dataclass(frozen=True)
class Stylized:
    """A given picture, painted in a painter's own manner.

    Attributes:
        picture: Shape (3, H, W), in [-1, 1].
        said: What the painter says about it, in sentences; may be empty.
        declined: Why the painter would rather not show it; empty when it would.
        companions: Ending of a file that goes with it → what gives its content.
    """

    picture: Tensor
    said: str = ""
    declined: str = ""
    companions: dict[str, Callable[[], bytes]] = field(default_factory=dict)


@config
class PainterConfig:
    """What every painter is told: the size of its pictures and the categories it knows.

    Attributes:
        resolution: Rows and columns of a picture.
        categories: Names of the categories, in order of their label; empty without labels.
        shares: Share of each category in the training pictures; they sum to 1.
    """

    resolution: int = Field(default=32, ge=8, le=2048)
    categories: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()


@config
class PaintSettings:
    """Settings of `Painter.paint` beyond count, seed and category; painters add their own."""


class Painter(nn.Module):
    """A painter of any family. Subclasses fill in `players`, `turns` and `render`."""

    Config: ClassVar[type[PainterConfig]] = PainterConfig
    Settings: ClassVar[type[PaintSettings]] = PaintSettings
    former_defaults: ClassVar[dict[str, Any]] = {}
    """Settings whose defaults were others once; recipes of then, which did not name them, are followed with these."""
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {}, "small": {}, "base": {}}
    resolutions: ClassVar[Sequence[int]] = (32, 64, 128)
    capabilities: ClassVar[frozenset[str]] = frozenset()
    """Out of 'category' (paints a named category), 'reconstruct' (picture → its own version of it), 'tokens' (picture →
    its codes), 'guidance' (classifier-free), 'denoise', 'prompt' (its setting `prompt` says in words what to paint) and
    'stylize' (paints a given picture in its own manner)."""
    companions: ClassVar[dict[str, str]] = {}
    """What this painter can give beside a picture: ending of the file → what it is."""
    chunk: ClassVar[int] = 64
    """Most pictures worth painting at a time."""
    __card__: ClassVar[catalogue.Card]
    training_only: ClassVar[tuple[str, ...]] = ()
    """Submodules that painting does not need; they are not exported."""
    double_backward: ClassVar[tuple[str, ...]] = ()
    """Submodules whose gradients are differentiated again (gradient penalties); never compiled."""

    def __init__(self, config: PainterConfig) -> None:
        """Build the networks of a config.

        Raises:
            ConfigError: When this painter cannot paint the resolution, or shares and categories differ.
        """
        super().__init__()
        if config.resolution not in self.resolutions:
            each = self.resolutions
            can = f"{each[0]} to {each[-1]}" if isinstance(each, range) else ", ".join(map(str, each))
            raise ConfigError(
                f"{self.name} cannot paint at {config.resolution} px; it paints at {can} px. "
                "Choose one of these resolutions."
            )
        if config.categories and len(config.shares) not in (0, len(config.categories)):
            raise ConfigError(f"{len(config.categories)} categories but {len(config.shares)} shares.")
        if config.shares and (min(config.shares) < 0 or sum(config.shares) <= 0):
            raise ConfigError(f"shares = {config.shares}: shares are 0 or more, and not all 0.")
        self.config = config

    @property
    def name(self) -> str:
        """The painter's name in the catalogue."""
        return str(type(self).__card__.name) if hasattr(type(self), "__card__") else type(self).__name__

    @property
    def classes(self) -> int:
        """Number of categories L, at least 1."""
        return max(1, len(self.config.categories))

    @property
    def device(self) -> torch.device:
        """Where the painter's parameters are; the CPU where it has none."""
        first = next(self.parameters(), None)
        return torch.device("cpu") if first is None else first.device

    @property
    def front(self) -> nn.Module | None:
        """What stands before all that learns and never changes: pictures in, what `turns` learn from out.

        Training runs it once over all pictures and hands what it gave to `turns` in the pictures' place; `turns`
        therefore take both. None where pictures go in as they are.
        """
        return None

    @classmethod
    def learns(cls) -> bool:
        """Whether this painter is trained; one that is not paints by rules and needs no run."""
        return cls.players is not Painter.players

    @classmethod
    def build(cls, preset: str = "small", **values: Any) -> Self:
        """A new painter from a preset and the config values that differ from it.

        Raises:
            UnknownName: When there is no such preset.
            ConfigError: When a value is unknown, of the wrong type or out of range.
        """
        if preset not in cls.presets:
            raise UnknownName("preset", preset, cls.presets)
        return cls(load(cls.Config, {**cls.presets[preset], **values}))

    def players(self) -> dict[str, Player]:
        """Who moves in training, by name."""
        raise NotImplementedError(f"{self.name} does not learn")

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """The moves of one step, in order. Reads state, never writes it."""
        raise NotImplementedError(f"{self.name} does not learn")

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Write state, which lies in buffers, after a step; weights may be in parts. `logs` are the same everywhere."""

    def render(self, labels: Tensor, noise: Noise, settings: Any) -> Tensor:
        """Paint one batch.

        Args:
            labels: Category of each picture, shape (N,).
            noise: Source of every random number, one row a picture.
            settings: An instance of `Settings`.

        Returns:
            Pictures, shape (N, 3, R, R), in [-1, 1].
        """
        raise NotImplementedError(f"{self.name} does not paint")

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """The painter's own version of given pictures.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].

        Returns:
            Pictures of the same shape and range.

        Raises:
            NotCapable: When the painter has no way from pictures back to latents.
        """
        raise NotCapable(f"{self.name} cannot reconstruct: it has no way from a picture back to a latent.")

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Stylized:
        """A given picture in the painter's own manner.

        Args:
            picture: Shape (3, H, W), in [-1, 1], of any size.
            seed: Any integer of 0 or more.
            **settings: Fields of this painter's `Settings`.

        Returns:
            A picture of the same shape, and what the painter has to say.

        Raises:
            NotCapable: When the painter paints no given pictures.
            ConfigError: When a setting is unknown or out of range.
            DataError: When the picture is one that it cannot paint.
        """
        raise NotCapable(f"{self.name} cannot stylize: it paints no given pictures.")

    def remarks(self, settings: Any) -> list[str]:
        """What is worth saying before painting, such as the words of a prompt that were not understood.

        Args:
            settings: An instance of `Settings`.
        """
        return []

    def companion(
        self, ending: str, *, seed: int = 0, index: int = 0, category: str | None = None, **settings: Any
    ) -> bytes:
        """The content of a file that goes with picture `index` of a seed, as `paint` would paint it.

        Args:
            ending: A key of `companions`.
            seed: As in `paint`.
            index: Which picture of the seed.
            category: As in `paint`.
            **settings: As in `paint`.

        Raises:
            UnknownName: When this painter gives nothing of that ending.
        """
        raise UnknownName("companion file", ending, self.companions)

    def paint(
        self,
        count: int,
        *,
        seed: int = 0,
        category: str | None = None,
        first: int = 0,
        batch: int = 64,
        **settings: Any,
    ) -> Tensor:
        """Paint pictures; picture `i` of a seed is the same in any count.

        Args:
            count: How many.
            seed: Any integer of 0 or more.
            category: Name of a category; without it they come in the shares of the training pictures.
            first: Index of the first picture.
            batch: How many are painted at a time.
            **settings: Fields of this painter's `Settings`.

        Returns:
            Pictures on the CPU, float32, shape (count, 3, R, R), in [-1, 1].

        Raises:
            UsageError: When count, seed, first or batch is out of range.
            UnknownName: When the painter does not know the category.
            NotCapable: When a category is asked of a painter trained without any.
            ConfigError: When a setting is unknown or out of range.
        """
        for word, value, least in (("count", count, 1), ("seed", seed, 0), ("first", first, 0), ("batch", batch, 1)):
            if value < least:
                raise UsageError(f"{word} must be {least} or more, not {value}.")
        made = load(self.Settings, settings)
        # Convolutions run up to 1.6 times as fast in this layout; where it is already so, nothing happens.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        modes = [(m, m.training) for m in self.modules()]
        self.eval()
        try:
            with torch.inference_mode():
                parts = []
                for start in range(first, first + count, batch):
                    indices = range(start, min(start + batch, first + count))
                    labels = self.labels(seed, indices, category)
                    noise = PictureNoise(seed, indices, self.device)
                    parts.append(self.render(labels, noise, made).float().clamp(-1, 1).cpu())
        finally:
            for module, mode in modes:
                module.training = mode
        return torch.cat(parts).contiguous()

    def labels(self, seed: int, indices: Sequence[int], category: str | None = None) -> Tensor:
        """Categories of the pictures to be painted, shape (N,), in [0, L).

        Raises:
            UnknownName: When the painter does not know the category.
            NotCapable: When a category is asked of a painter trained without any.
        """
        names = self.config.categories
        if category is not None:
            if not names or "category" not in self.capabilities:
                raise NotCapable(f"{self.name} was trained without categories; leave out --category.")
            folded = {name.casefold(): label for label, name in enumerate(names)}
            if category.casefold() not in folded:
                raise UnknownName("category", category, names)
            return torch.full((len(indices),), folded[category.casefold()], device=self.device)
        shares = torch.tensor(self.config.shares or (1.0,) * self.classes, dtype=torch.float64)
        # A stream of its own, so that a picture's latent does not depend on how its category was chosen.
        level = PictureNoise(seed ^ 0x5EED, indices).uniform().double()
        edges = shares.cumsum(0) / shares.sum()
        return torch.searchsorted(edges, level, right=True).clamp(max=self.classes - 1).to(self.device)

    def save_pretrained(self, folder: str | Path, *, facts: dict[str, Any] | None = None) -> None:
        """Export to a folder in the hub's layout; see `pretrained.save`."""
        pretrained.save(self, Path(folder), facts or {})

    def diffusers(self) -> dict[str, Mapping[str, Any]]:
        """The painter in the layout of diffusers, whose `from_pretrained` reads a folder of these files.

        Returns:
            Name of each file → what it holds: plain values, or tensors by name where it ends in '.safetensors'.

        Raises:
            NotCapable: When diffusers has no model that would compute the same.
        """
        raise NotCapable(f"{self.name} cannot be exported for diffusers, which has no model that computes the same.")

    @classmethod
    def from_pretrained(cls, source: str | Path) -> Self:
        """Load a painter from a folder or a hub id; see `pretrained.load`."""
        painter = pretrained.load(source)
        if not isinstance(painter, cls):
            raise UsageError(f"{source} holds a {painter.name}, not a {cls.__name__}.")
        return painter

    def describe(self) -> dict[str, Any]:
        """The painter's name and config, as plain values."""
        return {"painter": self.name, "config": to_dict(self.config)}
