"""The base class of painters: they render pictures of a condition, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from impasto.config import Field, config, describe, load
from impasto.contract.condition import Condition
from impasto.contract.condition_checks import check_condition, check_judged, check_variation
from impasto.contract.learner import Learner
from impasto.contract.mixed_categories import mixed_category
from impasto.contract.noise import Noise, PictureNoise, Variation
from impasto.contract.painted import Painted
from impasto.contract.preview import part_of
from impasto.contract.ranking import best, remarks_of_judge
from impasto.errors import NotCapable, UnknownName, UsageError
from impasto.names import find_name
from impasto.nn.memory_layout import channels_last
from impasto.nn.text import Reader, read_weights, remarks_on_prompt
from impasto.spelling import option

__all__ = ["PaintSettings", "Painter", "file_settings"]

MOST = 2**63
"""Seeds and indices of pictures lie below it, so that recipes, random numbers and other programs can hold them."""

CATEGORY_STREAM = 0x5EED
"""Distinguishes the random numbers that choose a picture's category from those that it is painted with."""


@config
class PaintSettings:
    """Settings of `Painter.paint` beyond count, seed and condition; painters add their own.

    Attributes:
        best_of: Number of candidates that are painted for each picture. The one is kept that fits the prompt best, as
            the judge `clip` sees it, which comes with impasto; painters that read no words take a prompt for it too.
    """

    best_of: int = Field(default=1, ge=1, le=64)
    need_prompt: ClassVar[frozenset[str]] = frozenset({"best_of"})
    """Names of settings that do nothing without a prompt."""
    prominent: ClassVar[frozenset[str]] = frozenset()
    """Names of settings that a form shows at once; it folds the others away."""

    @property
    def judged(self) -> str:
        """What compares the pictures with a prompt, beside the painter, as 'best_of = 8'; '' where nothing does."""
        return f"best_of = {self.best_of}" if self.best_of > 1 else ""

    @property
    def needs_gradients(self) -> bool:
        """Whether judges may ask for gradients, for which nothing may have been computed in inference mode."""
        return bool(self.judged)


def file_settings(settings: type[PaintSettings]) -> list[str]:
    """Names of the settings whose values are files."""
    return [setting.name for setting in describe(settings) if setting.is_file]


class Painter(Learner):
    """A painter of any family. Subclasses fill in `render`, and `players` and `turns` if they learn."""

    Settings: ClassVar[type[PaintSettings]] = PaintSettings
    former_defaults: ClassVar[dict[str, Any]] = {}
    """Defaults of settings in earlier versions, for repainting from recipes of those versions that hold no defaults."""
    companions: ClassVar[dict[str, str]] = {}
    """Files that this painter can give beside a picture: ending → what it is."""
    optimizes: ClassVar[bool] = False
    """Whether it finds each picture by descent through a network, which takes many times as long as to paint one."""
    varies: ClassVar[bool] = True
    """Whether it paints from noise, so that there are pictures between those of two seeds."""
    chunk: ClassVar[int] = 64
    """Number of pictures that it is worth painting at a time at most."""
    resizable: ClassVar[bool] = False
    """Whether it paints, with the same weights, other sizes than it learned, out of `resolutions`."""
    source: str = ""
    """The word that names just this painter, such as one with its revision; '' where the user's word does."""

    @property
    def needs(self) -> frozenset[str]:
        """Parts of a `Condition` without which this painter cannot paint; a subset of `reads`."""
        return frozenset()

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch.

        Args:
            condition: What each of N pictures should show.
            noise: Source of every random number, with one row for each picture.
            settings: An instance of `Settings`.

        Returns:
            Pictures, shape (N, 3, H, W), or (N, F, 3, H, W) of a painter of clips, in [-1, 1], with their companions.
        """
        raise NotImplementedError(f"{self.name} does not paint")

    def remarks(self, condition: Condition, settings: Any) -> list[str]:
        """Sentences to show the user before painting, such as which words of a prompt were not understood.

        A painter that has something to say adds it to what this says: that a category has no training picture, and
        which words of the prompt are beyond what is read, or were never learned.

        Args:
            condition: Condition of one picture.
            settings: An instance of `Settings`.
        """
        labels = () if condition.category is None else sorted(set(condition.category.tolist()))
        absent = [
            f"No training picture is of the category {self.data.categories[label]!r}, so {self.name} has not learned "
            "what it looks like."
            for label in labels
            if self.data.categories and self.data.shares and label >= 0 and not self.data.shares[label]
        ]
        check_judged(condition, settings)
        prompt = (condition.words or ("",))[0]
        remarks = absent + remarks_on_prompt(self.encoders.get("words"), prompt)
        return remarks + remarks_of_judge(prompt) if settings.judged else remarks

    @classmethod
    def load_settings(cls, values: Mapping[str, Any]) -> Any:
        """An instance of `Settings`, of plain values.

        Raises:
            ConfigError: With every value that is unknown, of the wrong type or out of range.
        """
        return load(cls.Settings, values, cls.topic())

    @property
    def defaults(self) -> dict[str, Any]:
        """Settings that it paints with by default, other than those of its class: each change may hold some."""
        return {name: value for change in self.changes for name, value in change.get("painting", {}).items()}

    def settings_for(self, values: Mapping[str, Any]) -> Any:
        """An instance of `Settings`, of plain values, completed by the defaults of this painter.

        Raises:
            ConfigError: As of `load_settings`.
        """
        return self.load_settings({**self.defaults, **values})

    def resolve_settings(self, settings: Any) -> Any:
        """The same settings with every 'auto' replaced by the value that it stands for on this machine.

        `paint` calls this. Code that writes settings into a recipe calls it first, so that the recipe holds the values
        that were used.

        Args:
            settings: An instance of `Settings`.
        """
        return settings

    def paint(
        self,
        count: int,
        *,
        seed: int = 0,
        variation: Variation | None = None,
        category: str | None = None,
        prompt: str | None = None,
        given: Mapping[str, Tensor] | None = None,
        mask: Tensor | None = None,
        maps: Mapping[str, Tensor] | None = None,
        first: int = 0,
        batch: int = 64,
        **settings: Any,
    ) -> Painted:
        """Paint pictures; picture `i` of a seed is the same in any count.

        Args:
            count: How many.
            seed: Any integer of 0 or more.
            variation: A second seed, towards whose pictures those of the first are changed; a category that is drawn
                is that of the nearer seed.
            category: Name of a category, or a mixture of several such as 'A + 2 B'; without it each picture's is drawn,
                in the shares of the training pictures that have one.
            prompt: What to paint, in words.
            given: Pictures by name, each of shape (3, H, W), in [-1, 1].
            mask: 1 at pixels to be painted, 0 at pixels that keep the given picture, shape (1, H, W).
            maps: Maps by name, each of shape (H, W).
            first: Index of the first picture.
            batch: How many are painted at a time.
            **settings: Fields of this painter's `Settings`.

        Returns:
            Pictures on the CPU, float32, shape (count, 3, H, W), or (count, F, 3, H, W) of clips, in [-1, 1].

        Raises:
            UsageError: When a number is out of range, a part that the painter needs is missing, or a tensor is of
                another shape.
            UnknownName: When the painter does not know the category.
            NotCapable: When a part of the request, such as a prompt, is one that the painter does not read, or there is
                nothing between its pictures of two seeds.
            ConfigError: When a setting is unknown or out of range.
        """
        for word, value, least in (("count", count, 1), ("seed", seed, 0), ("first", first, 0), ("batch", batch, 1)):
            if value < least:
                raise UsageError(f"{word} must be {least} or more, not {value}.")
            if value >= MOST:
                raise UsageError(f"{word} must be below {MOST:,}, not {value:,}.")
        check_variation(self, variation)
        nearer = variation.seed if variation is not None and variation.strength > 0.5 else seed
        checked = self.resolve_settings(self.settings_for(settings))
        parts = []
        with mixed_category(self, category) as category_of_rows, self.painting(inference=not checked.needs_gradients):
            for start in range(first, first + count, batch):
                indices = range(start, min(start + batch, first + count))
                condition = self.condition(
                    nearer,
                    indices,
                    category=category_of_rows,
                    prompt=prompt,
                    given=given,
                    mask=mask,
                    maps=maps,
                    judged=bool(checked.judged),
                )
                painted = self._best_of(condition, seed, indices, checked, variation)
                pictures = painted.pictures.float().clamp(-1, 1).cpu()
                remarks = remarks_on_prompt(self.encoders.get("words"), (condition.words or ("",))[0])
                statements = _with_remark(" ".join(remarks), painted.statements, len(indices))
                parts.append(Painted(pictures, painted.companions, statements, painted.declined))
        return Painted.joined(parts)

    def _best_of(
        self,
        condition: Condition,
        seed: int,
        indices: Sequence[int],
        settings: PaintSettings,
        variation: Variation | None,
    ) -> Painted:
        """The pictures `indices` of a seed, each the best of its candidates."""
        check_judged(condition, settings)

        def candidate(number: int) -> Painted:
            noise = PictureNoise(seed, indices, self.device, candidate=number, variation=variation)
            return part_of(number, settings.best_of, lambda: self.render(condition, noise, settings))

        candidates = map(candidate, range(settings.best_of))
        return next(candidates) if settings.best_of == 1 else best(candidates, condition.words or ())

    def condition(
        self,
        seed: int,
        indices: Sequence[int],
        *,
        category: str | None = None,
        prompt: str | None = None,
        given: Mapping[str, Tensor] | None = None,
        mask: Tensor | None = None,
        maps: Mapping[str, Tensor] | None = None,
        judged: bool = False,
    ) -> Condition:
        """The condition of the pictures `indices` of a seed; arguments and errors as of `paint`.

        With `judged`, a judge reads the prompt, so that the painter itself need not.
        """
        count = len(indices)
        device = self.device
        # Drawn first, so that a category this painter does not know is what the error is about.
        drawn = self.categories_of(seed, indices, category)
        condition = Condition(
            count,
            category=drawn if "category" in self.reads else None,
            given={name: _for_all(picture, count, device) for name, picture in (given or {}).items()},
            mask=None if mask is None else _for_all(mask, count, device),
            maps={name: _for_all(values, count, device) for name, values in (maps or {}).items()},
        )
        condition = condition if prompt is None else self.with_words(condition, prompt)
        check_condition(self, condition, self.reads | {"words"} if judged else self.reads)
        return condition

    def with_words(self, condition: Condition, prompt: str) -> Condition:
        """A condition whose pictures all show what a prompt says, encoded where this painter has an encoder of words.

        An encoder of `nn.text` reads weights too: 'a boat under (snowy peaks:1.3)'.
        """
        count = len(condition)
        encoder = self.encoders.get("words")
        if encoder is None or "words" not in self.reads:
            return replace(condition, words=(prompt,) * count)
        weighted = read_weights(prompt)
        text = weighted.text if isinstance(encoder, Reader) else prompt
        encoding = encoder([text] * count).to(self.device)
        weights = encoder.token_weights(weighted) if isinstance(encoder, Reader) else None
        weights = None if weights is None else weights.to(self.device).repeat(count, 1)
        return replace(condition, words=(text,) * count, encoding=encoding, weights=weights)

    def prompt_for(self, caption: str) -> str:
        """The prompt for a picture like a training picture that had this caption."""
        return caption

    def categories_of(self, seed: int, indices: Sequence[int], category: str | None = None) -> Tensor:
        """Categories of the pictures to be painted, int64, shape (N,), in [0, L): the named one, or drawn by shares.

        Raises:
            UnknownName: When the painter does not know the category.
            NotCapable: When a category is asked of a painter trained without any.
        """
        names = self.data.categories
        if category is not None:
            if "category" not in self.conditions:
                raise NotCapable(f"{self.name} does not read categories; leave out {option('category', None)}.")
            if "category" not in self.reads:
                raise NotCapable(f"{self.name} was trained without categories; leave out {option('category', None)}.")
            existing = find_name(category, names)
            if existing is None:
                raise UnknownName("category", category, names)
            return torch.full((len(indices),), names.index(existing), device=self.device)
        # A separate stream, so that a picture's latent does not depend on how its category was chosen.
        draws = PictureNoise(seed ^ CATEGORY_STREAM, indices).uniform()
        return self.data.categories_by_shares(draws).to(self.device)

    @contextmanager
    def painting(self, *, inference: bool = True) -> Iterator[None]:
        """Evaluation mode and no gradients for the block; afterwards each module has the mode that it had.

        Args:
            inference: Whether torch's inference mode is used, in which no gradients can be asked for.
        """
        # Convolutions run up to 1.6 times as fast in this layout; tensors that have it already are not copied.
        channels_last(self)
        modes = [(module, module.training) for module in self.modules()]
        self.eval()
        try:
            with torch.inference_mode() if inference else torch.no_grad():
                yield
        finally:
            for module, mode in modes:
                module.training = mode


def _with_remark(remark: str, statements: Sequence[str], count: int) -> Sequence[str]:
    """What a painter says about each of `count` pictures, after a remark on the request where there is one."""
    if not remark:
        return statements
    return tuple(f"{remark} {statement}".strip() for statement in statements or ("",) * count)


def _for_all(values: Tensor, count: int, device: torch.device) -> Tensor:
    """The same values for each of `count` pictures, shape (count, *values.shape); a view, not a copy."""
    return values.to(device).expand(count, *values.shape)
