"""DINOv2, small: a feature space of a transformer that learned without labels.

Tensor names are those of `transformers`, so that the file of the hub's `facebook/dinov2-small` can be loaded.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["DinoV2Small"]

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_EPS = 1e-6


class _Embeddings(nn.Module):
    """Patches of a picture and the class token, each with its place."""

    def __init__(self, dimensions: int, patch: int, grid: int) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dimensions))
        self.position_embeddings = nn.Parameter(torch.zeros(1, grid**2 + 1, dimensions))
        self.patch_embeddings = nn.ModuleDict({"projection": nn.Conv2d(3, dimensions, patch, patch)})

    def forward(self, pictures: Tensor) -> Tensor:
        patches = self.patch_embeddings["projection"](pictures)
        size = patches.shape[2:]
        of_class = self.position_embeddings[:, :1]
        places = self.position_embeddings[:, 1:].mT
        grid = round(places.shape[2] ** 0.5)
        places = places.unflatten(2, (grid, grid))
        if size != places.shape[2:]:
            places = F.interpolate(places, size, mode="bicubic", align_corners=False)
        tokens = (patches + places).flatten(2).mT
        return torch.cat([(self.cls_token + of_class).expand(len(tokens), -1, -1), tokens], 1)


class _Scale(nn.Module):
    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.lambda1 = nn.Parameter(torch.ones(dimensions))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.lambda1


class _Attention(nn.Module):
    def __init__(self, dimensions: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        linear = {name: nn.Linear(dimensions, dimensions) for name in ("query", "key", "value")}
        self.attention = nn.ModuleDict(linear)
        self.output = nn.ModuleDict({"dense": nn.Linear(dimensions, dimensions)})

    def forward(self, x: Tensor) -> Tensor:
        projections = (layer(x).unflatten(2, (self.heads, -1)).transpose(1, 2) for layer in self.attention.values())
        attended = F.scaled_dot_product_attention(*projections).transpose(1, 2).flatten(2)
        result: Tensor = self.output["dense"](attended)
        return result


class _Layer(nn.Module):
    """Attention and two linear layers, each normalised before, scaled after, and added to its input."""

    def __init__(self, dimensions: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dimensions, eps=_EPS)
        self.attention = _Attention(dimensions, heads)
        self.layer_scale1 = _Scale(dimensions)
        self.norm2 = nn.LayerNorm(dimensions, eps=_EPS)
        hidden = 4 * dimensions
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dimensions, hidden), "fc2": nn.Linear(hidden, dimensions)})
        self.layer_scale2 = _Scale(dimensions)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.layer_scale1(self.attention(self.norm1(x)))
        hidden = F.gelu(self.mlp["fc1"](self.norm2(x)))
        result: Tensor = x + self.layer_scale2(self.mlp["fc2"](hidden))
        return result


class _Encoder(nn.Module):
    def __init__(self, dimensions: int, layers: int, heads: int) -> None:
        super().__init__()
        self.layer = nn.Sequential(*(_Layer(dimensions, heads) for _ in range(layers)))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layer(x)
        return result


class DinoV2Small(nn.Module):
    """Pictures → the normalised class token.

    Source: Oquab et al. 2024, DINOv2; Stein et al. 2023 recommend its space for judging generative models.
    """

    size = 224
    dimensions = 384
    mean: Tensor
    deviation: Tensor

    def __init__(
        self, dimensions: int = 384, layers: int = 12, heads: int = 6, patch: int = 14, grid: int = 37
    ) -> None:
        """Build it; the defaults are those of the published network.

        Args:
            dimensions: Numbers in a feature vector.
            layers: Layers of the transformer.
            heads: Heads of its attention.
            patch: Side of a patch in pixels.
            grid: Patches along a side of the pictures it was trained on.
        """
        super().__init__()
        self.embeddings = _Embeddings(dimensions, patch, grid)
        self.encoder = _Encoder(dimensions, layers, heads)
        self.layernorm = nn.LayerNorm(dimensions, eps=_EPS)
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(_DEVIATION).view(1, 3, 1, 1), persistent=False)

    def forward(self, levels: Tensor) -> tuple[Tensor, None]:
        """Features of resized pictures.

        Args:
            levels: Pixel values, shape (N, 3, H, W), in [0, 255], H and W multiples of the patch.

        Returns:
            Features, shape (N, 384), and None, since it classifies nothing.
        """
        x = self.encoder(self.embeddings((levels / 255 - self.mean) / self.deviation))
        return self.layernorm(x[:, 0]), None
