"""What autoencoders for latent painters share: networks, loss and critic; each adds its bottleneck."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Batch, Data, Noise, Painter, Player, Turn
from impasto.errors import NotCapable
from impasto.nn.frozen import FrozenNetwork, FrozenRecord
from impasto.nn.perceptual import has_perceptual_weights, lpips_network
from impasto.painters.adversarial.objectives import critic_loss, painter_loss
from impasto.painters.adversarial.patch_discriminator import PatchDiscriminator
from impasto.painters.bounds import Channels
from impasto.painters.likelihood.diffusers_layout import diffusers_config, diffusers_files
from impasto.painters.likelihood.layouts import Layout, networks, unfolded_channels
from impasto.painters.optimizer import OptimizerConfig
from impasto.spelling import option

__all__ = ["Autoencoder", "AutoencoderConfig", "Bottleneck"]

BALANCE_EVERY = 8
"""Steps between two measurements of the adaptive weight, each of which costs as much as half a critic's move."""
LARGEST_BALANCE = 1e4


@config
class AutoencoderConfig(OptimizerConfig):
    """Size and training of an autoencoder.

    Attributes:
        factor: Pixels along a side that become one position of the latents: 4 turns 64 × 64 px into 16 × 16 positions.
        channels: Channels of each level of encoder and decoder, finest level first. A single level folds `factor`
            pixels into a position at once, which reconstructs best after minutes on a CPU; with more levels fewer are
            folded.
        blocks: Residual blocks on each level, in the encoder and again in the decoder.
        layout: 'folded' folds squares of pixels into positions, which is fast; 'diffusers' has the layers of the
            library diffusers and can be exported to it, but works at full resolution, which takes several times as
            long. As it folds nothing, it has a level for every halving; the last of `channels` stands for all levels
            not named. 'tiny' has the layers of TAESD and TAEF2 (Bohan 2023), whose published weights fit it; it has one
            number of channels for all levels.
        features: Whether the perceptual distance LPIPS (on SqueezeNet) is part of the loss: 'lpips', 'none', or 'auto',
            which is 'lpips' where its weights are installed.
        perceptual: Weight of the perceptual distance, beside the mean absolute error of pixels.
        adversarial: Weight of the patch discriminator's loss, relative to all other losses; 0 trains without one.
        discriminator_from: Step from which the patch discriminator takes part; earlier its gradients would only add
            noise.
        critic: Channels of the patch discriminator's finest feature map.
        lr: Highest learning rate of AdamW for encoder and decoder.
        critic_lr: Learning rate of the patch discriminator.
    """

    factor: Literal[4, 8] = 4
    channels: tuple[Channels, ...] = Field(default=(128,), min_length=1, max_length=4)
    blocks: int = Field(default=1, ge=1, le=8)
    layout: Layout = "folded"
    features: Literal["auto", "lpips", "none"] = "auto"
    perceptual: float = Field(default=1.0, gt=0, le=100)
    adversarial: float = Field(default=0.5, ge=0, le=100)
    discriminator_from: int = Field(default=1000, ge=0, le=10**9)
    critic: Channels = 32
    lr: float = Field(default=2e-3, gt=0, le=1)
    critic_lr: float = Field(default=4e-4, gt=0, le=1)


@dataclass(frozen=True)
class Bottleneck:
    """What the bottleneck lets through in training.

    Attributes:
        latents: What is decoded, shape (N, C, H/f, W/f), not yet scaled.
        penalty: Part of the loss of each picture that belongs to the bottleneck, shape (N,).
        power: Mean square of the latents that `encode` would give unscaled, a scalar.
        logs: Scalars to report.
    """

    latents: Tensor
    penalty: Tensor
    power: Tensor
    logs: dict[str, Tensor | float] = field(default_factory=dict)


class Autoencoder(Painter):
    """Maps pictures to small maps of latents and back. Subclasses provide the bottleneck, and sample from it.

    The loss is the absolute error, LPIPS and the scores of a critic of patches. The weight of the critic makes the
    gradient of its scores with respect to the picture as long as that of the rest. Unlike in the paper, these gradients
    are taken at the picture rather than at the last layer, as a mean over pictures, every few steps, and the weight is
    used from the next step on: so the loss remains a mean over rows, and a batch may be cut anywhere.

    Pictures have a height and width of 32 to 512 px, in steps of 16; `encode` and `decode` take any multiples of
    the factor.

    Source: Rombach et al. 2022, section 3.1; Esser et al. 2021, equations 4 to 7.
    """

    Config = AutoencoderConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16), "blocks": 1, "critic": 16, "discriminator_from": 0},
        # In minutes the critic learns no more than specks: without it reconstructions measure better in every way.
        "small": {"adversarial": 0.0},
        "base": {"channels": (128, 256), "blocks": 3, "critic": 64, "lr": 3e-4, "critic_lr": 2e-4},
        "diffusers": {"layout": "diffusers", "channels": (32, 64, 128), "lr": 1e-3, "adversarial": 0.0},
    }
    resolutions = range(32, 513, 16)
    square = False
    training_only = ("discriminator",)
    config: AutoencoderConfig
    power: Tensor
    balance: Tensor

    def __init__(self, config: AutoencoderConfig, data: Data, moments: int) -> None:
        """Build the nets.

        Args:
            config: Config of the painter.
            data: Facts of the pictures.
            moments: Channels that the encoder gives to the bottleneck.

        Raises:
            ConfigError: As of `layouts.networks`.
        """
        super().__init__(config, data)
        self.encoder, self.decoder = networks(
            config.layout, config.factor, config.channels, config.blocks, moments=moments, latents=self.channels
        )
        self.discriminator = PatchDiscriminator(config.critic) if config.adversarial else None
        self.register_buffer("power", torch.tensor(1.0))
        self.register_buffer("balance", torch.tensor(0.0))
        # The name is part of saved states.
        self.looked_through = FrozenRecord(files=2)

    @classmethod
    def decided(cls, config: Any, data: Data) -> Any:
        """A config that says whether LPIPS is part of the loss, which it is if its weights are installed."""
        if config.features != "auto":
            return config
        return replace(config, features="lpips" if has_perceptual_weights("squeeze") else "none")

    @property
    def factor(self) -> int:
        """Height and width in pixels of the square that becomes one position of the latents."""
        return self.config.factor

    @property
    @abstractmethod
    def channels(self) -> int:
        """Channels C of the latents."""

    @property
    def latent_size(self) -> tuple[int, int]:
        """Height and width of the latents."""
        return self.data.height // self.factor, self.data.width // self.factor

    @abstractmethod
    def bottleneck(self, moments: Tensor, noise: Noise) -> Bottleneck:
        """What the decoder gets in training, computed from the encoder's output, shape (N, moments, H/f, W/f)."""

    @abstractmethod
    def latents_of(self, moments: Tensor) -> Tensor:
        """Unscaled latents without noise or rounding, shape (N, C, H/f, W/f), computed from the encoder's output."""

    @abstractmethod
    def diffusers_bottleneck(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The equivalent class of diffusers, with what the bottleneck adds to its config and weights.

        Raises:
            NotCapable: When there is none.
        """

    def quantize(self, latents: Tensor) -> Tensor:
        """What the decoder gets for unscaled latents: the same, or the nearest vectors of its codes."""
        return latents

    @torch.no_grad()
    def encode(self, pictures: Tensor) -> Tensor:
        """Latents of pictures, scaled to a mean square of about 1.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1], H and W any multiples of the factor.

        Returns:
            Shape (N, C, H/f, W/f).
        """
        return self.latents_of(self.encoder(pictures)) * self.power.rsqrt()

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures of latents; gradients flow through.

        Args:
            latents: As of `encode`, shape (N, C, h, w).

        Returns:
            Shape (N, 3, h·f, w·f), in [-1, 1].
        """
        pictures: Tensor = self.decoder(self.quantize(latents * self.power.sqrt()))
        return pictures.clamp(-1, 1)

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures, encoded and decoded.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            Pictures of the same shape and range.
        """
        return self.decode(self.encode(pictures))

    def players(self) -> dict[str, Player]:
        """Encoder, bottleneck and decoder together, and the critic."""
        c = self.config
        networks = [network for name, network in self.named_children() if name not in self.training_only]
        players = {"painter": c.player(*networks)}
        if self.discriminator is not None:
            players["critic"] = Player((self.discriminator,), c.critic_lr, (0.5, 0.9))
        return players

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """The autoencoder moves, then, once there is one, the critic (hinge)."""
        c = self.config
        pictures = batch.pictures
        bottleneck = self.bottleneck(self.encoder(pictures), batch.noise)
        reconstruction = self.decoder(bottleneck.latents)
        error = (reconstruction - pictures).abs().mean(dim=(1, 2, 3))
        logs = {"error": error.detach().mean(), "power": bottleneck.power.detach(), **bottleneck.logs}
        distance = error
        if self.perceptual_distance is not None:
            lpips = self.perceptual_distance(reconstruction, pictures)
            distance = error + c.perceptual * lpips
            logs["lpips"] = lpips.detach().mean()
        loss = distance + bottleneck.penalty
        # By the step alone, because how much there is to do in all is not known here.
        critic = self.discriminator if step >= c.discriminator_from else None
        if critic is not None:
            adversarial = painter_loss("hinge", critic(reconstruction))
            loss = loss + c.adversarial * self.balance * adversarial
            logs |= {"adversarial": adversarial.detach().mean(), "balance": self.balance.detach()}
            if step % BALANCE_EVERY == 0:
                logs["pull"] = _squared_gradient(distance, reconstruction)
                logs["critic_pull"] = _squared_gradient(adversarial, reconstruction)
        yield Turn("painter", loss.mean(), logs)
        if critic is not None:
            real, fake = critic(torch.cat([pictures, reconstruction.detach()])).chunk(2)
            critic_logs: dict[str, Tensor | float] = {"real": real.detach().mean(), "fake": fake.detach().mean()}
            yield Turn("critic", critic_loss("hinge", real, fake).mean(), critic_logs)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Follow the latents' mean square and the critic's adaptive weight, which `turns` measured.

        Source: the weight: Esser et al. 2021, equation 7.
        """
        power = logs["painter/power"]
        if math.isfinite(power) and power > 0:
            self.power.lerp_(torch.full_like(self.power, power), 1.0 if step == 0 else 0.05)
        pull = logs.get("painter/pull", math.nan)
        critic_pull = logs.get("painter/critic_pull", math.nan)
        if math.isfinite(pull) and math.isfinite(critic_pull):
            self.balance.fill_(min(LARGEST_BALANCE, math.sqrt(pull / max(critic_pull, 1e-20))))
        if self.perceptual_distance is not None:
            self.looked_through.record(self.perceptual_distance)

    def describe(self) -> dict[str, Any]:
        """The description of every painter; once trained, also which network the perceptual loss used, if any."""
        if network_hash := self.looked_through.hash:
            return super().describe() | {"frozen": {"lpips-squeeze": network_hash}}
        left_out = self.power != 1 and self.config.features == "none"
        return super().describe() | ({"left_out": "LPIPS"} if left_out else {})

    def diffusers(self) -> dict[str, Mapping[str, Any]]:
        """Files of a model of diffusers that encodes and decodes in the same way, except for clamping.

        Raises:
            NotCapable: When diffusers has no equivalent of the layout or of the bottleneck.
        """
        c = self.config
        if c.layout != "diffusers":
            raise NotCapable(
                f"This {self.name} has layout = {c.layout!r}, which no model of diffusers has; "
                f"train one with its layers: {option('preset', 'diffusers')}."
            )
        config, weights = self.diffusers_bottleneck()
        height, width = self.data.size
        config |= {"latent_channels": self.channels, "sample_size": height if height == width else [height, width]}
        config |= {"scaling_factor": float(self.power.rsqrt())}
        config |= diffusers_config(unfolded_channels(c.channels, c.factor), c.blocks)
        weights |= {k: v for k, v in self.state_dict().items() if k.startswith(("encoder.", "decoder."))}
        return diffusers_files(config, weights)

    @cached_property
    def perceptual_distance(self) -> FrozenNetwork | None:
        """LPIPS, loaded when training first asks for it; None where it is not part of the loss."""
        if self.config.features == "none":
            return None
        return FrozenNetwork(lpips_network("squeeze").to(memory_format=torch.channels_last))  # type: ignore[call-overload]


def _squared_gradient(terms: Tensor, pictures: Tensor) -> Tensor:
    """Mean over pictures of the squared length of the gradient of each one's term with respect to it, a scalar."""
    (gradient,) = torch.autograd.grad(terms.sum(), pictures, retain_graph=True)
    return gradient.float().square().sum(dim=(1, 2, 3)).mean()
