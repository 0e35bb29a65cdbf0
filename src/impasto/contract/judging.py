"""What a judge can do: protocols of those that look at pictures; they stand among `contract.abilities` too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor

from impasto.contract.condition import Condition
from impasto.contract.data import Data
from impasto.contract.hand_reading import HandReading

__all__ = ["Aligns", "Answers", "Examines", "Judges", "ReadsHands"]


@runtime_checkable
class Judges(Protocol):
    """Says how well pictures fit a condition."""

    def judge(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Scores, shape (N,), the higher the better, of pictures (N, 3, H, W), in [-1, 1]."""
        ...


@runtime_checkable
class Aligns(Protocol):
    """Maps pictures and texts into one space, in which those that belong together are near."""

    def picture_vectors(self, pictures: Tensor, /) -> Tensor:
        """Vectors of length 1, shape (N, D), of pictures (N, 3, H, W), in [-1, 1]; gradients flow through."""
        ...

    def text_vectors(self, texts: Sequence[str], /) -> Tensor:
        """Vectors of length 1, shape (N, D), of N texts."""
        ...


@runtime_checkable
class Examines(Protocol):
    """Says of single attributes whether pictures have those that words ask for."""

    def examine(self, pictures: Tensor, condition: Condition) -> dict[str, Tensor]:
        """Attribute, such as 'season' → how right each picture is.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].
            condition: Has the words that were asked for.

        Returns:
            For each attribute shape (N,), in [0, 1]; 1 where the picture has what was asked for, not a number where
            the words ask for nothing of the kind.
        """
        ...


@runtime_checkable
class Answers(Protocol):
    """Answers a fixed list of questions about pictures.

    Attributes:
        data: Has the size at which pictures are looked at.
    """

    data: Data

    @property
    def questions(self) -> Mapping[str, Sequence[str]]:
        """Question, such as 'weather' → the answers that there are, of which one is right."""
        ...

    def answers(self, pictures: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Probabilities of the answers, and of what else may be there.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            Question → shape (N, answers); and shape (N, E), in [0, 1].
        """
        ...


@runtime_checkable
class ReadsHands(Protocol):
    """Says of pictures of hands how many fingers there are, where the joints are, and whether they are possible."""

    def read_hands(self, pictures: Tensor, /) -> HandReading:
        """The hands of pictures (N, 3, H, W), in [-1, 1], one in each; gradients flow through."""
        ...
