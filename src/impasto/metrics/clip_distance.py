"""The Fréchet distance between two sets of clips, by features of their frames over time."""

from __future__ import annotations

from impasto.catalogue import listed
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.influence import frechet_influence
from impasto.metrics.metric import DISTANCE, LEAST_PICTURES, Beside, Estimate, Quantity, reports

__all__ = ["clip_distance"]


def _name(network: str) -> str:
    return f"fvd-{network}"


@listed(
    name="clip-distance",
    summary="Fréchet distance of clips, fvd-<network>: by the mean of the features of frames, and by their change",
    year=2018,
    source="Unterthiner et al. 2018, Towards Accurate Generative Models of Video, arXiv:1812.01717, whose FVD takes "
    "features of the network I3D",
)
@reports(
    Quantity(_name, "Fréchet distance from real clips", "lower", headline=9, bounds=DISTANCE),
    aspect="clips",
    beside=Beside({"painted_over_time": "train_over_time"}, "{count} training clips", "train"),
    anchor=Beside({"painted_over_time": "unrelated_over_time"}, "frames of different clips", "unrelated"),
    least=LEAST_PICTURES,
)
def clip_distance(painted_over_time: Features, real_over_time: Features) -> Estimate:
    """The Fréchet distance of painted clips to real ones, in the space of `over_time`. It is not I3D's FVD."""
    value = frechet_distance(real_over_time.values, painted_over_time.values)
    return Estimate(value, frechet_influence(real_over_time.values, painted_over_time.values))
