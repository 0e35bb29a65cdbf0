"""A painter that generates a picture as a sequence of codes, one after the other, row by row.

The codes are those of a vq_autoencoder (`--set autoencoder=RUN`), as in DALL·E's first version and in VQGAN's second
stage; without one they are the colours of a small picture, as in image GPT.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Player, Turn
from impasto.contract.preview import LARGEST_PREVIEW, report
from impasto.errors import ConfigError
from impasto.painters.autoregressive.code_space import CodeConfig, Codes, Palette, code_space_of
from impasto.painters.autoregressive.code_transformer import CodeTransformer, Decoding
from impasto.painters.autoregressive.sampling import draw, top_probabilities
from impasto.painters.guidance import GuidedConfig, GuidedPainter, GuidedSettings
from impasto.painters.likelihood.latent_space import LatentPainter
from impasto.painters.optimizer import OptimizerConfig
from impasto.sampling.guidance import extrapolated

__all__ = ["TokenTransformer", "TokenTransformerConfig", "TokenTransformerSettings"]


@config
class TokenTransformerConfig(CodeConfig, GuidedConfig, OptimizerConfig):
    """Size of a painter that writes pictures as sequences of codes.

    Attributes:
        width: Channels of a token of the transformer.
        depth: Number of blocks of the transformer.
        heads: Attention heads of each block; they must divide `width`.
        condition: Length of the vector that encodes the category.
    """

    width: int = Field(default=256, ge=16, le=4096)
    depth: int = Field(default=8, ge=1, le=64)
    heads: int = Field(default=4, ge=1, le=64)
    condition: int = Field(default=128, ge=8, le=4096)


@config
class TokenTransformerSettings(GuidedSettings):
    """How codes are sampled.

    Attributes:
        temperature: Divisor of the logits; below 1 paints safer pictures, above 1 more varied ones.
        top_k: Sample from so many of the likeliest codes at each position; null samples from all.
        top_p: Sample from the fewest likeliest codes whose probabilities sum to this (nucleus sampling); 1 keeps all.
    """

    temperature: float = Field(default=1.0, gt=0, le=10)
    top_k: int | None = Field(default=None, ge=1, le=65_536)
    top_p: float = Field(default=1.0, gt=0, le=1)

    prominent: ClassVar[frozenset[str]] = GuidedSettings.prominent | frozenset({"temperature"})


@listed(
    name="token_transformer",
    summary="Transformer over the codes of a frozen autoencoder, or over colours, one after the other",
    year=2021,
    source="Ramesh et al. 2021, arXiv:2102.12092; Esser, Rombach & Ommer 2021, arXiv:2012.09841",
)
class TokenTransformer(LatentPainter, GuidedPainter):
    """The second stage of VQGAN (Esser et al. 2021, section 3.2), by category; `dalle` reads captions.

    Category and codes are one sequence. Pictures have 32 to 512 rows and columns, in
    steps of 16.
    """

    Config = TokenTransformerConfig
    Settings = TokenTransformerSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 32, "depth": 2, "heads": 2, "condition": 16, "grid": 8},
        "small": {},
        "base": {"width": 512, "depth": 12, "heads": 8, "condition": 256, "grid": 32, "lr": 3e-4},
    }
    resolutions = range(32, 513, 16)
    square = False
    config: TokenTransformerConfig
    net: CodeTransformer
    space: Palette | Codes

    def __init__(self, config: TokenTransformerConfig, data: Data) -> None:
        """Build the transformer.

        Raises:
            ConfigError: When `width` is not a multiple of 4 times `heads`, or the codes do not fit.
        """
        super().__init__(config, data)
        self.space = code_space_of(config, data)
        if config.width % (4 * config.heads):
            raise ConfigError(f"width = {config.width} must be a multiple of 4 × heads = {4 * config.heads}.")
        self.net = self.network()

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of `CodeTransformer`, without the number of labels."""
        c = self.config
        space = {"size": self.space.size, "height": self.space.height, "width": self.space.width}
        return {**space, "channels": c.width, "depth": c.depth, "heads": c.heads, "condition": c.condition}

    def network(self) -> CodeTransformer:
        """The network, with fresh weights."""
        return CodeTransformer(**self.sizes, labels=self.no_category + 1)

    def players(self) -> dict[str, Player]:
        """One player: the transformer."""
        return {"painter": self.config.player(self.net)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative logarithm of each code's probability, in nats for each code.

        Source: Esser et al. 2021, section 3.2.
        """
        codes = self.in_space(batch).flatten(1)
        labels = self.labels_of(self.training_condition(batch))
        logits = self.net(codes, labels).float().transpose(1, 2)
        nats = F.cross_entropy(logits, codes, reduction="none").mean(dim=1)
        hits = (logits.detach().argmax(dim=1) == codes).float().mean()
        yield Turn("painter", nats.mean(), {"hits": hits})

    def render(self, condition: Condition, noise: Noise, settings: TokenTransformerSettings) -> Painted:
        """Paint one batch.

        Raises:
            NotCapable: When guidance is asked of a painter trained without what it needs.
            ConfigError: When more of the likeliest codes are asked for than there are codes.
        """
        self.check(condition, settings)
        codes = self.write(condition, noise, settings)
        return Painted(self.space.decode(codes.unflatten(1, (self.space.height, self.space.width))))

    def write(self, condition: Condition, noise: Noise, settings: TokenTransformerSettings) -> Tensor:
        """Codes of pictures to be painted, row by row, int64, shape (N, height · width); arguments as of `render`.

        Source: guidance of logits: Gafni et al. 2022, "Make-A-Scene".
        """
        scale = settings.guidance
        # Each picture is written once for every condition that its logits are mixed from.
        pair = ((self.guided_from(condition, settings), scale != 1), (condition, scale != 0))
        conditions = [each for each, needed in pair if needed]
        labels = torch.cat([self.labels_of(each) for each in conditions])
        decoding = self.start_decoding(conditions)
        uniform = noise.uniform(self.space.height * self.space.width)
        codes = torch.zeros_like(uniform, dtype=torch.long)
        for place in range(codes.shape[1]):
            before = codes[:, max(0, place - 1)].repeat(len(conditions))
            first, *second = self.net.next_logits(before, labels, decoding).chunk(len(conditions))
            logits = extrapolated(first, second[0], scale) if second else first
            probabilities = top_probabilities(logits / settings.temperature, settings.top_k, settings.top_p)
            codes[:, place] = draw(probabilities, uniform[:, place])
            rows, in_row = divmod(place + 1, self.space.width)
            if not in_row:
                report(rows, self.space.height, partial(self._above, codes, rows))
        return codes

    def _above(self, codes: Tensor, rows: int) -> Tensor:
        """The first pictures of codes of which only some rows are written: grey below, shape (n, 3, H, W)."""
        grid = codes[:LARGEST_PREVIEW].unflatten(1, (self.space.height, self.space.width))
        pictures = self.space.decode(grid).clone()
        pictures[:, :, rows * pictures.shape[2] // self.space.height :] = 0
        return pictures

    def check(self, condition: Condition, settings: Any) -> None:
        """Refuse settings that this painter cannot follow; errors as of `render`."""
        self.check_guidance(settings.guidance)
        self.check_top_k(settings.top_k)

    def check_top_k(self, top_k: int | None) -> None:
        """Refuse to draw from more of the likeliest codes than there are.

        Raises:
            ConfigError: With the number of codes.
        """
        if top_k is not None and top_k > self.space.size:
            raise ConfigError(
                f"top_k = {top_k}, but there are only {self.space.size} codes; take at most {self.space.size}, or "
                "leave top_k out to draw from all."
            )

    def guided_from(self, condition: Condition, settings: Any) -> Condition:
        """The condition that guidance moves away from: an empty one."""
        return condition.emptied()

    def start_decoding(self, conditions: Sequence[Condition]) -> Decoding:
        """What writing begins with, for the pictures of several conditions, one condition after the other."""
        return self.net.start_decoding()

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures encoded as codes and decoded again: the best that the painter could reach.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            Pictures of the same shape and range.
        """
        return self.space.decode(self.space(pictures))
