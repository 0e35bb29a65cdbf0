"""An autoencoder of pictures into small maps of codes, which other painters can generate as sequences."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, cast

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Condition, Data, Noise, Painted, PaintSettings
from impasto.errors import NotCapable
from impasto.nn.codebook import codebook_usage
from impasto.painters.likelihood.autoencoder import Autoencoder, AutoencoderConfig, Bottleneck
from impasto.painters.likelihood.quantizers import CodebookQuantizer, FiniteScalarQuantizer, Quantizer
from impasto.spelling import option

__all__ = ["VqAutoencoder", "VqAutoencoderConfig"]


@config
class VqAutoencoderConfig(AutoencoderConfig):
    """An autoencoder's config, and how its latents are quantized.

    Attributes:
        quantizer: 'fsq' rounds each channel to a few levels (Mentzer et al. 2023), 'codebook' replaces each vector by
            the nearest of a learned codebook (van den Oord et al. 2017).
        levels: Number of levels of each channel, for 'fsq'; their product is the number of codes.
        latent: Channels of a vector, for 'codebook'.
        codes: Number of vectors in the codebook, for 'codebook'.
        commitment: Weight of the commitment loss, which draws the encoder's output to the codebook, for 'codebook'.
    """

    quantizer: Literal["fsq", "codebook"] = "fsq"
    levels: tuple[Annotated[int, Field(ge=3, le=64)], ...] = Field(default=(8, 8, 8, 5), min_length=1, max_length=8)
    latent: int = Field(default=4, ge=1, le=64)
    codes: int = Field(default=1024, ge=2, le=65_536)
    commitment: float = Field(default=0.25, ge=0, le=10)


@listed(
    name="vq_autoencoder",
    summary="Autoencoder into small maps of codes, finite scalars or a codebook: L1, LPIPS, a patch discriminator",
    year=2021,
    source="Esser, Rombach & Ommer, Taming Transformers for High-Resolution Image Synthesis",
)
class VqAutoencoder(Autoencoder):
    """Vector-quantised autoencoder (Esser et al. 2021, section 3.1), by default with finite scalars for vectors.

    Made for `encode`, `decode`, `tokens` and `reconstruct`. By itself it paints what the decoder gives for
    independent codes: colours and strokes, but no scene. As in Rombach et al. 2022, section 3.1,
    rounding belongs to the decoder: `encode` gives latents before it, and `decode` takes any.
    """

    Config = VqAutoencoderConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        **Autoencoder.presets,
        "diffusers": {**Autoencoder.presets["diffusers"], "quantizer": "codebook"},
    }
    config: VqAutoencoderConfig

    def __init__(self, config: VqAutoencoderConfig, data: Data) -> None:
        super().__init__(config, data, self._channels(config))
        self.quantizer = cast(
            Quantizer,
            FiniteScalarQuantizer(config.levels)
            if config.quantizer == "fsq"
            else CodebookQuantizer(config.latent, config.codes, config.commitment),
        )

    @staticmethod
    def _channels(config: VqAutoencoderConfig) -> int:
        return len(config.levels) if config.quantizer == "fsq" else config.latent

    @property
    def channels(self) -> int:
        """Channels C of the latents."""
        return self._channels(self.config)

    @property
    def size(self) -> int:
        """Number of codes."""
        return self.quantizer.size

    def bottleneck(self, moments: Tensor, noise: Noise) -> Bottleneck:
        """Vectors of codes, through which gradients go as if there were no rounding."""
        bounded = self.quantizer.bound(moments)
        codes = self.quantizer.codes(bounded)
        rounded = self.quantizer.vectors(codes)
        straight_through = bounded + (rounded - bounded).detach()
        logs: dict[str, Tensor | float] = {"perplexity": codebook_usage(codes, self.size)[1]}
        return Bottleneck(straight_through, self.quantizer.penalty(bounded, rounded), bounded.square().mean(), logs)

    def latents_of(self, moments: Tensor) -> Tensor:
        """The vectors before rounding."""
        return self.quantizer.bound(moments)

    def quantize(self, latents: Tensor) -> Tensor:
        """The vectors of the nearest codes; gradients go through as if there were no rounding."""
        rounded = self.quantizer.vectors(self.quantizer.codes(latents))
        return latents + (rounded - latents).detach() if latents.requires_grad else rounded

    def diffusers_bottleneck(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The codebook, between two convolutions that change nothing."""
        if not isinstance(self.quantizer, CodebookQuantizer):
            raise NotCapable(
                f"This {self.name} has quantizer = {self.config.quantizer!r}, which no model of diffusers has; "
                f"train one with a codebook: {option('preset', 'diffusers')}."
            )
        codebook = self.quantizer.codebook().detach()
        identity = torch.eye(self.channels, device=codebook.device)[:, :, None, None]
        weights = {"quantize.embedding.weight": codebook}
        for name in ("quant_conv", "post_quant_conv"):
            weights |= {f"{name}.weight": identity.clone(), f"{name}.bias": codebook.new_zeros(self.channels)}
        return {"_class_name": "VQModel", "num_vq_embeddings": self.size, "vq_embed_dim": self.channels}, weights

    @torch.no_grad()
    def tokens(self, pictures: Tensor) -> Tensor:
        """Codes of pictures.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1], H and W any multiples of the factor.

        Returns:
            int64, shape (N, H/f, W/f), in [0, `size`).
        """
        return self.quantizer.codes(self.latents_of(self.encoder(pictures)))

    def decode_tokens(self, tokens: Tensor) -> Tensor:
        """Pictures of codes.

        Args:
            tokens: As of `tokens`, shape (N, h, w).

        Returns:
            Shape (N, 3, h·f, w·f), in [-1, 1].
        """
        pictures: Tensor = self.decoder(self.quantizer.vectors(tokens))
        return pictures.clamp(-1, 1)

    def render(self, condition: Condition, noise: Noise, settings: PaintSettings) -> Painted:
        """Decode codes drawn uniformly: textures in the colours of the pictures."""
        return Painted(self.decode_tokens(noise.integers(self.size, *self.latent_size)))
