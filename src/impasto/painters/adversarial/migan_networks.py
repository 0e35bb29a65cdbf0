"""The networks A, B and D of MIGAN, built as a config says."""

from __future__ import annotations

from impasto.errors import ConfigError
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.dual_discriminator import DualDiscriminator
from impasto.painters.adversarial.encoder import Encoder
from impasto.painters.adversarial.migan_config import MiganConfig
from impasto.painters.adversarial.migan_generator import AttentionOptions, Generator
from impasto.painters.adversarial.migan_stage import StageOptions
from impasto.painters.adversarial.projected_discriminator import ProjectedDiscriminator

__all__ = ["may_be_projected", "new_discriminator", "new_encoder", "new_generator", "refuse_boundless_scores"]


def new_generator(config: MiganConfig, side: int, classes: int) -> Generator:
    """A, for pictures of `side` pixels and a code c₁ of so many classes.

    Raises:
        ConfigError: When no stage has the size `attention_at`, or a sketch has no spatial transform to act through.
    """
    channels = channels_by_size(side, config.width, config.max_width)
    if config.attention_at not in channels:
        sizes = ", ".join(map(str, channels))
        raise ConfigError(
            f"attention_at = {config.attention_at}: at {side} px the stages have {sizes} px; choose one of them."
        )
    if config.condition != "none" and not config.sft:
        raise ConfigError("condition = 'sketch' needs sft = true, which is how the sketch enters.")
    code_dims = classes + config.factors
    return Generator(
        channels,
        config.style_dims + code_dims,
        code_dims,
        from_sketch=config.condition == "sketch",
        skip_excitation=config.generator == "light",
        stage=StageOptions(
            semantic_width=config.semantic_width if config.sft else 0,
            five_pixel_branch=config.five_pixel_branch if config.ams else None,
            ams_half_from=config.ams_half_from,
            sft_max_side=config.sft_max_side,
            fused=config.fused,
            normalised=config.generator == "light",
        ),
        attention=AttentionOptions(
            at=config.attention_at,
            positions=config.sa,
            channels=config.eca,
            reduction=config.attention_reduction,
            scaled=config.attention_scaled,
        ),
    )


def new_encoder(config: MiganConfig, side: int, classes: int) -> Encoder:
    """B, for pictures of `side` pixels and a code c₁ of so many classes."""
    channels = channels_by_size(side, config.encoder_width, config.max_strided_width)
    return Encoder(channels, config.style_dims, classes, config.factors)


def new_discriminator(config: MiganConfig, side: int, categories: int) -> ProjectedDiscriminator | DualDiscriminator:
    """D, for pictures of `side` pixels in so many categories, at least 1."""
    if config.critic == "projected":
        return ProjectedDiscriminator(
            config.critic_width,
            categories,
            min_side=config.critic_min_side,
            spectral_norm=config.critic_norm == "spectral",
        )
    channels = channels_by_size(side, config.discriminator_width, config.max_strided_width)
    return DualDiscriminator(channels, shared=config.shared_trunk)


def may_be_projected(config: MiganConfig) -> bool:
    """Whether a projected critic suits the objective: a difference of scores has no end where nothing bounds them."""
    return config.objective != "wasserstein" or config.critic_norm == "spectral"


def refuse_boundless_scores(config: MiganConfig) -> None:
    """Refuse to train a projected critic on an objective that only a bound on its scores keeps finite.

    Raises:
        ConfigError: With the settings that go together.
    """
    if config.critic == "projected" and not may_be_projected(config):
        raise ConfigError(
            "critic = 'projected' has no gradient penalty, so with objective = 'wasserstein' its scores would grow "
            "without bound. Choose objective = 'hinge' or 'relativistic', or critic_norm = 'spectral'."
        )
