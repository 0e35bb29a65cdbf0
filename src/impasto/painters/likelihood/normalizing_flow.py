"""A normalising flow: pictures and normal values are two views of one another, and every picture has a likelihood."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn
from impasto.errors import ConfigError
from impasto.nn.embedding import CategoryEmbedding
from impasto.painters.likelihood.glow import Glow
from impasto.painters.optimizer import OptimizerConfig

__all__ = ["NormalizingFlow", "NormalizingFlowConfig", "NormalizingFlowSettings"]

LEVELS_OF_COLOUR = 256
TEMPERATURE = 0.7
"""As Kingma & Dhariwal 2018 paint, section 6.3."""


@config
class NormalizingFlowConfig(OptimizerConfig):
    """Size and training of a flow.

    Attributes:
        levels: How often 2 × 2 pixels become channels; the side of the pictures must be divisible that often.
        depth: Steps of each level.
        width: Channels of the hidden layers of couplings.
        embedding: Dimensions of the category's embedding.
    """

    levels: int = Field(default=3, ge=1, le=7)
    depth: int = Field(default=32, ge=1, le=128)
    width: int = Field(default=256, ge=8, le=2048)
    embedding: int = Field(default=32, ge=1, le=4096)


@config
class NormalizingFlowSettings(PaintSettings):
    """How a picture is drawn from the model.

    Attributes:
        temperature: Standard deviation of the normal values, of which the model expects 1; below 1 pictures are calmer.
    """

    temperature: float = Field(default=TEMPERATURE, ge=0, le=2)

    prominent: ClassVar[frozenset[str]] = frozenset({"temperature"})


@listed(
    name="normalizing_flow",
    summary="normalising flow with exact likelihood: invertible 1 × 1 convolutions and affine couplings",
    year=2018,
    source="Kingma & Dhariwal 2018, arXiv:1807.03039; Dinh et al. 2017, arXiv:1605.08803",
)
class NormalizingFlow(Painter):
    """Paints from a category and as many normal values as a picture has."""

    Config: ClassVar[type[PainterConfig]] = NormalizingFlowConfig
    Settings: ClassVar[type[PaintSettings]] = NormalizingFlowSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"depth": 2, "width": 16, "embedding": 4},
        "small": {"depth": 8, "width": 64},
        "base": {},
    }
    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    exchanges_categories: ClassVar[bool] = True
    config: NormalizingFlowConfig

    def __init__(self, config: NormalizingFlowConfig, data: Data) -> None:
        """Build the flow.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or has not so many levels.
        """
        super().__init__(config, data)
        c = config
        if data.side % 2**c.levels:
            most = (data.side & -data.side).bit_length() - 1
            raise ConfigError(f"levels = {c.levels}, but {data.side} px can be halved {most} times.")
        condition = c.embedding if data.categories else 0
        self.embedding = CategoryEmbedding(self.classes, condition) if condition else None
        self.glow = Glow(data.side, c.levels, c.depth, c.width, condition)

    def players(self) -> dict[str, Player]:
        """One player."""
        return {"painter": self.config.player(self)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative log-likelihood in bits for each colour value."""
        bits = -self.log_likelihood(batch.pictures, batch.condition, batch.noise)
        bits = bits.mean() / (math.log(2) * batch.pictures[0].numel())
        yield Turn("painter", bits, {"bits": bits.detach()})

    def log_likelihood(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """Lower bound of the natural logarithm of the probability of pictures of 256 levels, shape (N,).

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].
            condition: Their categories.
            noise: Spreads each level over its width; its next call is used.

        Source: Theis et al. 2016, "A note on the evaluation of generative models", equation (3) (dequantisation).
        """
        levels = (pictures + 1) * (LEVELS_OF_COLOUR - 1) / 2
        spread = (levels + noise.uniform(*pictures.shape[1:]).to(pictures.dtype)) * (2 / LEVELS_OF_COLOUR) - 1
        values, log_det = self.glow(spread, self._vectors(condition, pictures.dtype))
        normal = -0.5 * (values.square() + math.log(2 * math.pi)).sum(1)
        return normal + log_det + values.shape[1] * math.log(2 / LEVELS_OF_COLOUR)

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Values at the temperature that painting has by default, shape (N, 3 · R²)."""
        return TEMPERATURE * noise.normal(self.glow.dims).to(self.glow.top.weight.dtype)

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of values (N, 3 · R²) and the condition's categories."""
        spread = self.glow.inverse(latents, self._vectors(condition, latents.dtype))
        levels = (spread + 1) * LEVELS_OF_COLOUR / 2 - 0.5
        return (levels * 2 / (LEVELS_OF_COLOUR - 1) - 1).clamp(-1, 1)

    def render(self, condition: Condition, noise: Noise, settings: NormalizingFlowSettings) -> Painted:
        """Pictures of normal values."""
        latents = self.latents(condition, noise)
        return Painted(self.synthesize(latents * (settings.temperature / TEMPERATURE), condition))

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures from their values, which differ from them by rounding alone; without a category."""
        condition = Condition(len(pictures))
        return self.synthesize(self.infer_latents(pictures, condition), condition)

    def infer_latents(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Values of given pictures, shape (N, 3 · R²); `synthesize` gives the pictures back."""
        spread = (pictures + 1) * ((LEVELS_OF_COLOUR - 1) / LEVELS_OF_COLOUR) + 1 / LEVELS_OF_COLOUR - 1
        values: Tensor = self.glow(spread, self._vectors(condition, pictures.dtype))[0]
        return values

    def _vectors(self, condition: Condition, dtype: torch.dtype) -> Tensor:
        """Embeddings of categories, shape (N, embedding), zeros where there are none."""
        labels = self.category_index(condition, none=-1)
        if self.embedding is None:
            return torch.zeros(len(labels), 1, dtype=dtype, device=self.device)
        vectors: Tensor = self.embedding(labels)
        return vectors
