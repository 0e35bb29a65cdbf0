"""What painters with classifier-free guidance towards a category share (Ho & Salimans 2022)."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Batch, Condition, Painter, PainterConfig, PaintSettings
from impasto.errors import NotCapable

__all__ = ["GuidedConfig", "GuidedPainter", "GuidedSettings"]


@config
class GuidedConfig(PainterConfig):
    """Training of a network that paints with and without a category.

    Attributes:
        label_dropout: Share of the training pictures whose category and caption are hidden, so that the network also
            learns to paint without them, which guidance needs (Ho & Salimans 2022).
    """

    label_dropout: float = Field(default=0.1, ge=0.01, le=0.9)


@config
class GuidedSettings(PaintSettings):
    """How strongly the category counts in painting.

    Attributes:
        guidance: Strength of classifier-free guidance (Ho & Salimans 2022): 1 follows category and words as learned,
            more exaggerates them at the cost of variety, 0 ignores them.
    """

    guidance: float = Field(default=1.0, ge=0, le=20)

    prominent: ClassVar[frozenset[str]] = PaintSettings.prominent | frozenset({"guidance"})


class GuidedPainter(Painter):
    """A painter whose network has one label more than there are categories, which stands for "no category"."""

    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    exchanges_categories: ClassVar[bool] = True
    config: GuidedConfig

    @property
    def no_category(self) -> int:
        """The label that stands for "no category"; the only label of a painter trained without categories."""
        return len(self.data.categories)

    def labels_of(self, condition: Condition) -> Tensor:
        """Labels as the network reads them, int64, shape (N,), in [0, number of categories]."""
        return self.category_index(condition, none=self.no_category)

    def training_condition(self, batch: Batch) -> Condition:
        """The condition of a batch, hidden from a random share of it (Ho & Salimans 2022, algorithm 1)."""
        return batch.condition.dropped(self.config.label_dropout, batch.noise)

    def check_guidance(self, guidance: float) -> None:
        """Refuse guidance of a painter that was trained without categories.

        Raises:
            NotCapable: When guidance is not 1 and the painter was trained without categories.
        """
        if guidance != 1 and not self.data.categories:
            raise NotCapable(
                f"guidance = {guidance:g}, but this {self.name} was trained without categories, which "
                "guidance needs; leave guidance at 1."
            )
