"""EfficientNet-Lite0, as a feature space that no loss looks through, and as a classifier of ImageNet's 1,000 classes.

Tensor names are those of `timm`, so that its files can be loaded; padding is TensorFlow's.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.same_conv import SameConv2d

__all__ = ["EfficientNetLite0"]

_STEM = 32
_STAGES = ((3, 1, 16, 1), (3, 2, 24, 2), (5, 2, 40, 2), (3, 2, 80, 3), (5, 1, 112, 3), (5, 2, 192, 4), (3, 1, 320, 1))
"""Kernel, stride, channels and number of blocks of each stage."""
_EXPANSION = 6


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=0.001)


class _Separable(nn.Module):
    """The first block: a depthwise convolution, then one of single pixels."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.conv_dw = SameConv2d(inputs, inputs, kernel, stride, groups=inputs)
        self.bn1 = _norm(inputs)
        self.conv_pw = SameConv2d(inputs, outputs, 1)
        self.bn2 = _norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu6(self.bn1(self.conv_dw(x)), inplace=True)
        reduced: Tensor = self.bn2(self.conv_pw(x))
        return reduced


class _Block(nn.Module):
    """Inverted residual: expand, depthwise convolution, reduce; with a shortcut where the shapes allow it."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.residual = stride == 1 and inputs == outputs
        inner = _EXPANSION * inputs
        self.conv_pw = SameConv2d(inputs, inner, 1)
        self.bn1 = _norm(inner)
        self.conv_dw = SameConv2d(inner, inner, kernel, stride, groups=inner)
        self.bn2 = _norm(inner)
        self.conv_pwl = SameConv2d(inner, outputs, 1)
        self.bn3 = _norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.bn1(self.conv_pw(x)), inplace=True)
        y = F.relu6(self.bn2(self.conv_dw(y)), inplace=True)
        y = self.bn3(self.conv_pwl(y))
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    """Pictures → pooled features and logits.

    Source: Tan & Le 2019, table 1; its mobile variant without squeeze-and-excitation, with ReLU6, in Google's
    published code of 2020.
    """

    size = 224
    dimensions = 1280

    def __init__(self) -> None:
        super().__init__()
        self.conv_stem = SameConv2d(3, _STEM, 3, 2)
        self.bn1 = _norm(_STEM)
        stages: list[nn.Module] = []
        inputs = _STEM
        for kernel, stride, channels, count in _STAGES:
            kind = _Block if stages else _Separable
            widths = [inputs, *[channels] * (count - 1)]
            blocks = (kind(width, channels, kernel, 1 if i else stride) for i, width in enumerate(widths))
            stages.append(nn.Sequential(*blocks))
            inputs = channels
        self.blocks = nn.Sequential(*stages)
        self.conv_head = SameConv2d(inputs, self.dimensions, 1)
        self.bn2 = _norm(self.dimensions)
        self.classifier = nn.Linear(self.dimensions, 1000)

    def forward(self, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Features and logits of resized pictures.

        Args:
            levels: Pixel values, shape (N, 3, 224, 224), in [0, 255], not necessarily integers.

        Returns:
            Features, shape (N, 1280), and logits, shape (N, 1000).
        """
        x = F.relu6(self.bn1(self.conv_stem((levels - 127) / 128)), inplace=True)
        x = F.relu6(self.bn2(self.conv_head(self.blocks(x))), inplace=True)
        features = x.mean((2, 3))
        return features, self.classifier(features)
