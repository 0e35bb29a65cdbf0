"""SqueezeNet 1.1, AlexNet and VGG16 without their classifiers: feature maps at several depths.

Tensor names are those of the usual classifiers (`features.N.…`), so that their files can be loaded. Inputs are pictures
in [-1, 1]; a trunk normalises them itself.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.errors import UnknownName, UsageError

__all__ = ["TRUNKS", "AlexNet", "SqueezeNet", "Trunk", "Vgg16", "trunk_class"]


class Trunk(nn.Module):
    """The convolutional part of a classifier.

    Attributes:
        taps: Positions in `features` of the layers whose outputs are returned.
        channels: Channels of each of those outputs.
        weights: Key of its files in `impasto.nn.weights.WEIGHTS`.
        min_side: Smallest pictures that it accepts, in pixels.
        hash: SHA-256 of the file its weights were loaded from; empty before.
    """

    taps: tuple[int, ...]
    channels: tuple[int, ...]
    weights: str
    min_side: int
    hash: str = ""
    features: nn.Sequential
    mean: Tensor
    deviation: Tensor

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.features = nn.Sequential(*layers)
        # Of ImageNet's pixels in [-1, 1], with the digits of the published LPIPS.
        self.register_buffer("mean", torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Feature maps at each tap.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            One tensor of shape (N, C, h, w) for each tap, from shallow to deep.

        Raises:
            UsageError: When the pictures are too small.
        """
        if min(pictures.shape[-2:]) < self.min_side:
            raise UsageError(
                f"{type(self).__name__} needs pictures of {self.min_side} px or more, not {tuple(pictures.shape[-2:])}."
            )
        x = (pictures - self.mean) / self.deviation
        maps = []
        for position, layer in enumerate(self.features):
            x = layer(x)
            if position in self.taps:
                maps.append(x)
        return maps


class _Fire(nn.Module):
    """A 1×1 convolution to few channels, then 1×1 and 3×3 convolutions side by side.

    Source: Iandola et al. 2016, section 3.2.
    """

    def __init__(self, inputs: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1x1(x), self.expand3x3(x)], 1).relu()


class SqueezeNet(Trunk):
    """SqueezeNet 1.1.

    Source: Iandola et al. 2016; version 1.1 of their published code.
    """

    taps = (1, 4, 7, 9, 10, 11, 12)
    channels = (64, 128, 256, 384, 384, 512, 512)
    weights = "squeezenet"
    min_side = 17
    size = 224
    dimensions = 512

    def __init__(self) -> None:
        super().__init__(
            *[nn.Conv2d(3, 64, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True)],
            *[_Fire(64, 16, 64), _Fire(128, 16, 64), nn.MaxPool2d(3, 2, ceil_mode=True)],
            *[_Fire(128, 32, 128), _Fire(256, 32, 128), nn.MaxPool2d(3, 2, ceil_mode=True)],
            *[_Fire(256, 48, 192), _Fire(384, 48, 192), _Fire(384, 64, 256), _Fire(512, 64, 256)],
        )


class AlexNet(Trunk):
    """AlexNet.

    Source: Krizhevsky 2014, the one-tower version.
    """

    taps = (1, 4, 7, 9, 11)
    channels = (64, 192, 384, 256, 256)
    weights = "alexnet"
    min_side = 35

    def __init__(self) -> None:
        super().__init__(
            *[nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2)],
            *[nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)],
            *[nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()],
            *[nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()],
            *[nn.Conv2d(256, 256, 3, padding=1), nn.ReLU()],
        )


class Vgg16(Trunk):
    """VGG with 16 layers, without batch norm.

    Source: Simonyan & Zisserman 2015, configuration D.
    """

    taps = (3, 8, 15, 22, 29)
    channels = (64, 128, 256, 512, 512)
    weights = "vgg16"
    min_side = 16

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        inputs = 3
        for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            if layers:
                layers.append(nn.MaxPool2d(2))
            for _ in range(depth):
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
                inputs = width
        super().__init__(*layers)


TRUNKS: dict[str, type[Trunk]] = {"squeeze": SqueezeNet, "alex": AlexNet, "vgg": Vgg16}


def trunk_class(net: str) -> type[Trunk]:
    """The class of a trunk.

    Args:
        net: Its name in LPIPS: 'squeeze', 'alex' or 'vgg'.

    Raises:
        UnknownName: When there is no trunk of that name.
    """
    if net not in TRUNKS:
        raise UnknownName("LPIPS trunk", net, TRUNKS)
    return TRUNKS[net]
