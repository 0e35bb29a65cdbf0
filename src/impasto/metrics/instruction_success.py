"""Whether pictures have become what was asked for, as a reader of the landscape world sees them.

The reader errs too, so the same number for the true pictures after stands beside each, and below it the number for the
pictures before, which is what doing nothing gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from impasto.catalogue import listed
from impasto.contract import Condition, Examines
from impasto.images.pictures import Pixels, to_float
from impasto.landscape.instructions import Question
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports

__all__ = ["Instructed", "instruction_success"]

PARTS = {
    "season": "season",
    "hour": "time of day",
    "weather": "weather",
    "kind": "kind of painting",
    "feeling": "feeling",
    "added": "an element added",
    "removed": "an element left out",
}
"""Last part of a number's name → what was asked for."""


@dataclass(frozen=True)
class Instructed:
    """What was asked of some pictures.

    Attributes:
        questions: For each picture what a reader is asked about it, one question for each change.
        held_out: For each picture whether kind and changes are a combination that was held out of training.
    """

    questions: Sequence[Sequence[Question]]
    held_out: Sequence[bool]

    def __len__(self) -> int:
        """N."""
        return len(self.questions)


@listed(
    name="instruction-success",
    summary="share of the pictures that have become what was asked for, as a reader of the landscape world sees them",
    year=2023,
    source="Basu et al. 2023, EditVal (attributes by a recogniser); reader by impasto",
)
@reports(
    Quantity("instruction-success", "All that was asked for is so", "higher", bounds=SHARE),
    Quantity("instruction-success-seen", "The same of combinations that were learned", "higher", bounds=SHARE),
    Quantity("instruction-success-held-out", "The same of combinations held out", "higher", bounds=SHARE),
    *(
        Quantity(f"instruction-success-{part}", f"It is so: {title}", "higher", bounds=SHARE)
        for part, title in PARTS.items()
    ),
    aspect="edits",
    beside=Beside({"edited": "originals"}, of="the true pictures after"),
    anchor=Beside({"edited": "sources"}, of="the pictures before, unchanged"),
)
def instruction_success(edited: Pixels, instructed: Instructed, reader: Examines) -> dict[str, Estimate]:
    """Shares of pictures of which what was asked for is so.

    Args:
        edited: Shape (N, H, W, 3).
        instructed: What was asked of each.
        reader: Says of single attributes whether pictures have them.
    """
    answers = _answers(edited, instructed, reader)
    whole = np.array([all(right for _, right in each) for each in answers], np.float64)
    held_out = np.array(instructed.held_out, bool)
    by_part = {part: [float(right) for each in answers for name, right in each if name == part] for part in PARTS}
    return {
        "instruction-success": _share(whole),
        "instruction-success-seen": _share(whole[~held_out]),
        "instruction-success-held-out": _share(whole[held_out]),
        **{f"instruction-success-{part}": _share(np.array(rights)) for part, rights in by_part.items()},
    }


@torch.inference_mode()
def _answers(edited: Pixels, instructed: Instructed, reader: Examines) -> list[list[tuple[str, bool]]]:
    """For each picture the parts that were asked for, and whether each is so."""
    answers: list[list[tuple[str, bool]]] = [[] for _ in instructed.questions]
    longest = max((len(questions) for questions in instructed.questions), default=0)
    for place in range(longest):
        rows = [row for row, questions in enumerate(instructed.questions) if len(questions) > place]
        questions = [instructed.questions[row][place] for row in rows]
        words = tuple(question.text for question in questions)
        examined = reader.examine(to_float(edited[rows]), Condition(len(rows), words=words))
        for at, (row, question) in enumerate(zip(rows, questions, strict=True)):
            is_so = float(examined[question.attribute][at]) > 0.5
            answers[row].append((_part(question), is_so == question.expected))
    return answers


def _part(question: Question) -> str:
    """The key in `PARTS` of a question."""
    if question.attribute == "main":
        return "added" if question.expected else "removed"
    return question.attribute


def _share(values: npt.NDArray[np.float64]) -> Estimate:
    """The mean of some values; none, and why, where there are none."""
    if not len(values):
        return Estimate(float("nan"), remark="None of these pictures was asked for it.")
    return Estimate.mean(values, n={"pictures": len(values)})
