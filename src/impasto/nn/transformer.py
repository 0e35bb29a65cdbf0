"""The transformer block with a condition, and the diffusion transformer (DiT) over patches of a picture."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.attention import attend
from impasto.nn.embedding import ConditionEmbedding
from impasto.nn.residual import near_zero_init
from impasto.nn.text.words import Words
from impasto.nn.word_attention import WordAttention

__all__ = ["Block", "DiT", "KVCache", "apply_rotary", "axial_rotary"]


def axial_rotary(rows: int, columns: int, head: int, device: torch.device) -> Tensor:
    """Rotary position embedding of a grid, for `apply_rotary`: attention then depends on how far apart two patches are.

    Positions are counted from the middle of the picture, so that they keep their meaning in grids of another shape.

    Args:
        rows: Number of rows of the grid of patches.
        columns: Number of columns of the grid of patches.
        head: Channels of a head, a multiple of 4: one half is rotated by the row, the other by the column.
        device: Device of the result.

    Returns:
        Cosines and sines of the angles, shape (2, rows * columns, head / 2).

    Source: Su et al. 2021, equation 34, along two axes: Heo et al. 2024, section 3.
    """
    frequencies = 100.0 ** (-torch.arange(head // 4, device=device) / (head // 4))
    row_angles, column_angles = (
        (torch.arange(count, device=device) - (count - 1) / 2)[:, None] * frequencies for count in (rows, columns)
    )
    angles = torch.cat(
        [row_angles[:, None].expand(rows, columns, -1), column_angles[None].expand(rows, columns, -1)], dim=2
    ).flatten(0, 1)
    return torch.stack([angles.cos(), angles.sin()])


def apply_rotary(x: Tensor, rotary: Tensor) -> Tensor:
    """Rotate pairs of channels of queries or keys by the angles of their positions.

    Args:
        x: Shape (N, heads, T, head).
        rotary: Cosines and sines, shape (2, T, head / 2).

    Returns:
        Of the same shape as `x`.
    """
    cos, sin = rotary.to(x.dtype)
    a, b = x.chunk(2, dim=3)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=3)


class KVCache:
    """Keys and values of the tokens so far in one block, so that they need not be computed again for the next token.

    Attributes:
        capacity: Most tokens that it can hold.
        length: Tokens that it holds.
    """

    def __init__(self, capacity: int) -> None:
        """An empty cache."""
        self.capacity = capacity
        self.length = 0
        self._kept: Tensor | None = None

    def append(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add those of new tokens, each of shape (N, heads, T, head).

        Returns:
            All keys and all values so far, each of shape (N, heads, length, head).
        """
        if self._kept is None:
            n, heads, _, head = keys.shape
            self._kept = keys.new_empty(2, n, heads, self.capacity, head)
        start = self.length
        self.length += keys.shape[2]
        self._kept[0, :, :, start : self.length] = keys
        self._kept[1, :, :, start : self.length] = values
        return self._kept[0, :, :, : self.length], self._kept[1, :, :, : self.length]


class Block(nn.Module):
    """Attention and a gated feed-forward network, each with shift, scale and gate computed from the condition.

    Args:
        width: Channels of a token.
        heads: Number of attention heads.
        condition: Length of the condition.
        causal: Whether a token attends only to itself and to those before it.
        words: Features of a token of the captions, which are attended to after the other tokens; 0 without captions.

    Source: Peebles & Xie 2023, section 3.2 (adaLN-Zero); normalised queries and keys: Henry et al. 2020; gated
        feed-forward network: Shazeer 2020 (SwiGLU).
    """

    def __init__(self, width: int, heads: int, condition: int, *, causal: bool = False, words: int = 0) -> None:
        super().__init__()
        self.heads = heads
        self.causal = causal
        hidden = 8 * round(width * 8 / 3 / 8)
        self.modulation = near_zero_init(nn.Linear(condition, 6 * width))
        self.before_attention = nn.RMSNorm(width, elementwise_affine=False, eps=1e-6)
        self.before_network = nn.RMSNorm(width, elementwise_affine=False, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.norm = nn.RMSNorm(width // heads, elementwise_affine=False, eps=1e-6)
        # Gains of queries and of keys would only matter as their product, so there is one for both.
        self.gain = nn.Parameter(torch.ones(width // heads))
        self.out = nn.Linear(width, width)
        self.gate = nn.Linear(width, 2 * hidden)
        self.down = nn.Linear(hidden, width)
        self.words = WordAttention(width, words, heads) if words else None

    def forward(
        self,
        x: Tensor,
        condition: Tensor,
        rotary: Tensor,
        cache: KVCache | None = None,
        words: Words | None = None,
    ) -> Tensor:
        """The tokens after this block.

        Args:
            x: Tokens, shape (N, T, width); with a cache that holds some already one at a time, T = 1.
            condition: Shape (N, condition).
            rotary: Position embedding of these tokens, as of `axial_rotary`.
            cache: Keys and values of the tokens before; those of `x` are appended.
            words: Captions; given exactly where the block was built for them.

        Returns:
            Of the same shape as `x`.
        """
        shift, scale, gate, shift2, scale2, gate2 = self.modulation(condition)[:, None].chunk(6, dim=2)
        x = x + gate * self._attend(self.before_attention(x) * (1 + scale) + shift, rotary, cache)
        if self.words is not None and words is not None:
            x = self.words(x, words)
        hidden, hidden_gate = self.gate(self.before_network(x) * (1 + scale2) + shift2).chunk(2, dim=2)
        result: Tensor = x + gate2 * self.down(hidden * F.silu(hidden_gate))
        return result

    def _attend(self, x: Tensor, rotary: Tensor, cache: KVCache | None) -> Tensor:
        n, t, width = x.shape
        q, k, v = self.qkv(x).view(n, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q = apply_rotary((self.norm(q) * self.gain).to(v.dtype), rotary)
        k = apply_rotary(self.norm(k).to(v.dtype), rotary)
        if cache is not None:
            assert t == 1 or not cache.length
            k, v = cache.append(k, v)
        attended = attend(q, k, v, causal=self.causal and t > 1)
        result: Tensor = self.out(attended.transpose(1, 2).reshape(n, t, width))
        return result


class DiT(nn.Module):
    """Diffusion transformer: maps a picture to an output of its shape, given a time and a label.

    Args:
        channels: Channels of a picture or latent.
        patch: Side of the square patches that become tokens, in pixels.
        width: Channels of a token.
        depth: Number of blocks.
        heads: Number of attention heads; width / heads is a multiple of 4.
        labels: Number of labels, including "no category"; 0 without labels.
        condition: Length of the vector that stands for time, label and caption.
        words: Features of a token of the captions; 0 without captions.

    Source: Peebles & Xie 2023, section 3.
    """

    def __init__(
        self,
        *,
        channels: int,
        patch: int,
        width: int,
        depth: int,
        heads: int,
        labels: int,
        condition: int,
        words: int = 0,
    ) -> None:
        super().__init__()
        self.patch = patch
        self.head = width // heads
        self.condition = ConditionEmbedding(condition, labels, words)
        self.embed = nn.Linear(channels * patch**2, width)
        self.blocks = nn.ModuleList(Block(width, heads, condition, words=words) for _ in range(depth))
        self.last_norm = nn.RMSNorm(width, elementwise_affine=False, eps=1e-6)
        self.last_modulation = near_zero_init(nn.Linear(condition, 2 * width))
        self.last = near_zero_init(nn.Linear(width, channels * patch**2))

    def forward(self, x: Tensor, times: Tensor, labels: Tensor, words: Words | None = None) -> Tensor:
        """The network's output.

        Args:
            x: Shape (N, C, H, W), H and W multiples of the patch.
            times: In [0, 1000], shape (N,).
            labels: In [0, number of labels), int64, shape (N,); ignored without labels.
            words: Captions of the pictures; given exactly where the network was built for them.

        Returns:
            Shape (N, C, H, W).
        """
        rows = x.shape[2] // self.patch
        columns = x.shape[3] // self.patch
        rotary = axial_rotary(rows, columns, self.head, x.device)
        condition = F.silu(self.condition(times, labels, words))
        tokens = self.embed(F.pixel_unshuffle(x, self.patch).flatten(2).transpose(1, 2))
        for block in self.blocks:
            tokens = block(tokens, condition, rotary, words=words)
        shift, scale = self.last_modulation(condition)[:, None].chunk(2, dim=2)
        tokens = self.last(self.last_norm(tokens) * (1 + scale) + shift)
        return F.pixel_shuffle(tokens.transpose(1, 2).unflatten(2, (rows, columns)), self.patch)
