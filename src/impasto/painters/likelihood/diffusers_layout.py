"""The networks of latent diffusion's autoencoders, with the names that diffusers gives to their weights."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.attention import attend
from impasto.nn.group_norm import num_groups
from impasto.nn.residual import near_zero_init
from impasto.nn.upsample_conv import UpsampleConv2d

__all__ = ["DiffusersDecoder", "DiffusersEncoder", "diffusers_config", "diffusers_files"]


class DiffusersEncoder(nn.Sequential):
    """Pictures to maps: levels at half the size of the one before, two blocks and attention between them, a head.

    Args:
        channels: Channels of each level, finest first.
        blocks: Residual blocks on each level.
        outputs: Channels of the output.

    Source: Rombach et al. 2022, appendix E.1; names: `Encoder` of diffusers.
    """

    def __init__(self, channels: Sequence[int], blocks: int, outputs: int) -> None:
        groups = _groups(channels)
        width = channels[0]
        levels = nn.Sequential()
        for level, wide in enumerate(channels):
            last = level == len(channels) - 1
            levels.append(_level(width, wide, blocks, groups, "" if last else "downsamplers"))
            width = wide
        super().__init__(
            OrderedDict(
                conv_in=nn.Conv2d(3, channels[0], 3, padding=1),
                down_blocks=levels,
                mid_block=_Middle(width, groups),
                conv_norm_out=_norm(groups, width),
                conv_act=nn.SiLU(),
                conv_out=nn.Conv2d(width, outputs, 3, padding=1),
            )
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Encode (N, 3, H, W) into (N, outputs, H/f, W/f), where f = 2^(levels - 1)."""
        maps: Tensor = super().forward(pictures)
        return maps.float()


class DiffusersDecoder(nn.Sequential):
    """Maps to pictures, the encoder's mirror image with one more block on each level.

    Args:
        channels: As of `DiffusersEncoder`, finest first.
        blocks: As of `DiffusersEncoder`.
        inputs: Channels of the input.

    Source: Rombach et al. 2022, appendix E.1; names: `Decoder` of diffusers.
    """

    def __init__(self, channels: Sequence[int], blocks: int, inputs: int) -> None:
        groups = _groups(channels)
        width = channels[-1]
        levels = nn.Sequential()
        for level, wide in enumerate(reversed(channels)):
            last = level == len(channels) - 1
            levels.append(_level(width, wide, blocks + 1, groups, "" if last else "upsamplers"))
            width = wide
        super().__init__(
            OrderedDict(
                conv_in=nn.Conv2d(inputs, channels[-1], 3, padding=1),
                mid_block=_Middle(channels[-1], groups),
                up_blocks=levels,
                conv_norm_out=_norm(groups, width),
                conv_act=nn.SiLU(),
                conv_out=nn.Conv2d(width, 3, 3, padding=1),
            )
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Decode (N, inputs, H/f, W/f) into pictures (N, 3, H, W), around [-1, 1]."""
        pictures: Tensor = super().forward(latents)
        return pictures.float()


def diffusers_config(channels: Sequence[int], blocks: int) -> dict[str, Any]:
    """The config of both nets in diffusers, of the arguments that they were built with."""
    return {
        "in_channels": 3,
        "out_channels": 3,
        "down_block_types": ["DownEncoderBlock2D"] * len(channels),
        "up_block_types": ["UpDecoderBlock2D"] * len(channels),
        "block_out_channels": list(channels),
        "layers_per_block": blocks,
        "act_fn": "silu",
        "norm_num_groups": _groups(channels),
        "mid_block_add_attention": True,
    }


def diffusers_files(config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> dict[str, Mapping[str, Any]]:
    """A model's files under the names that diffusers looks for."""
    return {"config.json": config, "diffusion_pytorch_model.safetensors": weights}


class _Block(nn.Module):
    """Norm, SiLU and convolution, twice, plus a shortcut (`ResnetBlock2D`)."""

    def __init__(self, inputs: int, outputs: int, groups: int) -> None:
        super().__init__()
        self.norm1 = _norm(groups, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = _norm(groups, outputs)
        self.conv2 = near_zero_init(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.conv_shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        return self.conv2(F.silu(self.norm2(h))) + self.conv_shortcut(x)


class _Attention(nn.Module):
    """Self-attention over all positions with a single head, plus a shortcut (`Attention`)."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.group_norm = _norm(groups, channels)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.Sequential(near_zero_init(nn.Linear(channels, channels)))

    def forward(self, x: Tensor) -> Tensor:
        # (N, C, H, W) → (N, one head, H·W, C), which for channels_last tensors is only a view.
        places = self.group_norm(x).permute(0, 2, 3, 1).flatten(1, 2).unsqueeze(1)
        attended = attend(self.to_q(places), self.to_k(places), self.to_v(places))
        return x + self.to_out(attended).squeeze(1).transpose(1, 2).reshape(x.shape)


class _Middle(nn.Module):
    """Two blocks and attention between them (`UNetMidBlock2D`)."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(_Block(channels, channels, groups) for _ in range(2))
        self.attentions = nn.ModuleList([_Attention(channels, groups)])

    def forward(self, x: Tensor) -> Tensor:
        first, second = self.resnets
        h: Tensor = second(self.attentions[0](first(x)))
        return h


def _level(inputs: int, outputs: int, blocks: int, groups: int, resampling: str) -> nn.Sequential:
    """Blocks, and what resamples after them (`DownEncoderBlock2D`, `UpDecoderBlock2D`)."""
    blocks_in_order = [_Block(inputs if block == 0 else outputs, outputs, groups) for block in range(blocks)]
    parts = OrderedDict[str, nn.Module](resnets=nn.Sequential(*blocks_in_order))
    if resampling == "downsamplers":
        halving = nn.Conv2d(outputs, outputs, 3, stride=2)
        # Only below and to the right, as in the original code.
        parts[resampling] = nn.Sequential(nn.Sequential(OrderedDict(pad=nn.ZeroPad2d((0, 1, 0, 1)), conv=halving)))
    elif resampling == "upsamplers":
        parts[resampling] = nn.Sequential(nn.Sequential(OrderedDict(conv=UpsampleConv2d(outputs, outputs, 3))))
    return nn.Sequential(parts)


def _groups(channels: Sequence[int]) -> int:
    """Groups of every norm: all levels have as many, and each divides its channels by them."""
    return num_groups(math.gcd(*channels))


def _norm(groups: int, channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(groups, channels, eps=1e-6)
