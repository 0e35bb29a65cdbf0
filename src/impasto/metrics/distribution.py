"""How far the painted pictures, as a set, are from the real ones: all numbers of a feature space.

The yardstick of each is a set of real training pictures in the painted ones' place: what a painter
would score that paints like the training set, and the bias of the sample with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from impasto.metrics.copying import nearest
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.influence import frechet_influence, interval, kernel_influence, score_influence
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.manifold import neighbourhoods
from impasto.metrics.memorisation import THRESHOLD, memorisation_distance, mifid
from impasto.metrics.numbers import Better, Number, mean_of, missing
from impasto.metrics.recognition import inception_score
from impasto.metrics.spaces import check_same, metric_name

__all__ = ["LEAST", "distribution", "reconstruction_distance"]

LEAST = 50
"""Fewest pictures of a set whose distribution is measured: below it the sample's own error rules."""
NEIGHBOURS = 5
SUBSETS, SUBSET_SIZE = 100, 1000
SPLITS = 10
TITLES: dict[str, tuple[str, Better]] = {
    "fd": ("Fréchet distance", "lower"),
    "kd": ("Kernel distance", "lower"),
    "mifd": ("Fréchet distance with a penalty for copies", "lower"),
    "is": ("Score of clear and varied classes", "higher"),
    "precision": ("Precision: painted pictures among the real", "higher"),
    "recall": ("Recall: real pictures among the painted", "higher"),
    "density": ("Density: how deep among the real", "higher"),
    "coverage": ("Coverage: real pictures with a painted neighbour", "higher"),
}


def distribution(painted: Features, test: Features, train: Features, *, seed: int) -> dict[str, Number]:
    """Fréchet and kernel distance, inception-type score, precision to coverage, and MiFID, with yardsticks.

    Args:
        painted: Of generated pictures.
        test: Of real pictures that were not trained on.
        train: Of the training pictures.
        seed: Of the drawn yardstick, of subsets, splits and resampling.

    Returns:
        Numbers by name.

    Raises:
        UsageError: When the sets were embedded with different recipes.
    """
    check_same(painted, test, train)
    names = {
        kind: metric_name(kind, painted.network) if kind in ("fd", "kd", "is", "mifd") else kind for kind in TITLES
    }
    sizes = {"painted": len(painted), "test split": len(test), "training split": len(train)}
    short = min(sizes, key=lambda word: sizes[word])
    if sizes[short] < LEAST:
        reason = f"It takes {LEAST} pictures of each set; of the {short} there are {sizes[short]}."
        return {names[kind]: missing(title, reason, better) for kind, (title, better) in TITLES.items()}
    drawn = np.random.default_rng(seed).permutation(len(train))[: len(painted)]
    logits = train.logits[drawn] if train.logits is not None else None
    perfect = replace(train, values=train.values[drawn], logits=logits)
    of = f"{len(drawn):,} training pictures"
    held_out = memorisation_distance(train.values, test.values)
    made = {
        "fd": _frechet(painted, test, seed, "painted").beside(_frechet(perfect, test, seed, "train"), of),
        "kd": _kernel(painted, test, seed, "painted").beside(_kernel(perfect, test, seed, "train"), of),
        "mifd": _penalised(painted, test, train, seed=seed, word="painted", held_out=held_out).beside(
            _penalised(test, train, train, seed=seed, word="test", held_out=held_out), "test split"
        ),
        "is": _score(painted, seed, "painted").beside(_score(test, seed, "test"), "test split"),
    }
    instead = _neighbours(perfect, test, seed, "train")
    made |= {kind: n.beside(instead[kind], of) for kind, n in _neighbours(painted, test, seed, "painted").items()}
    return {names[kind]: made[kind] for kind in TITLES}


def reconstruction_distance(
    versions: Features | None, originals: Features, *, seed: int, reason: str = ""
) -> dict[str, Number]:
    """Fréchet distance of a painter's own versions of pictures to those pictures: the literature's rFID on Inception.

    Args:
        versions: Of the painter's versions; None where it has none.
        originals: Of the pictures, in the same order.
        seed: Of resampling.
        reason: Why there are no versions.

    Returns:
        One number by name. Its sets are pairs, so that two halves of the real pictures are no yardstick.

    Raises:
        UsageError: When the sets were embedded with different recipes.
    """
    title, name = "Fréchet distance of reconstructions", "r" + metric_name("fd", originals.network)
    if len(originals) < LEAST:
        reason = reason or f"It takes {LEAST} pictures; there are {len(originals)}."
    if versions is None or reason:
        return {name: missing(title, reason, "lower")}
    check_same(versions, originals)
    value = frechet_distance(originals.values, versions.values)
    of_original, of_version = frechet_influence(originals.values, versions.values)
    # A picture is drawn together with its version.
    ends = interval(value, of_original + of_version, seed=seed)
    n = {"test": len(originals)}
    return {name: Number(title, "lower", value, ends, n=n, recipe=versions.describe(), seed=seed)}


def _frechet(fake: Features, real: Features, seed: int, word: str) -> Number:
    value = frechet_distance(real.values, fake.values)
    ends = interval(value, *frechet_influence(real.values, fake.values), seed=seed)
    n = {word: len(fake), "real": len(real)}
    return _number("fd", value, ends, n=n, recipe=fake.describe(), seed=seed)


def _kernel(fake: Features, real: Features, seed: int, word: str) -> Number:
    size = min(SUBSET_SIZE, len(real), len(fake))
    value = kernel_distance(real.values, fake.values, subsets=SUBSETS, subset_size=size, seed=seed)
    ends = interval(value, *kernel_influence(real.values, fake.values), seed=seed)
    recipe = {**fake.describe(), "subsets": SUBSETS, "subset_size": size}
    n = {word: len(fake), "real": len(real)}
    return _number("kd", value, ends, n=n, recipe=recipe, seed=seed)


def _penalised(fake: Features, real: Features, train: Features, *, seed: int, word: str, held_out: float) -> Number:
    """MiFID; its published threshold is one of Inception's space.

    In other spaces a set is penalised for lying nearer to the training pictures than held-out ones
    do, by the factor it lies nearer.
    """
    published = fake.network == "inception"
    threshold, unit = (THRESHOLD, 1.0) if published else (held_out, held_out)
    near = memorisation_distance(train.values, fake.values)
    value = mifid(real.values, fake.values, train=train.values, threshold=threshold)
    of_real, of_fake = frechet_influence(real.values, fake.values)
    remark = ""
    if near < threshold:
        # The derivative of a quotient: of the distance, and of the mean by which it is divided.
        value, factor = value * unit, unit / (near + 1e-15)
        closeness = nearest(fake.values, train.values)[0].double().numpy()
        pull = value / (near + 1e-15) * (closeness - closeness.mean())
        of_real, of_fake = of_real * factor, of_fake * factor - pull
        remark = f"penalised: mean distance to the training pictures {near:.3g}, below {threshold:.3g}"
    ends = interval(value, of_real, of_fake, seed=seed)
    n = {word: len(fake), "real": len(real), "train": len(train)}
    recipe = {**fake.describe(), "threshold": threshold, "unit": unit}
    return _number("mifd", value, ends, n=n, recipe=recipe, seed=seed, remark=remark)


def _score(fake: Features, seed: int, word: str) -> Number:
    title, better = TITLES["is"]
    if fake.logits is None:
        return missing(title, f"The space {fake.network!r} has no classifier.", better)
    value, deviation = inception_score(fake.logits, splits=SPLITS, seed=seed)
    ends = interval(value, value * score_influence(fake.logits), seed=seed)
    remark = f"deviation over {SPLITS} splits {deviation:.2g}"
    recipe = {**fake.describe(), "splits": SPLITS}
    return _number("is", value, ends, n={word: len(fake)}, recipe=recipe, seed=seed, remark=remark)


def _neighbours(fake: Features, real: Features, seed: int, word: str) -> dict[str, Number]:
    recipe = {**fake.describe(), "k": NEIGHBOURS}
    n = {word: len(fake), "real": len(real)}
    votes = neighbourhoods(real.values, fake.values, k=NEIGHBOURS)
    return {
        kind: mean_of(TITLES[kind][0], each.numpy(), TITLES[kind][1], n=n, recipe=recipe, seed=seed)
        for kind, each in votes.items()
    }


def _number(kind: str, value: float, ends: tuple[float, float], **told: Any) -> Number:
    title, better = TITLES[kind]
    return Number(title, better, value, ends, **told)
