"""Fréchet distance of reconstructions as a set: the literature's rFID on Inception."""

from __future__ import annotations

from impasto.catalogue import listed
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.influence import frechet_influence
from impasto.metrics.metric import DISTANCE, LEAST_PICTURES, Estimate, Quantity, reports
from impasto.metrics.spaces import name_in_space

__all__ = ["reconstruction_distance"]


@listed(
    name="reconstruction-distance",
    summary="Fréchet distance of reconstructions to their originals: rFID on Inception, rfd-<network> on others",
    year=2021,
    source="Esser, Rombach & Ommer 2021, Taming Transformers for High-Resolution Image Synthesis, section 4.1",
)
@reports(
    Quantity(name_in_space("fd", prefix="r"), "Fréchet distance of reconstructions", "lower", bounds=DISTANCE),
    aspect="reconstruction",
    least=LEAST_PICTURES,
)
def reconstruction_distance(original_features: Features, reconstruction_features: Features) -> Estimate:
    """Fréchet distance of a painter's own versions of pictures to those pictures.

    The sets are pairs, so two halves of the real pictures would not be comparable.

    Args:
        original_features: Features of the pictures, shape (K, D).
        reconstruction_features: Features of the painter's reconstructions, in the same order.
    """
    originals = original_features.values
    versions = reconstruction_features.values
    of_originals, of_versions = frechet_influence(originals, versions)
    # A picture is drawn together with its version.
    return Estimate(frechet_distance(originals, versions), (of_originals + of_versions,))
