"""What the presets of MIGAN change, and names that settings had before.

The preset 'paper' is the reading that comes nearest to the text, which `migan_config` sets out. 'base' is the same but
for the two readings that were the defaults of earlier versions.

The preset 'small' departs from the paper so that minutes on a CPU suffice: attention acts at 16 pixels, learning rates
are 5 and 2.5 times the paper's, and λ·L_MS counts tenfold, because a discriminator whose gradient has length 1 acts on
a picture of 32 pixels some fifty times more strongly than a mean over its 3,072 values does. It also reads the
equations as they seem to be meant, which painted nearer to validation pictures in two trials: the information bound has
a constant weight, no gradient flows through λ, attention is scaled and over an eighth of the channels, the spatial
transform acts at 16 pixels at most, and the branches of AMS are half as wide from 32 pixels up.

The preset 'modern' keeps A and B and changes how they are trained, for small collections and little time. D stands on
a frozen, pretrained network, and sees all pictures augmented, so that neither it nor A can memorise the collection.
The gradient penalty, which took two fifths of a step, is left out; A paints once for both turns; the picture
cycle, a third of a step, is computed in every fourth step; attention acts at 8 pixels. Minibatch statistics and
relativistic pairs over a whole batch are not used: a batch could not be cut then.
"""

from __future__ import annotations

from typing import Any

__all__ = ["PRESETS", "RENAMED_SETTINGS"]

RENAMED_SETTINGS = {
    "five": "five_pixel_branch",
    "style": "style_dims",
    "codes": "unlabelled_classes",
    "most": "max_width",
    "semantics": "semantic_width",
    "reader_width": "encoder_width",
    "most_strided": "max_strided_width",
    "constant": "factor_constant",
    "content": "content_weight",
    "perceptual": "perceptual_weight",
    "features": "perceptual_features",
    "information": "information_weight",
    "once": "reuse_fakes",
    "critic_at": "critic_min_side",
    "penalty": "penalty_weight",
}
"""Names of settings up to version 0.1.0 → their names now."""

SMALL_NETWORKS: dict[str, Any] = {
    "width": 16,
    "max_width": 64,
    "semantic_width": 8,
    "encoder_width": 16,
    "discriminator_width": 16,
    "max_strided_width": 128,
}
"""Sizes that two CPU cores can train."""

AS_MEANT: dict[str, Any] = {
    "factor_gradient": False,
    "bound_weight": "constant",
    "attention_scaled": True,
    "attention_reduction": 8,
    "sft_max_side": 16,
    "ams_half_from": 32,
}
"""Parts of the equations that are mended where they are too literal."""

PRESETS: dict[str, dict[str, Any]] = {
    "tiny": {
        "width": 8,
        "max_width": 16,
        "style_dims": 16,
        "factors": 2,
        "semantic_width": 4,
        "encoder_width": 8,
        "discriminator_width": 8,
        "max_strided_width": 32,
        "attention_at": 8,
    },
    "small": {
        **SMALL_NETWORKS,
        **AS_MEANT,
        "attention_at": 16,
        "content_weight": 10.0,
        "lr": 5e-4,
        "discriminator_lr": 1e-3,
    },
    "base": {},
    "paper": {"second_cycle": "pictures", "five_pixel_branch": "stacked"},
    "modern": {
        **SMALL_NETWORKS,
        "attention_at": 8,
        "information_weight": 0.1,
        "penalty_weight": 1.0,
        "penalty_every": 4,
        "reuse_fakes": True,
        "cycle_every": 4,
        "critic": "auto",
        "objective": "hinge",
        "augment": True,
        "lr": 1e-3,
        "discriminator_lr": 1e-3,
        "betas": (0.0, 0.99),
        "warmup": 100,
    },
}
