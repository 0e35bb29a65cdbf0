"""One number for an edit that paints given pictures in the manner of a collection: content kept, and manner reached.

It has the formula of ArtFID, and is not ArtFID: that is taken in the space of an Inception network that its authors
trained on paintings, so that numbers here are named after the space that they were taken in, and cannot be compared
with published ones.
"""

from __future__ import annotations

from collections.abc import Callable

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.content_distance import CONTENT_NETWORK, content_distances
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.influence import frechet_influence
from impasto.metrics.metric import LEAST_PICTURES, Beside, Estimate, Quantity, reports
from impasto.metrics.perceptual_distance import lpips_hash

__all__ = ["art_distance"]


def _in_space(kind: str) -> Callable[[str], str]:
    """The function of a measurement's network that names a number."""

    def name(network: str) -> str:
        return f"{kind}-{network}"

    return name


@listed(
    name="art-distance",
    summary="(1 + LPIPS to the given pictures) · (1 + Fréchet distance to a collection): ArtFID's formula",
    year=2022,
    source="Wright & Ommer 2022, ArtFID: quantitative evaluation of neural style transfer, equation 3",
)
@reports(
    Quantity(_in_space("artfd"), "Content kept and manner reached, in one", "lower", bounds=(1.0, None)),
    Quantity(_in_space("collection-fd"), "Fréchet distance from the collection", "lower", bounds=(0.0, None)),
    aspect="edits",
    beside=Beside(
        {"edited_features": "rest_features", "edited": "sources"}, "other pictures of the collection, no content lost"
    ),
    anchor=Beside({"edited_features": "source_features", "edited": "sources"}, "the given pictures, unchanged"),
    least=LEAST_PICTURES,
    equal=True,
)
def art_distance(
    edited: Pixels, sources: Pixels, edited_features: Features, collection_features: Features
) -> dict[str, Estimate]:
    """The product, and its second factor less 1; the first one less 1 is the `content-distance`.

    Args:
        edited: Shape (N, H, W, 3).
        sources: The given pictures, of that shape.
        edited_features: Of `edited`, or of some of them.
        collection_features: Of pictures like those that edited ones shall be.

    Returns:
        Both have intervals from the features alone; that of LPIPS is far narrower.

    Raises:
        WeightsMissing: When the files of LPIPS are not installed.
    """
    content = 1 + float(content_distances(edited, sources).mean())
    real = collection_features.values
    fake = edited_features.values
    distance = frechet_distance(real, fake)
    influences = frechet_influence(real, fake)
    method = {"content": f"lpips-{CONTENT_NETWORK}", "content weights": lpips_hash(CONTENT_NETWORK)}
    product = Estimate(content * (1 + distance), tuple(content * each for each in influences), method=method)
    return {"artfd": product, "collection-fd": Estimate(distance, influences)}
