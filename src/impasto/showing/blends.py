"""What a classifier of real pictures takes mixtures of two categories for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from impasto.data.store import Split
from impasto.errors import DataError
from impasto.images.lettering import font
from impasto.images.pictures import Pixels
from impasto.metrics.recogniser import Recogniser
from impasto.metrics.spaces import embed, embed_split

__all__ = ["BlendJudge", "BlendVerdict", "captioned"]

LEAST_WIDTH = 160
"""Width in pixels up to which a picture is enlarged, so that a caption fits under it."""
LINE = 18
LETTERS = 13
PAPER = (251, 249, 245)
INK = (42, 38, 34)


@dataclass(frozen=True)
class BlendVerdict:
    """What a classifier takes pictures of a mixture for.

    Attributes:
        row: The one category.
        column: The other one; the same where nothing is mixed.
        row_share: Share of the pictures that are taken for the one.
        column_share: For the other.
        pictures: How many pictures were looked at.
    """

    row: str
    column: str
    row_share: float
    column_share: float
    pictures: int

    @property
    def caption(self) -> str:
        """Both shares, as they stand under a picture."""
        both = f"{self.row_share:.0%}" if self.row == self.column else f"{self.row_share:.0%} + {self.column_share:.0%}"
        return f"{both} of {self.pictures}"

    def __str__(self) -> str:
        """The shares in words."""
        if self.row == self.column:
            return f"{self.row}: {self.row_share:.0%} of {self.pictures} pictures are taken for it"
        return (
            f"{self.row} + {self.column}: {self.row_share:.0%} of {self.pictures} pictures are taken for {self.row}, "
            f"{self.column_share:.0%} for {self.column}"
        )


@dataclass(frozen=True, eq=False)
class BlendJudge:
    """A classifier that learned from real pictures.

    Attributes:
        recogniser: Names the category of a picture by its features.
        network: Feature network that it looks through.
        categories: Names of its categories.
        accuracy: Mean over categories of the share that it names rightly of pictures that it did not learn from; None
            where there are none.
    """

    recogniser: Recogniser
    network: str
    categories: tuple[str, ...]
    accuracy: float | None

    @classmethod
    def of(cls, train: Split, test: Split, network: str) -> BlendJudge:
        """Learn from a training split, and look at a test split.

        Raises:
            DataError: When the store has no labels of two categories.
            UsageError: When there are too few pictures.
        """
        if len(train.categories) < 2:
            raise DataError(f"{train.store.root} has no categories that a classifier could learn.")
        recogniser = Recogniser.fit(embed_split(train, network).values, train.labels, len(train.categories))
        accuracy = None
        if (known := test.labels >= 0).any():
            names = recogniser.predict(embed_split(test, network).values)[known]
            labels = test.labels[known]
            accuracy = float(np.mean([(names[labels == each] == each).mean() for each in np.unique(labels)]))
        return cls(recogniser, network, tuple(train.categories), accuracy)

    def verdict(self, row: str, column: str, pixels: Pixels) -> BlendVerdict:
        """What pictures (N, H, W, 3) of a mixture are taken for; both categories are among `categories`."""
        labels = self.recogniser.predict(embed(pixels, self.network).values)
        one, other = (float((labels == self.categories.index(name)).mean()) for name in (row, column))
        return BlendVerdict(row, column, one, other, len(pixels))

    def __str__(self) -> str:
        """How good the classifier is itself."""
        accuracy = "" if self.accuracy is None else f" names {self.accuracy:.0%} of real pictures rightly and"
        return (
            f"The classifier{accuracy} knows {len(self.categories)} categories; guessing is right of "
            f"{1 / len(self.categories):.0%}."
        )


def captioned(pixels: Pixels, caption: str) -> Pixels:
    """A picture (H, W, 3), enlarged by a whole factor where it is narrow, with a line of text under it."""
    factor = max(1, -(-LEAST_WIDTH // pixels.shape[1]))
    large = pixels.repeat(factor, 0).repeat(factor, 1)
    height, width = large.shape[:2]
    sheet = Image.new("RGB", (width, height + LINE), PAPER)
    sheet.paste(Image.fromarray(large), (0, 0))
    ImageDraw.Draw(sheet).text((2, height + 1), caption, fill=INK, font=font(LETTERS))
    return np.asarray(sheet)
