"""Transformers over parts of a picture as tokens: their block, and the one that sees all patches at once."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.attention import attend
from impasto.nn.embedding import ConditionEmbedding
from impasto.nn.residual import small_output

__all__ = ["Block", "DiT", "Past", "axial_rotation", "rotate"]


def axial_rotation(rows: int, columns: int, head: int, device: torch.device) -> Tensor:
    """Angles by which queries and keys are turned, so that attention sees how far apart two patches lie.

    Positions are counted from the middle of the picture, so grids of another shape keep their meaning.

    Args:
        rows: Of the grid of patches.
        columns: Of the grid of patches.
        head: Channels of a head, a multiple of 4: one half turns with the row, the other with the column.
        device: Where the angles are wanted.

    Returns:
        Cosines and sines, shape (2, rows * columns, head / 2).

    Source: Su et al. 2021, equation 34, along two axes: Heo et al. 2024, section 3.
    """
    frequencies = 100.0 ** (-torch.arange(head // 4, device=device) / (head // 4))
    places = [torch.arange(count, device=device) - (count - 1) / 2 for count in (rows, columns)]
    down, across = (place[:, None] * frequencies for place in places)
    angles = torch.cat(
        [down[:, None].expand(rows, columns, -1), across[None].expand(rows, columns, -1)], dim=2
    ).flatten(0, 1)
    return torch.stack([angles.cos(), angles.sin()])


def rotate(x: Tensor, rotation: Tensor) -> Tensor:
    """Turn pairs of channels, shape (N, heads, T, head), by (cos, sin) of shape (2, T, head / 2)."""
    cos, sin = rotation.to(x.dtype)
    a, b = x.chunk(2, dim=3)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=3)


class Past:
    """Keys and values of the tokens that a block has seen, so that the next one needs no second look at them.

    Args:
        room: Most tokens that will come.
    """

    def __init__(self, room: int) -> None:
        self.room, self.length = room, 0
        self._kept: Tensor | None = None

    def extended(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values so far, with those of new tokens, each of shape (N, heads, T, head), at the end."""
        if self._kept is None:
            n, heads, _, head = keys.shape
            self._kept = keys.new_empty(2, n, heads, self.room, head)
        start, self.length = self.length, self.length + keys.shape[2]
        self._kept[0, :, :, start : self.length] = keys
        self._kept[1, :, :, start : self.length] = values
        return self._kept[0, :, :, : self.length], self._kept[1, :, :, : self.length]


class Block(nn.Module):
    """Attention and a gated network, each behind a norm that the condition shifts, scales and gates.

    Args:
        width: Channels of a token.
        heads: Of attention.
        condition: Length of the condition.
        causal: Whether a token sees only itself and those before it.

    Source: Peebles & Xie 2023, section 3.2 (adaLN-Zero); queries and keys normalised: Henry et al. 2020;
        the gate: Shazeer 2020 (SwiGLU).
    """

    def __init__(self, width: int, heads: int, condition: int, *, causal: bool = False) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal
        hidden = 8 * round(width * 8 / 3 / 8)
        self.modulation = small_output(nn.Linear(condition, 6 * width))
        self.before_attention = nn.RMSNorm(width, elementwise_affine=False, eps=1e-6)
        self.before_network = nn.RMSNorm(width, elementwise_affine=False, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.norm = nn.RMSNorm(width // heads, elementwise_affine=False, eps=1e-6)
        # Only the product of a query's and a key's gain counts, so one of them is enough.
        self.gain = nn.Parameter(torch.ones(width // heads))
        self.out = nn.Linear(width, width)
        self.gate = nn.Linear(width, 2 * hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x: Tensor, condition: Tensor, rotation: Tensor, past: Past | None = None) -> Tensor:
        """Transform tokens (N, T, width) under a condition (N, condition); after a `past` they come one by one."""
        shift, scale, gate, shift2, scale2, gate2 = self.modulation(condition)[:, None].chunk(6, dim=2)
        x = x + gate * self._attend(self.before_attention(x) * (1 + scale) + shift, rotation, past)
        inner, opened = self.gate(self.before_network(x) * (1 + scale2) + shift2).chunk(2, dim=2)
        result: Tensor = x + gate2 * self.down(inner * F.silu(opened))
        return result

    def _attend(self, x: Tensor, rotation: Tensor, past: Past | None) -> Tensor:
        n, t, width = x.shape
        q, k, v = self.qkv(x).view(n, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k = (rotate(part.to(v.dtype), rotation) for part in (self.norm(q) * self.gain, self.norm(k)))
        if past is not None:
            assert t == 1
            k, v = past.extended(k, v)
        mixed = attend(q, k, v, causal=self.causal and t > 1)
        result: Tensor = self.out(mixed.transpose(1, 2).reshape(n, t, width))
        return result


class DiT(nn.Module):
    """Maps a picture to one of its shape, under a time and a label, as tokens of square patches.

    Args:
        channels: Of a picture or latent.
        patch: Side of a patch.
        width: Channels of a token.
        depth: Blocks.
        heads: Of attention; width / heads is a multiple of 4.
        labels: Number of labels, "no category" included; 0 without labels.
        condition: Length of the vector that stands for time and label.

    Source: Peebles & Xie 2023, section 3.
    """

    def __init__(
        self, *, channels: int, patch: int, width: int, depth: int, heads: int, labels: int, condition: int
    ) -> None:
        super().__init__()
        self.patch, self.head = patch, width // heads
        self.condition = ConditionEmbedding(condition, labels)
        self.embed = nn.Linear(channels * patch**2, width)
        self.blocks = nn.ModuleList(Block(width, heads, condition) for _ in range(depth))
        self.last_norm = nn.RMSNorm(width, elementwise_affine=False, eps=1e-6)
        self.last_modulation = small_output(nn.Linear(condition, 2 * width))
        self.last = small_output(nn.Linear(width, channels * patch**2))

    def forward(self, x: Tensor, times: Tensor, labels: Tensor) -> Tensor:
        """Transform.

        Args:
            x: Shape (N, C, H, W), H and W multiples of the patch.
            times: In [0, 1000], shape (N,).
            labels: In [0, number of labels), int64, shape (N,); not read without labels.

        Returns:
            Shape (N, C, H, W).
        """
        rows, columns = x.shape[2] // self.patch, x.shape[3] // self.patch
        rotation = axial_rotation(rows, columns, self.head, x.device)
        condition = F.silu(self.condition(times, labels))
        tokens = self.embed(F.pixel_unshuffle(x, self.patch).flatten(2).transpose(1, 2))
        for block in self.blocks:
            tokens = block(tokens, condition, rotation)
        shift, scale = self.last_modulation(condition)[:, None].chunk(2, dim=2)
        tokens = self.last(self.last_norm(tokens) * (1 + scale) + shift)
        return F.pixel_shuffle(tokens.transpose(1, 2).unflatten(2, (rows, columns)), self.patch)
