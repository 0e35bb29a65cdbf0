"""SqueezeNet 1.1, AlexNet and VGG16 as trunks that give their maps at several depths.

Tensor names are those of the usual classifiers (`features.N.…`), whose files fill the trunks. Inputs
are pictures in [-1, 1]; a trunk scales them itself to the mean and spread it was trained on.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.errors import UnknownName, UsageError

__all__ = ["TRUNKS", "AlexNet", "SqueezeNet", "Trunk", "Vgg16", "trunk"]


class Trunk(nn.Module):
    """The convolutional part of a classifier.

    Attributes:
        taps: Positions in `features` whose outputs are given back.
        channels: Channels at each tap.
        weights: Key of the file in `impasto.nn.weights.WEIGHTS`.
        least: Smallest picture that the trunk can take, in pixels.
        hash: SHA-256 of the file that filled it; empty before.
    """

    taps: tuple[int, ...]
    channels: tuple[int, ...]
    weights: str
    least: int
    hash: str = ""
    features: nn.Sequential
    shift: Tensor
    spread: Tensor

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.features = nn.Sequential(*layers)
        # ImageNet's mean and deviation in [-1, 1], with the digits of the published LPIPS.
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("spread", torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Maps at each depth.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            One tensor (N, C, h, w) a tap, from shallow to deep.

        Raises:
            UsageError: When the pictures are too small.
        """
        if min(pictures.shape[-2:]) < self.least:
            raise UsageError(
                f"{type(self).__name__} needs pictures of {self.least} px or more, not {tuple(pictures.shape[-2:])}."
            )
        x = (pictures - self.shift) / self.spread
        found = []
        for place, layer in enumerate(self.features):
            x = layer(x)
            if place in self.taps:
                found.append(x)
        return found


class _Fire(nn.Module):
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
    least = 17
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
    least = 35

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
    least = 16

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        before = 3
        for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            if layers:
                layers.append(nn.MaxPool2d(2))
            for _ in range(depth):
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
                before = width
        super().__init__(*layers)


TRUNKS: dict[str, type[Trunk]] = {"squeeze": SqueezeNet, "alex": AlexNet, "vgg": Vgg16}


def trunk(net: str) -> Trunk:
    """An unfilled trunk by its LPIPS name.

    Raises:
        UnknownName: When there is none.
    """
    if net not in TRUNKS:
        raise UnknownName("LPIPS trunk", net, TRUNKS)
    return TRUNKS[net]()
