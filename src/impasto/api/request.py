"""What a user requests of a painter, and the recipe that keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from impasto import __version__
from impasto.api.checks import check_prompt
from impasto.api.inputs import Given, given_to, remarks_on
from impasto.errors import UsageError

if TYPE_CHECKING:
    from impasto.contract import Painted, Painter, Variation
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe

__all__ = ["Request", "recipe_of", "remarks_on_all"]


@dataclass(frozen=True)
class Request:
    """What a user requests of a painter.

    Attributes:
        seed: Picture `i` of a seed is always the same.
        category: Name of a category.
        prompt: What to paint, in words.
        given: Files given to the painter.
        settings: The painter's settings; all of them once it is `checked`.
        variation_seed: A second seed; None where there is none.
        variation_strength: How far pictures lie towards those of the second seed, 0 to 1.
    """

    seed: int
    category: str | None
    prompt: str | None
    given: Given
    settings: Mapping[str, Any]
    variation_seed: int | None = None
    variation_strength: float = 0.0

    def checked(self, painter: Painter) -> Request:
        """The same with all settings, defaults among them, so that a recipe holds when these change.

        Raises:
            NotCapable: When the painter reads no prompt, and one is given, or paints nothing between two seeds.
            UsageError: When a seed or the strength of the second one is out of range.
            ConfigError: When a setting is unknown or out of range.
        """
        from impasto.config import to_dict
        from impasto.contract.condition_checks import check_variation

        check_variation(painter, self.variation)
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"seed must be between 0 and {2**63 - 1:,}, not {self.seed:,}.")

        # Up to version 0.1.0 the prompt was one of the settings.
        settings = dict(self.settings)
        prompt = settings.pop("prompt", None) if self.prompt is None else self.prompt
        complete = painter.resolve_settings(painter.settings_for(settings))
        if prompt is not None:
            check_prompt(painter, prompt, judged=bool(complete.judged))
        return replace(self, prompt=prompt, settings=to_dict(complete))

    @property
    def variation(self) -> Variation | None:
        """The second seed with its strength, for `Painter.paint`."""
        from impasto.contract import Variation

        return None if self.variation_seed is None else Variation(self.variation_seed, self.variation_strength)

    def remarks(self, painter: Painter) -> list[str]:
        """The painter's remarks on this request; see `Painter.remarks`."""
        from impasto.contract.mixed_categories import mixed_category

        given = given_to(painter, self.given)
        settings = painter.settings_for(self.settings)
        with mixed_category(painter, self.category) as category:
            asked_for = {"category": category, "prompt": self.prompt, **given}
            condition = painter.condition(self.seed, range(1), **asked_for, judged=bool(settings.judged))
        return remarks_on(self.given) + painter.remarks(condition, settings)

    def for_each(self, prompts: Sequence[str | None], painter: Painter) -> list[Request]:
        """A checked request for each prompt, otherwise the same.

        Raises:
            UsageError: As of `checked`, with the number of the prompt where there are several.
        """
        requests = []
        for number, prompt in enumerate(prompts, start=1):
            try:
                requests.append(replace(self, prompt=prompt).checked(painter))
            except UsageError as error:
                if len(prompts) == 1 or type(error) is not UsageError:
                    raise
                raise UsageError(f"Prompt {number}: {error}") from None
        return requests

    def painted(self, painter: Painter, first: int, count: int) -> Painted:
        """Pictures of the seed from the `first` on, painted together."""
        return painter.paint(
            count,
            seed=self.seed,
            variation=self.variation,
            category=self.category,
            prompt=self.prompt,
            first=first,
            batch=count,
            **given_to(painter, self.given),
            **self.settings,
        )


def remarks_on_all(requests: Sequence[Request], painter: Painter) -> list[str]:
    """The painter's remarks on some requests, each once, with the numbers of the pictures if it is not on all."""
    pictures: dict[str, list[int]] = {}
    for number, request in enumerate(requests):
        for remark in request.remarks(painter):
            pictures.setdefault(remark, []).append(number)
    every = len(requests)
    return [
        remark if len(numbers) == every else f"Picture {', '.join(map(str, numbers))}: {remark}"
        for remark, numbers in pictures.items()
    ]


def recipe_of(
    painter: Painter,
    source: str,
    request: Request,
    pixels: Pixels,
    *,
    weights: str = "",
    index: int = 0,
    batch: int = 1,
    **edited: Any,
) -> Recipe:
    """The recipe of a picture that was just painted.

    Args:
        painter: The one that painted it.
        source: The word by which the user named the painter.
        request: The request that was painted.
        pixels: Shape (H, W, 3), uint8, or (F, H, W, 3) of a clip.
        weights: Hash of the painter's weights; computed here if empty.
        index: Which picture of the seed.
        batch: How many were painted together.
        **edited: The fields of `Recipe` on inputs and edits.
    """
    import torch

    from impasto.images.recipe import Recipe, pixels_hash
    from impasto.pretrained import state_hash

    return Recipe(
        painter=source,
        weights=weights or state_hash(painter),
        seed=request.seed,
        variation_seed=request.variation_seed,
        variation_strength=request.variation_strength,
        index=index,
        batch=batch,
        category=request.category,
        prompt=request.prompt,
        settings=dict(request.settings),
        version=__version__,
        torch=torch.__version__,
        device=painter.device.type,
        pixels=pixels_hash(pixels),
        height=pixels.shape[-3],
        width=pixels.shape[-2],
        **edited,
    )
