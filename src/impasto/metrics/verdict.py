"""What a measurement says, in plain sentences.

The distance is judged by its ratio to that of real pictures at a quarter of their resolution, which does not depend on
the feature space as the distance itself does; other numbers by their ratio to those of real pictures. The limits stand
below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from impasto.metrics.copying import copies, copying_sentence
from impasto.metrics.number import Number
from impasto.metrics.training_log import Trained
from impasto.pages.numbers import SHORT_TRAINING, counted, format_duration

__all__ = ["Verdict", "verdict_of"]

NOISE = 1.8
"""Sharpness relative to real pictures' from which on pictures are noise: the brushwork of paintings stays below."""
BLUR = 0.6
"""Sharpness relative to real pictures' below which pictures are blurred or flat."""
CLOSE = 0.1
"""Distance relative to blurred pictures' up to which paintings are called close.

Of 500 paintings at 64 px, by MobileNetV2 and by EfficientNet-Lite0: other paintings 0.00 and 0.00, half the resolution
0.31 and 0.26, noise of standard deviation 25 1.2 and 0.41, each picture's mean colour alone 1.8 and 1.4."""
FAR = 1.0
"""Distance relative to blurred pictures' from which on paintings are far from real ones: as far as those."""
FEW = 0.5
"""Precision or recall relative to real pictures' below which it is low."""
SMALL_SAMPLE = 200
"""Fewer real pictures than this are a small sample: their fifth percentile, which copying is judged by, rests on fewer
than ten of them, and an interval of a share is wider than ±0.07."""

State = Literal["unknown", "noise", "blurred", "far", "apart", "narrow", "close"]

HEADLINES: dict[State, str] = {
    "unknown": "Too little was measured for a verdict",
    "noise": "Noise instead of paintings",
    "blurred": "Blurred or flat",
    "far": "Far from the real pictures",
    "apart": "Somewhat like the real pictures",
    "narrow": "Like the real pictures, but far less varied",
    "close": "Close to the real pictures",
}
UNREADABLE: dict[State, str] = {"noise": "noise", "blurred": "blurred or flat", "far": "far from any real picture"}
"""State in which likeness to a training picture or to a category means nothing → how the paintings are then."""


@dataclass(frozen=True)
class Verdict:
    """What a measurement says, in short.

    Attributes:
        headline: A few words.
        sentences: One to three sentences.
        cautions: What the reader should not conclude, and why.
        unreadable: Why copying and categories cannot be judged, as the end of 'the paintings are …'; empty where they
            can.
    """

    headline: str = ""
    sentences: str = ""
    cautions: tuple[str, ...] = ()
    unreadable: str = ""


def verdict_of(
    metrics: Mapping[str, Number],
    *,
    real_pictures: int,
    trained: Trained | None = None,
    sees_things: bool = True,
    overlap: str = "",
) -> Verdict:
    """What numbers say of a painter.

    Args:
        metrics: Name → number, as a measurement holds them.
        real_pictures: How many real pictures were measured against.
        trained: How long the painter was trained, where that is known.
        sees_things: Whether the feature space knows what pictures show, as that of a trained network does.
        overlap: That it learned from pictures that were measured against, in a sentence; empty where it did not.
    """
    distances = [number for number in metrics.values() if number.headline == 1 and number.value is not None]
    # A network that the painter learned from judges it too kindly; of the others the least favourable counts.
    judging = [number for number in distances if number.ranks] or distances
    distance = max(judging, key=lambda number: _beside_blurred(number) or 0.0, default=None)
    state = _state(metrics, distance)
    unreadable = UNREADABLE.get(state, "")
    sentences = [
        _first_sentence(state, metrics, distance),
        _disagreement(distances),
        "" if state == "noise" else _variety(metrics),
        copying_sentence(metrics.get("copying"), unreadable),
    ]
    small = real_pictures < SMALL_SAMPLE
    short = trained is not None and trained.steps < SHORT_TRAINING
    barely = short and trained is not None and not trained.fine_tuned
    headline = _headline(state, metrics, real_pictures if small else None, short=barely)
    cautions = _cautions(real_pictures if small else None, trained if short else None, sees_things=sees_things)
    return Verdict(
        f"{headline} (measured on pictures it learned from)" if overlap else headline,
        " ".join(sentence for sentence in sentences if sentence),
        (overlap, *cautions) if overlap else tuple(cautions),
        unreadable,
    )


def _beside_blurred(number: Number | None) -> float | None:
    """A distance relative to that of blurred real pictures; None where one is missing."""
    if number is None or number.value is None or number.anchor is None or number.anchor.value <= 0:
        return None
    return number.value / number.anchor.value


def _ratio(number: Number | None) -> float | None:
    """A number relative to the same of real pictures; None where one is missing."""
    if number is None or number.value is None or number.real is None or number.real.value <= 0:
        return None
    return number.value / number.real.value


def _state(metrics: Mapping[str, Number], distance: Number | None) -> State:
    far_off = _beside_blurred(distance)
    sharp = _ratio(metrics.get("sharpness"))
    if sharp is not None and sharp > NOISE:
        return "noise"
    if sharp is not None and sharp < BLUR:
        return "blurred"
    if far_off is None:
        return "unknown"
    if far_off > FAR or _is_low(metrics, "precision"):
        return "far"
    if _is_low(metrics, "recall"):
        return "narrow"
    return "apart" if far_off > CLOSE else "close"


def _is_low(metrics: Mapping[str, Number], name: str) -> bool:
    ratio = _ratio(metrics.get(name))
    return ratio is not None and ratio < FEW


def _headline(state: State, metrics: Mapping[str, Number], few: int | None, *, short: bool) -> str:
    words = HEADLINES[state]
    if short and state in UNREADABLE:
        return f"Barely trained: {words[0].lower()}{words[1:]}"
    if state not in UNREADABLE and copies(metrics.get("copying")):
        return "It copies its training pictures"
    return f"{words}, as far as {few:,} of them can tell" if few and state == "close" else words


def _first_sentence(state: State, metrics: Mapping[str, Number], distance: Number | None) -> str:
    if state in ("noise", "blurred"):
        what = "noise" if state == "noise" else "blurred or flat"
        return f"The paintings are {what}: {_beside('sharpness', metrics['sharpness'])}."
    if state == "unknown" or distance is None:
        return "The distance of the paintings from real pictures is not known."
    how = {
        "far": "The paintings are far from the real pictures",
        "close": "The paintings lie much nearer to the real pictures than blurred ones do",
    }.get(state, "The paintings are like the real pictures, and can be told from them")
    return f"{how}: {_beside_anchor(distance)}."


def _beside_anchor(number: Number) -> str:
    """A distance with those of real and of blurred real pictures."""
    assert number.anchor is not None
    network = number.method.get("network")
    real = f"; {number.real.value:.3g} of other real pictures" if number.real else ""
    return (
        f"distance {number.value:.3g}{f' by {network}' if network else ''}{real}, {number.anchor.value:.3g} of real "
        "pictures at a quarter of their resolution"
    )


def _disagreement(distances: Sequence[Number]) -> str:
    """What to say where one feature space puts the paintings nearer than blurred pictures and another farther."""
    nearer, farther = (
        [str(number.method.get("network")) for number in distances if _side(number) == side] for side in (-1, 1)
    )
    if not nearer or not farther:
        return ""
    return (
        f"The feature spaces disagree: by {nearer[0]} the paintings lie nearer to real pictures than such blurred ones "
        f"do, by {farther[0]} farther."
    )


def _side(number: Number) -> int:
    """-1 where a distance is surely below that of blurred pictures, 1 where surely above, else 0."""
    if number.anchor is None or number.interval is None:
        return 0
    low, high = number.interval
    return int(low > number.anchor.value) - int(high < number.anchor.value)


def _beside(what: str, number: Number) -> str:
    """A number with the same of real pictures."""
    assert number.real is not None
    assert number.value is not None
    return f"{what} {number.value:.3g}, real pictures {number.real.value:.3g}"


def _variety(metrics: Mapping[str, Number]) -> str:
    if not _is_low(metrics, "recall"):
        return ""
    return f"They show only a small part of what the real pictures show ({_beside('recall', metrics['recall'])})."


def _cautions(few: int | None, short: Trained | None, *, sees_things: bool) -> list[str]:
    cautions = []
    if not sees_things:
        cautions.append(
            "Pictures were compared by statistics of colours, edges and detail: what they show does not count here."
        )
    if few is not None:
        cautions.append(
            f"Only {counted(few, 'real picture was', 'real pictures were')} measured against: intervals are wide, "
            "shares of copying are unreliable, and a good and a bad painter may come out alike."
        )
    if short is not None:
        cautions.append(
            f"The painter was trained for {counted(short.steps, 'step')}, {format_duration(short.seconds)}"
            + (
                ", beyond what it had learned before."
                if short.fine_tuned
                else ": that is very short. Thousands are usual."
            )
        )
    return cautions
