"""MobileNetV2, as a feature space and as a classifier of 1,000 classes and the background.

Tensor names are those of `transformers`, so that its files load; padding is TensorFlow's.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.same_conv import SameConv2d

__all__ = ["MobileNetV2"]

_CHANNELS = (16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320)
_STRIDES = (2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)


class _Conv(nn.Module):
    """Convolution with 'same' padding, batch norm and, unless linear, ReLU6."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1, linear: bool = False
    ) -> None:
        super().__init__()
        self.linear = linear
        self.convolution = SameConv2d(inputs, outputs, kernel, stride, groups=groups)
        self.normalization = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        x = self.normalization(self.convolution(x))
        return x if self.linear else F.relu6(x, inplace=True)


class _Block(nn.Module):
    """Inverted residual: expand, depthwise convolution, reduce; with a shortcut where the shapes allow it."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.residual = stride == 1 and inputs == outputs
        self.expand_1x1 = _Conv(inputs, 6 * inputs, 1)
        self.conv_3x3 = _Conv(6 * inputs, 6 * inputs, 3, stride, groups=6 * inputs)
        self.reduce_1x1 = _Conv(6 * inputs, outputs, 1, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.reduce_1x1(self.conv_3x3(self.expand_1x1(x)))
        return x + y if self.residual else y


class _Stem(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first_conv = _Conv(3, 32, 3, 2)
        self.conv_3x3 = _Conv(32, 32, 3, groups=32)
        self.reduce_1x1 = _Conv(32, _CHANNELS[0], 1, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.reduce_1x1(self.conv_3x3(self.first_conv(x)))
        return features


class _Trunk(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_stem = _Stem()
        widths = zip(_CHANNELS, _CHANNELS[1:], _STRIDES, strict=False)
        self.layer = nn.ModuleList(_Block(inputs, outputs, stride) for inputs, outputs, stride in widths)
        self.conv_1x1 = _Conv(_CHANNELS[-1], 1280, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_stem(x)
        for block in self.layer:
            x = block(x)
        features: Tensor = self.conv_1x1(x)
        return features


class MobileNetV2(nn.Module):
    """Pictures → pooled features and logits.

    Source: Sandler et al. 2018, table 2.
    """

    size = 224
    dimensions = 1280

    def __init__(self) -> None:
        super().__init__()
        self.mobilenet_v2 = _Trunk()
        self.classifier = nn.Linear(1280, 1001)

    def forward(self, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Features and logits of resized pictures.

        Args:
            levels: Pixel values, shape (N, 3, 224, 224), in [0, 255], not necessarily integers.

        Returns:
            Features, shape (N, 1280), and logits, shape (N, 1001), the first class the background.
        """
        features = self.mobilenet_v2(levels / 127.5 - 1).mean((2, 3))
        return features, self.classifier(features)
