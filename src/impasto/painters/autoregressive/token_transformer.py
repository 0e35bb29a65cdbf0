"""A painter that writes pictures as sentences of codes, one after the other, row by row.

The codes are those of a vq_autoencoder (`--set autoencoder=RUN`), as in DALL·E's first version and in VQGAN's second
stage; without one they are the colours of a small picture, as in image GPT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PaintSettings, Player, Turn, cosine
from impasto.errors import ConfigError
from impasto.painters.autoregressive.code_space import CodeConfig, Codes, code_space_of
from impasto.painters.autoregressive.code_transformer import CodeTransformer
from impasto.painters.autoregressive.drawing import drawn, narrowed
from impasto.painters.guidance import check_guidance
from impasto.painters.likelihood.latent_space import described

__all__ = ["TokenTransformer", "TokenTransformerConfig", "TokenTransformerSettings"]


@config
class TokenTransformerConfig(CodeConfig):
    """Size and training of a painter of codes.

    Attributes:
        width: Channels of a token.
        depth: Blocks of the transformer.
        heads: Of its attention.
        condition: Length of the vector that stands for the category.
        label_dropout: Share of the training pictures shown without their category.
        lr: Largest learning rate.
        weight_decay: Per unit of learning rate.
        clip: Largest gradient norm.
    """

    width: int = Field(default=256, ge=16, le=4096)
    depth: int = Field(default=8, ge=1, le=64)
    heads: int = Field(default=4, ge=1, le=64)
    condition: int = Field(default=128, ge=8, le=4096)
    label_dropout: float = Field(default=0.1, ge=0.01, le=0.9)
    lr: float = Field(default=1e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0)


@config
class TokenTransformerSettings(PaintSettings):
    """How codes are drawn.

    Attributes:
        temperature: Divides the logits; below 1 paints safer pictures, above 1 wilder ones.
        top_k: Number of likeliest codes that are drawn from at each place; all if not given.
        top_p: Of those, only the fewest are drawn from whose share reaches this.
        guidance: 1 follows the category, more exaggerates it, 0 ignores it.
    """

    temperature: float = Field(default=1.0, gt=0, le=10)
    top_k: int | None = Field(default=None, ge=1)
    top_p: float = Field(default=1.0, gt=0, le=1)
    guidance: float = Field(default=1.0, ge=0, le=20)


@listed(
    name="token_transformer",
    summary="Transformer over the codes of a frozen autoencoder, or over colours, one after the other",
    year=2021,
    source="Ramesh et al. 2021, arXiv:2102.12092; Esser, Rombach & Ommer 2021, arXiv:2012.09841",
)
class TokenTransformer(Painter):
    """The second stage of VQGAN (Esser et al. 2021, section 3.2) and of DALL·E (Ramesh et al. 2021), by category.

    Category and codes are one sequence, as there caption and codes are.
    """

    Config = TokenTransformerConfig
    Settings = TokenTransformerSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 32, "depth": 2, "heads": 2, "condition": 16, "grid": 8},
        "small": {},
        "base": {"width": 512, "depth": 12, "heads": 8, "condition": 256, "grid": 32, "lr": 3e-4},
    }
    resolutions = (32, 64, 128, 256)
    conditions = frozenset({"category"})
    config: TokenTransformerConfig

    def __init__(self, config: TokenTransformerConfig, data: Data) -> None:
        """Build the transformer.

        Raises:
            ConfigError: When heads do not come out even, or the codes do not fit.
        """
        super().__init__(config, data)
        space = code_space_of(config, data)
        self.space = space
        c = config
        if c.width % (4 * c.heads):
            raise ConfigError(f"width = {c.width} must be a multiple of 4 × heads = {4 * c.heads}.")
        self.net = CodeTransformer(
            size=space.size,
            side=space.side,
            width=c.width,
            depth=c.depth,
            heads=c.heads,
            labels=self.unknown + 1,
            condition=c.condition,
        )

    @classmethod
    def decided(cls, config: TokenTransformerConfig, data: Data) -> TokenTransformerConfig:
        """A config with the description of its autoencoder."""
        return described(config)

    def fetch(self) -> None:
        """Load the autoencoder's weights."""
        self.space.fetch(self.config.autoencoder)

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The autoencoder's way into its codes, unless colours are written."""
        return {"pictures": self.space} if isinstance(self.space, Codes) else {}

    @property
    def unknown(self) -> int:
        """The label of "no category", which is the only one of a painter trained without."""
        return len(self.data.categories)

    def players(self) -> dict[str, Player]:
        """One player: the transformer."""
        c = self.config
        net = Player((self.net,), c.lr, (0.9, 0.99), c.weight_decay, c.clip, schedule=cosine(0.03, 0.01))
        return {"painter": net}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative logarithm of each code's probability, in nats a code.

        Source: Esser et al. 2021, section 3.2.
        """
        codes = (self.space(batch.pictures) if batch.encoded is None else batch.encoded).flatten(1)
        shown = batch.condition.dropped(self.config.label_dropout, batch.noise)
        labels = self.category_index(shown, none=self.unknown)
        logits = self.net(codes, labels).float().transpose(1, 2)
        nats = F.cross_entropy(logits, codes, reduction="none").mean(dim=1)
        hits = (logits.detach().argmax(dim=1) == codes).float().mean()
        yield Turn("painter", nats.mean(), {"hits": hits})

    def render(self, condition: Condition, noise: Noise, settings: TokenTransformerSettings) -> Painted:
        """Paint one batch.

        Raises:
            NotCapable: When guidance is asked of a painter trained without categories.
            ConfigError: When more of the likeliest codes are asked for than there are codes.
        """
        s = settings
        check_guidance(self, s.guidance)
        if s.top_k is not None and s.top_k > self.space.size:
            raise ConfigError(
                f"top_k = {s.top_k}, but there are only {self.space.size} codes; take at most {self.space.size}, "
                "or leave top_k out to draw from all."
            )
        codes = self.write(self.category_index(condition, none=self.unknown), noise, s)
        return Painted(self.space.decode(codes.unflatten(1, (self.space.side, self.space.side))))

    def write(self, labels: Tensor, noise: Noise, settings: TokenTransformerSettings) -> Tensor:
        """Codes of pictures to be painted, row by row, int64, shape (N, side²); arguments as of `render`.

        Source: guidance of logits: Gafni et al. 2022, "Make-A-Scene".
        """
        s, unknown = settings, torch.full_like(labels, self.unknown)
        asked = [labels] if s.guidance == 1 else [unknown] if s.guidance == 0 else [labels, unknown]
        rows, begun = torch.cat(asked), self.net.begun()
        levels = noise.uniform(self.space.side**2)
        written = torch.zeros_like(levels, dtype=torch.long)
        for place in range(levels.shape[1]):
            before = written[:, max(0, place - 1)].repeat(len(asked))
            told = self.net.following(before, rows, begun).chunk(len(asked))
            logits = torch.lerp(told[-1], told[0], s.guidance) if len(told) > 1 else told[0]
            written[:, place] = drawn(narrowed(logits / s.temperature, s.top_k, s.top_p), levels[:, place])
        return written

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures written in codes and read again, which is all that the painter could see of them.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].

        Returns:
            Pictures of the same shape and range.
        """
        return self.space.decode(self.space(pictures))
