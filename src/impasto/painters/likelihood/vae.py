"""A painter that packs pictures into a few normal numbers: the conditional variational autoencoder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Noise, Painter, PainterConfig, PaintSettings, Player, Turn, cosine
from impasto.errors import ConfigError
from impasto.nn.group_norm import groups_of
from impasto.nn.residual import Resample, ResidualBlock, small_output

__all__ = ["VAE", "VAEConfig", "VAESettings", "gaussian_kl", "gaussian_nll"]


def gaussian_kl(mean: Tensor, logvar: Tensor) -> Tensor:
    """Divergence of a diagonal Gaussian from the standard one.

    Args:
        mean: Means, shape (N, D).
        logvar: Natural logarithms of the variances, shape (N, D).

    Returns:
        KL of each picture, in nats, shape (N,).

    Source: Kingma & Welling 2014, appendix B.
    """
    return 0.5 * (mean.square() + logvar.exp() - logvar - 1).sum(dim=1)


def gaussian_nll(pictures: Tensor, means: Tensor, log_sigma: Tensor) -> Tensor:
    """Negative log-likelihood under a Gaussian with one standard deviation for all pixels.

    Args:
        pictures: Shape (N, 3, H, W).
        means: Of the same shape.
        log_sigma: Natural logarithm of the standard deviation, a scalar.

    Returns:
        Of each picture, in nats, shape (N,).

    Source: Rybkin, Daniilidis & Levine 2021, equation 3.
    """
    errors = (pictures - means).square().sum(dim=(1, 2, 3))
    size = pictures[0].numel()
    return 0.5 * errors * torch.exp(-2 * log_sigma) + size * (log_sigma + 0.5 * math.log(2 * math.pi))


@config
class VAEConfig(PainterConfig):
    """Size and training of a variational autoencoder.

    Attributes:
        channels: Channels of each level, finest first, in multiples of 16.
        blocks: Residual blocks on each level, in the encoder and again in the decoder.
        latent: Numbers D that stand for a picture.
        grid: Most rows of the finest feature map; larger pictures are folded into patches.
        beta: Weight of the divergence from the prior.
        warmup: Steps over which that weight rises from 0; 0 for none.
        sigma: Standard deviation of a pixel; 0 to learn it.
        lr: Largest learning rate.
        weight_decay: Per unit of learning rate.
        clip: Largest gradient norm.
    """

    channels: tuple[int, ...] = Field(default=(64, 128, 192, 256), min_length=1, max_length=6)
    blocks: int = Field(default=1, ge=1, le=8)
    latent: int = Field(default=128, ge=1, le=4096)
    grid: int = Field(default=32, ge=8, le=128)
    beta: float = Field(default=1.0, ge=0, le=1000)
    warmup: int = Field(default=500, ge=0, le=1_000_000)
    sigma: float = Field(default=0.0, ge=0, le=10)
    lr: float = Field(default=1e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0)


@config
class VAESettings(PaintSettings):
    """How a picture is drawn from the prior.

    Attributes:
        temperature: Standard deviation of the latents; below 1 paints safer, duller pictures.
    """

    temperature: float = Field(default=1.0, ge=0, le=2)


class Encoder(nn.Module):
    """Pictures and conditions to the mean and log-variance of their latents."""

    def __init__(self, config: VAEConfig, patch: int, grid: int, condition: int) -> None:
        super().__init__()
        self.patch, width = patch, config.channels[0]
        self.stem = nn.Conv2d(3 * patch**2, width, 3, padding=1)
        self.blocks = nn.ModuleList()
        for level, outputs in enumerate(config.channels):
            for block in range(config.blocks):
                resample: Resample = "down" if level and not block else "keep"
                self.blocks.append(ResidualBlock(width, outputs, condition, resample))
                width = outputs
        self.norm = nn.GroupNorm(groups_of(width), width)
        self.head = nn.Linear(width * grid**2, 2 * config.latent)

    def forward(self, pictures: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor]:
        """Encode (N, 3, R, R) under conditions (N, E) into means and log-variances (N, D)."""
        h = self.stem(F.pixel_unshuffle(pictures, self.patch))
        for block in self.blocks:
            h = block(h, condition)
        mean, logvar = self.head(F.silu(self.norm(h)).flatten(1)).float().chunk(2, dim=1)
        # Bounded, so that exp cannot overflow in the first steps.
        return mean, logvar.clamp(-12, 4)


class Decoder(nn.Module):
    """Latents and conditions to pictures. The latent also scales and shifts every block."""

    def __init__(self, config: VAEConfig, patch: int, grid: int, condition: int) -> None:
        super().__init__()
        self.patch, self.grid, width = patch, grid, config.channels[-1]
        style = 2 * config.channels[0]
        self.base = nn.Linear(config.latent, width * grid**2)
        self.style = nn.Linear(config.latent + condition, style)
        self.blocks = nn.ModuleList()
        for level, outputs in reversed(list(enumerate(config.channels))):
            for block in range(config.blocks):
                top = level == len(config.channels) - 1
                resample: Resample = "keep" if top or block else "up"
                self.blocks.append(ResidualBlock(width, outputs, style, resample))
                width = outputs
        self.norm = nn.GroupNorm(groups_of(width), width)
        self.head = small_output(nn.Conv2d(width, 3 * patch**2, 3, padding=1))

    def forward(self, latents: Tensor, condition: Tensor | None) -> Tensor:
        """Decode (N, D) under conditions (N, E) into pictures (N, 3, R, R), not yet clamped."""
        style = F.silu(self.style(latents if condition is None else torch.cat([latents, condition], dim=1)))
        h = self.base(latents).view(len(latents), -1, self.grid, self.grid)
        for block in self.blocks:
            h = block(h, style)
        return F.pixel_shuffle(self.head(F.silu(self.norm(h))), self.patch).float()


@listed(
    name="vae",
    summary="Convolutional variational autoencoder, conditional on category, with a learned pixel variance",
    year=2014,
    source="Kingma & Welling, Auto-Encoding Variational Bayes",
)
class VAE(Painter):
    """Variational autoencoder (Kingma & Welling 2014), given the category on both sides (Sohn et al. 2015)."""

    Config = VAEConfig
    Settings = VAESettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16, 16), "latent": 32, "grid": 16, "warmup": 20},
        "small": {},
        "base": {"channels": (96, 192, 384, 512), "blocks": 2, "latent": 256, "grid": 64, "lr": 3e-4},
    }
    capabilities = frozenset({"category", "reconstruct"})
    config: VAEConfig

    def __init__(self, config: VAEConfig) -> None:
        super().__init__(config)
        patch = max(1, config.resolution // config.grid)
        coarse = config.resolution // patch >> (len(config.channels) - 1)
        _check(config, coarse)
        width = 64 if config.categories else 0
        self.embedding = nn.Embedding(self.classes, width) if width else None
        self.encoder = Encoder(config, patch, coarse, width)
        self.decoder = Decoder(config, patch, coarse, width)
        # A tenth of the logarithm is stored: Adam moves by about lr a step, and this number has far to go.
        self.log_sigma = nn.Parameter(torch.tensor(-0.1)) if config.sigma == 0 else None

    def players(self) -> dict[str, Player]:
        """One player: encoder, decoder and the pixel variance together."""
        c = self.config
        whole = Player((self,), c.lr, (0.9, 0.99), c.weight_decay, c.clip, schedule=cosine(0.03, 0.01))
        return {"painter": whole}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative evidence lower bound, in nats a colour value."""
        c, size = self.config, batch.pictures[0].numel()
        condition = self._condition(batch.labels)
        mean, logvar = self.encoder(batch.pictures, condition)
        latents = mean + torch.exp(0.5 * logvar) * batch.noise.normal(c.latent)
        means = self.decoder(latents, condition)
        nll = gaussian_nll(batch.pictures, means, self._log_sigma()).mean() / size
        kl = gaussian_kl(mean, logvar).mean()
        beta = c.beta * min(1.0, (step + 1) / c.warmup) if c.warmup else c.beta
        error = (means.detach() - batch.pictures).square().mean()
        sigma = self._log_sigma().detach().exp()
        yield Turn("painter", nll + beta * kl / size, {"error": error, "kl": kl.detach(), "sigma": sigma})

    def render(self, labels: Tensor, noise: Noise, settings: VAESettings) -> Tensor:
        """Paint one batch: the mean picture of latents from the prior."""
        latents = settings.temperature * noise.normal(self.config.latent)
        return self.decode(latents, labels)

    def encode(self, pictures: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What the painter makes of pictures.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].
            labels: Category of each, int64, shape (N,).

        Returns:
            Means and log-variances of the latents, each of shape (N, D).
        """
        mean, logvar = self.encoder(pictures, self._condition(labels))
        return mean, logvar

    def decode(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures of latents (N, D) and labels (N,): shape (N, 3, R, R), in [-1, 1]."""
        pictures: Tensor = self.decoder(latents, self._condition(labels))
        return pictures.clamp(-1, 1)

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures decoded from the means of their latents.

        The category is not told, so each is taken for the one under which it is explained best,
        by the evidence lower bound.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].

        Returns:
            Pictures of the same shape and range.
        """
        best, least = pictures, pictures.new_full((len(pictures),), math.inf)
        for label in range(self.classes):
            labels = torch.full((len(pictures),), label, device=pictures.device)
            mean, logvar = self.encode(pictures, labels)
            painted = self.decode(mean, labels)
            bound = gaussian_nll(pictures, painted, self._log_sigma()) + self.config.beta * gaussian_kl(mean, logvar)
            best = torch.where((bound < least)[:, None, None, None], painted, best)
            least = torch.minimum(bound, least)
        return best

    def _condition(self, labels: Tensor) -> Tensor | None:
        return None if self.embedding is None else self.embedding(labels)

    def _log_sigma(self) -> Tensor:
        if self.log_sigma is None:
            return torch.tensor(math.log(self.config.sigma), device=self.device)
        return (10 * self.log_sigma).clamp(min=-6)


def _check(config: VAEConfig, coarse: int) -> None:
    """Refuse networks that cannot be built.

    Raises:
        ConfigError: When channels do not fit groups, or there are too many levels.
    """
    for width in config.channels:
        if width % 16 or not 16 <= width <= 2048:
            raise ConfigError(f"channels = {config.channels}: each must be a multiple of 16 from 16 to 2048.")
    if coarse < 2:
        raise ConfigError(
            f"channels = {config.channels}: {len(config.channels)} levels leave a feature map of {coarse} rows; "
            "name fewer channels."
        )
