"""The base class of everything that is trained: its players, the turns it yields, what it reads, how it is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from impasto import pretrained
from impasto.config import config, describe, load, override, to_dict, unknown_setting
from impasto.contract.condition import Condition
from impasto.contract.construction import constructed
from impasto.contract.data import Data, sizes_in_words
from impasto.contract.from_weights import FromWeights
from impasto.contract.instruction import Instruction
from impasto.contract.turns import Batch, Player, Turn
from impasto.errors import ConfigError, UnknownName
from impasto.spelling import option

__all__ = ["Learner", "PainterConfig"]

DATA_FIELDS = tuple(field.name for field in fields(Data))
LATE = 10**9
"""Number of a step that is late in any training."""


@config
class PainterConfig:
    """Architecture of a learner; the facts of its pictures are in `Data`."""


class Learner(FromWeights, pretrained.Saved):
    """Something that is trained. Subclasses fill in `players` and `turns`; those that paint extend `Painter`."""

    Config: ClassVar[type[PainterConfig]] = PainterConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {}, "small": {}, "base": {}}
    default_data: ClassVar[Data] = Data()
    """Facts of the pictures where none are given."""
    resolutions: ClassVar[Sequence[int]] = (32, 64, 128)
    """Heights and widths that pictures may have, in pixels."""
    square: ClassVar[bool] = True
    """Whether pictures must be square."""
    renamed_settings: ClassVar[Mapping[str, str]] = {}
    """Names of settings in earlier versions → their names now; both are understood wherever settings are given."""
    clips: ClassVar[bool] = False
    """Whether frames are learned together; pictures are then (N, F, 3, H, W)."""
    conditions: ClassVar[frozenset[str]] = frozenset()
    """Parts of a `Condition` that learners of this class can read; an instance says in `reads` what it reads."""
    least_categories: ClassVar[int] = 0
    """Fewest categories of the pictures without which learners of this class have nothing to learn."""
    needed_settings: ClassVar[Mapping[str, Any]] = {}
    """Settings that only the user can give, without which it cannot be built → an example of each."""
    double_backward: ClassVar[tuple[str, ...]] = ()
    """Submodules whose gradients are differentiated again (gradient penalties); never compiled."""
    instruction: Instruction | None = None
    """What it is trained by in the place of its `turns`, such as a teacher; never saved."""
    config: PainterConfig

    def __init__(self, config: PainterConfig, data: Data) -> None:
        """Build the networks of a config whose every 'auto' is decided; `build` and `create` do that.

        Args:
            config: An instance of `Config`.
            data: Facts of the pictures.

        Raises:
            ConfigError: When this learner cannot be built for such pictures.
        """
        super().__init__()
        self.check_size(data)
        self.check_categories(data)
        self.config = config
        self.data = data

    @property
    def reads(self) -> frozenset[str]:
        """Parts of a `Condition` that this instance reads, such as 'category', 'words', 'maps:layout'."""
        return self.conditions if self.data.categories else self.conditions - {"category"}

    @property
    def learns_from(self) -> frozenset[str]:
        """Parts of a `Condition` that training takes from the store.

        By default `reads` without given pictures, which `turns` makes of the pictures. There is more where pictures are
        painted without what they were learned with.
        """
        return frozenset(part for part in self.reads if not part.startswith("given:"))

    @property
    def reads_second_store(self) -> bool:
        """Whether training needs a second store of pictures, whose batches come as `Batch.second`.

        The first store holds pictures like those to be painted. For a painter of given pictures, the second one holds
        pictures like those that will be given.
        """
        return False

    @property
    def classes(self) -> int:
        """Number of categories L, at least 1."""
        return max(1, len(self.data.categories))

    @property
    def device(self) -> torch.device:
        """Where the parameters are; the CPU where there are none."""
        first = next(self.parameters(), None)
        return torch.device("cpu") if first is None else first.device

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """Frozen networks that training runs once over the whole store, by what they encode: 'pictures' or 'words'.

        Their outputs come as `Batch.encoded`, then without the pictures themselves, and as `Condition.encoding`. An
        encoder of pictures takes (N, 3, H, W), one of words a list of N texts; both return N rows. `nn.text` has
        encoders of words.
        """
        return {}

    @classmethod
    def learns(cls) -> bool:
        """Whether this class is trained; a painter that is not paints by rules."""
        return cls.players is not Learner.players

    @classmethod
    def by_rules(cls) -> bool:
        """Whether it paints without training, and without anything that the user must have for it."""
        return not cls.learns() and not cls.needed_settings

    @classmethod
    def variants(cls) -> tuple[type[Self], ...]:
        """All classes that `variant` may choose: several where the abilities of an instance depend on its config."""
        return (cls,)

    @classmethod
    def variant(cls, config: Any) -> type[Self]:
        """Which of `variants` is built from a config."""
        return cls

    @classmethod
    def decided(cls, config: Any, data: Data) -> Any:
        """A config in which every 'auto' is replaced by a choice, such as by which pretrained weights are installed.

        Args:
            config: An instance of `Config`; one that is decided already comes back as it is.
            data: Facts of the pictures.
        """
        return config

    @classmethod
    def renewed(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Settings under the names that they have now; see `renamed_settings`."""
        return {cls.renamed_settings.get(name, name): value for name, value in values.items()}

    @classmethod
    def topic(cls) -> str:
        """What `impasto explain` lists the settings under: the name in the catalogue, or '' outside of it."""
        return cls.__card__.name if hasattr(cls, "__card__") else ""

    @classmethod
    def load_config(cls, values: Mapping[str, Any]) -> Any:
        """An instance of `Config`, of plain values.

        Raises:
            ConfigError: With every value that is unknown, of the wrong type or out of range.
        """
        return load(cls.Config, values, cls.topic())

    @classmethod
    def build(cls, preset: str = "small", *, resolution: int | None = None, **values: Any) -> Self:
        """A new learner from a preset and the values that differ from it.

        Args:
            preset: A key of `presets`.
            resolution: Height and width of the pictures in pixels, instead of `size`.
            **values: Fields of `Config` or of `Data`.

        Raises:
            UnknownName: When there is no such preset.
            ConfigError: When a value is unknown, of the wrong type or out of range.
        """
        if preset not in cls.presets:
            raise UnknownName("preset", preset, cls.presets)
        values = cls.renewed(values)
        known = {setting.name: setting.description for setting in (*describe(cls.Config), *describe(Data))}
        known["resolution"] = "Height and width of square pictures."
        for name in values.keys() - known.keys():
            raise ConfigError(unknown_setting(name, known, cls.topic()))
        chosen = {**cls.presets[preset], **values}
        side = chosen.pop("resolution", None) if resolution is None else resolution
        chosen.pop("resolution", None)
        square = {} if side is None else {"size": (side, side)}
        facts = {name: value for name, value in chosen.items() if name in DATA_FIELDS}
        architecture = {name: value for name, value in chosen.items() if name not in DATA_FIELDS}
        return cls.create(cls.load_config(architecture), override(cls.default_data, {**square, **facts}))

    @classmethod
    def create(cls, config: Any, data: Data) -> Self:
        """A new learner built from a config; every 'auto' is decided first, and frozen parts get their weights."""
        cls.check_size(data)
        config = cls.decided(config, data)
        learner = constructed(cls.variant(config), config, data)
        learner.fetch()
        return learner

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """A learner with fresh weights, from what `describe` gave."""
        config, data = cls.read_description(description)
        return constructed(cls.variant(config), config, data)

    @classmethod
    def read_description(cls, description: Mapping[str, Any]) -> tuple[Any, Data]:
        """Config and facts of the pictures from a description that `describe` gave, in this or an earlier version."""
        values = dict(description["config"])
        facts = description.get("data", {})
        if "resolution" in values:
            # Up to version 0.1.0 one config held both.
            side = values.pop("resolution")
            facts = {"size": (side, side), **{k: values.pop(k, ()) for k in ("categories", "shares")}}
        data = load(Data, facts)
        return cls.decided(cls.load_config(cls.renewed(values)), data), data

    def describe(self) -> dict[str, Any]:
        """Name, config, facts of the pictures, and what was changed after training, as plain values."""
        changes = {"changes": [*map(dict, self.changes)]} if self.changes else {}
        return {"painter": self.name, "config": to_dict(self.config), "data": to_dict(self.data), **changes}

    def learn_words(self, captions: Iterable[str]) -> None:
        """Learn what must be known of a store's captions before the first step, such as a vocabulary.

        Called at the beginning of every session, before captions are encoded. What is known already, from weights that
        training begins with, is left as it is.

        Args:
            captions: The distinct captions of the training pictures, in an order that is always the same.
        """

    def players(self) -> dict[str, Player]:
        """The optimizers of training, each with its parameters, by name."""
        raise NotImplementedError(f"{self.name} does not learn")

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """The optimizer steps of one training step, in order; see `contract.turns` for what it may do.

        Args:
            batch: Batch of this process and micro-batch.
            step: Number of the step, from 0.
        """
        raise NotImplementedError(f"{self.name} does not learn")

    def lessons(self, batch: Batch, step: int) -> Iterator[Turn]:
        """The optimizer steps of training: those of `turns`, or of `instruction` where there is one."""
        return self.instruction.turns(self, batch, step) if self.instruction else self.turns(batch, step)

    def held_out_loss(self, batch: Batch) -> Tensor | None:
        """The loss of pictures that are not learned from, a scalar; None where no loss tells how well it learned.

        It is that of the lessons late in training. Losses of several players have no such meaning.

        Args:
            batch: Pictures with their noise.
        """
        if len(self.players()) != 1:
            return None
        return torch.stack([turn.loss for turn in self.lessons(batch, LATE)]).sum()

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Update buffers, such as running statistics, after a step.

        Args:
            step: Number of the step, from 0.
            logs: What the turns logged, as means over all micro-batches and processes, so that all processes update
                alike. Weights may be sharded at this point.
        """

    def renew_statistics(self) -> None:
        """Compute anew, in buffers, the statistics that depend on the weights, such as those of batch norm.

        Called after weights were averaged: statistics that were collected with others do not belong to the average. The
        result depends on the weights alone. A learner without such statistics leaves this as it is.
        """

    def category_index(self, condition: Condition, none: int = 0) -> Tensor:
        """Category of each picture as an index of an embedding, int64, shape (N,).

        Args:
            condition: Condition of N pictures.
            none: Index for pictures without a category: that of a row more than there are categories, or -1, for which
                `nn.CategoryEmbedding` has a vector of zeros. With the default they are taken for the first category.
        """
        if condition.category is None:
            return torch.full((len(condition),), none, device=self.device)
        return condition.category.where(condition.category >= 0, none)

    @classmethod
    def check_size(cls, data: Data) -> None:
        """Refuse pictures of a size or number of frames that this class cannot learn.

        Raises:
            ConfigError: With the sizes that it is made for.
        """
        name = cls.__card__.name if hasattr(cls, "__card__") else cls.__name__
        allowed = cls.resolutions
        if data.frames > 1 and not cls.clips:
            raise ConfigError(f"{name} learns single pictures, not clips of {data.frames} frames.")
        if cls.square and data.height != data.width:
            raise ConfigError(f"{name} paints square pictures only, not {data.size_in_words} (height × width).")
        if any(side not in allowed for side in (data.height, data.width)):
            raise ConfigError(
                f"{name} cannot paint at {data.size_in_words}; it paints at {sizes_in_words(cls.resolutions)}. "
                "Choose one of these resolutions."
            )

    @classmethod
    def check_categories(cls, data: Data) -> None:
        """Refuse pictures of too few categories.

        Raises:
            ConfigError: With how many there are, and how many it takes.
        """
        name = cls.__card__.name if hasattr(cls, "__card__") else cls.__name__
        if len(data.categories) < cls.least_categories:
            raise ConfigError(
                f"{name} learns from pictures of {cls.least_categories} categories or more, and these have "
                f"{len(data.categories) or 'none'}; choose a column with more of them: {option('label', 'COLUMN')}."
            )
