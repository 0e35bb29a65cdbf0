"""A variational autoencoder whose posterior follows the gradient of the likelihood for some steps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Turn
from impasto.painters.likelihood.gaussian import gaussian_nll
from impasto.painters.likelihood.leapfrog import evolved, tempering
from impasto.painters.likelihood.vae import VAE, VAEConfig

__all__ = ["HamiltonianVAE", "HamiltonianVAEConfig"]

LONGEST = 0.5
"""Bound of the learned step sizes."""


@config
class HamiltonianVAEConfig(VAEConfig):
    """Size and training of a Hamiltonian variational autoencoder.

    Attributes:
        detail: Latents of a map are not moved by the dynamics, so there are none.
        leapfrogs: Leapfrog steps between the encoder's sample and that of the posterior.
        step_size: Size of a step at the beginning; one for each dimension of the latent vector is learned.
        cold: Square root of the inverse temperature of the first momenta at the beginning of training; it is learned.
    """

    detail: tuple[Annotated[int, Field(ge=0, le=0)], ...] = Field(default=(0, 0, 0), max_length=6)
    leapfrogs: int = Field(default=3, ge=1, le=64)
    step_size: float = Field(default=0.05, gt=0, lt=LONGEST)
    cold: float = Field(default=0.8, gt=0, lt=1)


@listed(
    name="hamiltonian_vae",
    summary="variational autoencoder whose posterior is improved by Hamiltonian dynamics, step by step",
    year=2018,
    source="Caterini, Doucet & Sejdinovic 2018, arXiv:1805.11328",
)
class HamiltonianVAE(VAE):
    """The encoder's sample is moved by leapfrog steps with tempering towards latents that explain the picture better.

    It paints as `vae` does. Training takes as many gradients of the decoder more as there are steps.
    """

    Config = HamiltonianVAEConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16, 16), "latent": 32, "warmup": 20, "leapfrogs": 2},
        "small": {},
        "base": {"channels": (96, 192, 384, 512), "blocks": 2, "latent": 256, "detail": (0, 0, 0, 0), "grid": 64}
        | {"lr": 3e-4},
    }
    double_backward: ClassVar[tuple[str, ...]] = ("decoder",)
    config: HamiltonianVAEConfig

    def __init__(self, config: HamiltonianVAEConfig, data: Data) -> None:
        """Build encoder, decoder and dynamics.

        Raises:
            ConfigError: When they cannot be built for such pictures.
        """
        super().__init__(config, data)
        share = config.step_size / LONGEST
        self.step_logits = nn.Parameter(torch.full((config.latent,), math.log(share / (1 - share))))
        self.cold_logit = nn.Parameter(torch.tensor(math.log(config.cold / (1 - config.cold))))

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative Hamiltonian evidence lower bound, in nats for each colour value."""
        c = self.config
        size = batch.pictures[0].numel()
        condition = self._condition(self.category_index(batch.condition, none=-1))
        nll, divergence, errors = self._terms(batch.pictures, condition, batch.noise)
        rise = min(1.0, (step + 1) / c.warmup) if c.warmup else 1.0
        loss = (nll.mean() + c.beta * rise * divergence.mean()) / size
        logs: dict[str, Tensor | float] = {
            "error": errors.detach(),
            "kl": divergence.mean().detach(),
            "sigma": self._log_sigma().detach().exp(),
            "step_size": self._sizes().mean().detach(),
        }
        yield Turn("painter", loss, logs)

    def log_weight(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """Logarithm of the importance weight of one sample of the posterior; see `VAE.log_weight`."""
        # Gradients by the latents are needed even where pictures are only looked at.
        with torch.inference_mode(False), torch.enable_grad():
            spread, embedding = self._spread(pictures.clone(), condition, noise)
            embedding = None if embedding is None else embedding.clone()
            nll, divergence, _ = self._terms(spread, embedding, noise, learning=False)
        return (-nll - divergence).detach() + self._log_width(pictures)

    def log_likelihood(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """The Hamiltonian evidence lower bound, in nats, shape (N,); see `contract.HasLikelihood`."""
        return self.log_weight(pictures, condition, noise)

    def _terms(
        self, pictures: Tensor, condition: Tensor | None, noise: Noise, *, learning: bool = True
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Negative log-likelihood and divergence of one sample each, in nats, shape (N,); and the mean squared error.

        Source: Caterini et al. 2018, equation (7), with the sampled momentum in the place of its expectation.
        """
        c = self.config
        mean, logvar, _ = self.encoder(pictures, condition)
        draw = noise.normal(c.latent)
        start = noise.normal(c.latent)
        positions = mean + torch.exp(0.5 * logvar) * draw
        roots = tempering(self.cold_logit.sigmoid(), c.leapfrogs)

        def energy(latents: Tensor) -> Tensor:
            painted, _ = self.decoder(latents, condition, None, _zeros(latents))
            return gaussian_nll(pictures, painted, self._log_sigma()) + 0.5 * latents.square().sum(1)

        def slope(latents: Tensor) -> Tensor:
            latents = latents if latents.requires_grad else latents.detach().requires_grad_()
            (gradient,) = torch.autograd.grad(energy(latents).sum(), latents, create_graph=learning)
            return gradient

        latents, momenta = evolved(positions, start / roots[0], slope, self._sizes(), roots)
        painted, _ = self.decoder(latents, condition, None, _zeros(latents))
        prior = 0.5 * (latents.square() + momenta.square()).sum(1)
        posterior = 0.5 * (draw.square() + start.square() + logvar).sum(1)
        nll = gaussian_nll(pictures, painted, self._log_sigma())
        return nll, prior - posterior, (painted - pictures).square().mean()

    def _sizes(self) -> Tensor:
        """Step sizes, shape (latent,)."""
        return LONGEST * self.step_logits.sigmoid()


def _zeros(latents: Tensor) -> Any:
    """Noise of 0, for a decoder that draws no detail."""
    return lambda *shape: latents.new_zeros(len(latents), *shape)
