"""A painter that encodes pictures as a few normal numbers: the conditional variational autoencoder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import (
    Batch,
    Condition,
    Data,
    Noise,
    Painted,
    Painter,
    PaintSettings,
    Player,
    Turn,
)
from impasto.errors import ConfigError, NotCapable
from impasto.nn.embedding import CategoryEmbedding
from impasto.painters.bounds import Channels
from impasto.painters.likelihood.gaussian import gaussian_kl, gaussian_nll
from impasto.painters.likelihood.ladder import Decoder, Encoder
from impasto.painters.optimizer import OptimizerConfig
from impasto.painters.patches import patch_side

__all__ = ["VAE", "VAEConfig", "VAESettings"]

WIDTH = 2 / 255
"""Distance of two levels of colour."""


@config
class VAEConfig(OptimizerConfig):
    """Size and training of a variational autoencoder.

    Attributes:
        channels: Channels of each level, finest level first, in multiples of 16.
        blocks: Residual blocks on each level, in the encoder and again in the decoder.
        latent: Dimensions of the latent vector of a picture.
        detail: Latent channels at each position of each level, finest level first, which encode what the vector leaves
            open; one number for each level. All 0 is the autoencoder of Kingma & Welling 2014.
        grid: Number of positions along the longer side of the finest feature map; larger pictures are folded into
            patches to fit. The nearest number that divides the side is taken.
        beta: Weight of the KL divergence from the prior (Higgins et al. 2017); 1 is the evidence lower bound.
        warmup: Steps over which the weight of the vector's divergence rises from 0, and that of detail falls from
            `detail_weight` times its final value; 0 starts with the final weights.
        detail_weight: Factor on the divergence of detail at the start of training.
        sigma: Standard deviation of a pixel's likelihood; 0 learns it.
    """

    channels: tuple[Channels, ...] = Field(default=(96, 192, 256), min_length=1, max_length=6)
    blocks: int = Field(default=1, ge=1, le=8)
    latent: int = Field(default=128, ge=1, le=4096)
    detail: tuple[Annotated[int, Field(ge=0, le=64)], ...] = Field(default=(0, 4, 8), max_length=6)
    grid: int = Field(default=16, ge=8, le=128)
    beta: float = Field(default=1.0, ge=0, le=1000)
    warmup: int = Field(default=500, ge=0, le=1_000_000)
    detail_weight: float = Field(default=30.0, ge=1, le=1000)
    sigma: float = Field(default=0.0, ge=0, le=10)


@config
class VAESettings(PaintSettings):
    """How a picture is sampled from the prior.

    Attributes:
        temperature: Standard deviation of the latents, where the prior has 1; below 1 paints safer, duller pictures.
    """

    temperature: float = Field(default=1.0, ge=0, le=2)

    prominent: ClassVar[frozenset[str]] = frozenset({"temperature"})


@listed(
    name="vae",
    summary="Convolutional variational autoencoder, conditional on category, with a learned pixel variance",
    year=2014,
    source="Kingma & Welling, Auto-Encoding Variational Bayes",
)
class VAE(Painter):
    """Variational autoencoder (Kingma & Welling 2014), given the category on both sides (Sohn et al. 2015).

    Pictures have a height and width of 32 to 512 px, in steps of 16.
    """

    Config = VAEConfig
    Settings = VAESettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16, 16), "latent": 32, "detail": (0, 2, 4), "grid": 16, "warmup": 20},
        "small": {},
        "base": {
            "channels": (96, 192, 384, 512),
            "blocks": 2,
            "latent": 256,
            "detail": (0, 4, 8, 8),
            "grid": 64,
            "lr": 3e-4,
        },
    }
    resolutions = range(32, 513, 16)
    square = False
    renamed_settings: ClassVar[dict[str, str]] = {"dear": "detail_weight"}
    conditions = frozenset({"category"})
    exchanges_categories = True
    config: VAEConfig

    def __init__(self, config: VAEConfig, data: Data) -> None:
        """Build encoder and decoder.

        Raises:
            ConfigError: When they cannot be built for such pictures.
        """
        super().__init__(config, data)
        _check(config)
        halvings = len(config.channels) - 1
        patch = patch_side(data.height, data.width, config.grid, multiple=2**halvings)
        coarse = (data.height // patch >> halvings, data.width // patch >> halvings)
        _check_levels(config, min(coarse))
        condition = 64 if data.categories else 0
        self.embedding = CategoryEmbedding(self.classes, condition) if condition else None
        shape = (config.channels, config.blocks, config.latent)
        self.encoder = Encoder(*shape, patch=patch, coarse=coarse, condition=condition)
        self.decoder = Decoder(*shape, patch=patch, coarse=coarse, condition=condition, detail=config.detail)
        # A tenth of the logarithm is stored: Adam moves by about lr a step, and this number has far to go.
        self.log_sigma = nn.Parameter(torch.tensor(-0.1)) if config.sigma == 0 else None

    def players(self) -> dict[str, Player]:
        """One player: encoder, decoder and the pixel variance together."""
        return {"painter": self.config.player(self)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative evidence lower bound, in nats for each colour value."""
        c = self.config
        size = batch.pictures[0].numel()
        condition = self._condition(self.category_index(batch.condition, none=-1))
        mean, logvar, features = self.encoder(batch.pictures, condition)
        latents = mean + torch.exp(0.5 * logvar) * batch.noise.normal(c.latent)
        pictures, detail_kl = self.decoder(latents, condition, features, batch.noise.normal)
        nll = gaussian_nll(batch.pictures, pictures, self._log_sigma()).mean() / size
        vector_kl = gaussian_kl(mean, logvar).mean()
        detail_kl = detail_kl.mean()
        rise = min(1.0, (step + 1) / c.warmup) if c.warmup else 1.0
        # Early on detail costs more and the vector less, so that the vector, which sees the whole picture, learns the
        # composition.
        kl = rise * vector_kl + c.detail_weight ** (1 - rise) * detail_kl
        logs = {
            "error": (pictures.detach() - batch.pictures).square().mean(),
            "kl": (vector_kl + detail_kl).detach(),
            "kl_detail": detail_kl.detach(),
            "sigma": self._log_sigma().detach().exp(),
        }
        yield Turn("painter", nll + c.beta * kl / size, logs)

    def render(self, condition: Condition, noise: Noise, settings: VAESettings) -> Painted:
        """Paint one batch: the mean picture of latents from the prior."""
        return Painted(self.synthesize(settings.temperature * self.latents(condition, noise), condition))

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Latent vectors and then the noise of all detail, standard normal, shape (N, D)."""
        drawn = [noise.normal(self.config.latent), *(noise.normal(*shape) for shape in self.decoder.detail_shapes)]
        return torch.cat([each.flatten(1) for each in drawn], dim=1).to(self.decoder.base.weight.dtype)

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """The mean pictures, shape (N, 3, H, W), in [-1, 1], of latents (N, D) as `latents` gives them."""
        shapes = self.decoder.detail_shapes
        vector, *noises = latents.split([self.config.latent, *map(math.prod, shapes)], dim=1)
        rest = iter(noises)
        embedding = self._condition(self.category_index(condition, none=-1))
        pictures, _ = self.decoder(vector, embedding, None, lambda *shape: next(rest).view(len(latents), *shape))
        return pictures.clamp(-1, 1)

    def infer_latents(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Means of the posteriors of given pictures, shape (N, D), as `synthesize` takes them."""
        embedding = self._condition(self.category_index(condition, none=-1))
        mean, _, features = self.encoder(pictures, embedding)
        noises: list[Tensor] = []
        self.decoder(mean, embedding, features, lambda *shape: mean.new_zeros(len(mean), *shape), noises=noises)
        return torch.cat([mean, *(noise.flatten(1) for noise in noises)], dim=1)

    def log_likelihood(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """The evidence lower bound of pictures of 256 levels, in nats, shape (N,); see `contract.HasLikelihood`."""
        spread, embedding = self._spread(pictures, condition, noise)
        mean, logvar, features = self.encoder(spread, embedding)
        latents = mean + torch.exp(0.5 * logvar) * noise.normal(self.config.latent)
        painted, detail_kl = self.decoder(latents, embedding, features, noise.normal)
        bound = -gaussian_nll(spread, painted, self._log_sigma()) - gaussian_kl(mean, logvar) - detail_kl
        return bound + self._log_width(pictures)

    def log_weight(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """Logarithm of the importance weight of one sample of the posterior, in nats, shape (N,).

        The mean of the weights of many samples is an unbiased estimate of the pictures' probability (Burda, Grosse &
        Salakhutdinov 2016, "Importance weighted autoencoders"). Arguments are those of `log_likelihood`.

        Raises:
            NotCapable: When there is detail, whose divergence is not sampled.
        """
        if any(self.config.detail):
            raise NotCapable("Importance weights are computed of painters without detail only: train with detail = 0.")
        spread, embedding = self._spread(pictures, condition, noise)
        mean, logvar, features = self.encoder(spread, embedding)
        draw = noise.normal(self.config.latent)
        latents = mean + torch.exp(0.5 * logvar) * draw
        painted, _ = self.decoder(latents, embedding, features, noise.normal)
        ratio = 0.5 * (draw.square() + logvar - latents.square()).sum(1)
        return ratio - gaussian_nll(spread, painted, self._log_sigma()) + self._log_width(pictures)

    def _spread(self, pictures: Tensor, condition: Condition, noise: Noise) -> tuple[Tensor, Tensor | None]:
        """Pictures with each level spread over its width, and the vectors of their categories."""
        embedding = self._condition(self.category_index(condition, none=-1))
        return pictures + WIDTH * (noise.uniform(*pictures.shape[1:]).to(pictures.dtype) - 0.5), embedding

    @staticmethod
    def _log_width(pictures: Tensor) -> float:
        """Logarithm of the volume over which the levels of a picture are spread."""
        return pictures[0].numel() * math.log(WIDTH)

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures decoded from the means of their latents.

        Their categories are not given, so each is taken to be of the one with the best evidence lower bound.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            Pictures of the same shape and range.
        """
        best = pictures
        least = pictures.new_full((len(pictures),), math.inf)
        for label in range(self.classes):
            condition = self._condition(torch.full((len(pictures),), label, device=pictures.device))
            mean, logvar, features = self.encoder(pictures, condition)
            painted, detail_kl = self.decoder(
                mean, condition, features, lambda *shape: pictures.new_zeros(len(pictures), *shape)
            )
            kl = gaussian_kl(mean, logvar) + detail_kl
            bound = gaussian_nll(pictures, painted, self._log_sigma()) + self.config.beta * kl
            best = torch.where((bound < least)[:, None, None, None], painted.clamp(-1, 1), best)
            least = torch.minimum(bound, least)
        return best

    def _condition(self, labels: Tensor) -> Tensor | None:
        """Embeddings of categories, shape (N, E), zeros of -1; None of a painter trained without categories."""
        return None if self.embedding is None else self.embedding(labels)

    def _log_sigma(self) -> Tensor:
        """Logarithm of the standard deviation of a pixel, a scalar."""
        if self.log_sigma is None:
            return torch.tensor(math.log(self.config.sigma), device=self.device)
        return (10 * self.log_sigma).clamp(min=-6)


def _check(config: VAEConfig) -> None:
    """Refuse networks that cannot be built.

    Raises:
        ConfigError: When detail does not fit channels.
    """
    if len(config.detail) != len(config.channels):
        raise ConfigError(
            f"detail = {config.detail}: it must have one number for each of the {len(config.channels)} levels of "
            f"channels = {config.channels}, finest first."
        )


def _check_levels(config: VAEConfig, places: int) -> None:
    """Refuse more levels than the finest feature map can be halved for.

    Raises:
        ConfigError: When the coarsest has fewer than 2 places along its shorter side.
    """
    if places < 2:
        raise ConfigError(
            f"channels = {config.channels}: {len(config.channels)} levels leave a feature map of {places} rows; "
            "at least 2 are needed, so give fewer channels."
        )
