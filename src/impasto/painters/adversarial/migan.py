"""MIGAN: a generator and a reader whose cycles and mutual information are held together by MS-SSIM.

Our reading of the paper, where it leaves things open:
    - A maps latents to paintings and B paintings to latents. B is the auxiliary network of the
      mutual information bound (7) and the other half of both cycles in (18) and (20).
    - The latent z = (z′, c): z′ is normal, c₁ the category, the other codes uniform in [-1, 1].
    - The factor λ of (8) is one number a picture, so that a batch may be cut anywhere. It carries
      gradient in λ·L_MS and is detached in λ·I.
    - The score D of (19) is the mean of a score of the whole picture and the mean score of its
      patches; the gradient penalty holds for each of the two.
    - The features of (20) come from several depths of very different size; each depth counts alike.
    - The branches of AMS end in the generator's leaky rectifier.
    - The category of a real picture also trains B, so that c₁ means the category of that name.

The preset `small` departs from the paper so that minutes on a CPU suffice: it attends at 16 pixels,
learns 5 and 2.5 times as fast, and weighs λ·L_MS tenfold, because a critic whose slope is 1 pulls a
picture of 32 pixels some fifty times harder than a mean over its 3,072 elements does.

The preset `modern` keeps A, B and their modules and changes how they learn, for small collections and
little time. D stands on a pretrained network that stays as it is, and neither it nor A can learn the
collection by heart, because D sees all pictures augmented. There is no gradient penalty, which took two
fifths of a step; A paints once a step for both turns; the picture cycle, a third of a step, is closed every
fourth step; A attends at 8 pixels. Both learn at 1e-3, after a warm-up. Minibatch
statistics and relativistic pairs over a whole batch are left out: a batch could not be cut then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import (
    Batch,
    Condition,
    Data,
    InputFile,
    Noise,
    Painted,
    Painter,
    PainterConfig,
    PaintSettings,
    Player,
    Turn,
)
from impasto.errors import ConfigError, NotCapable
from impasto.nn.frozen import FrozenNetwork, FrozenRecord
from impasto.nn.perceptual import feature_loss, has_perceptual_weights
from impasto.nn.similarity import FLOOR, ms_ssim, ms_ssim_scales
from impasto.painters.adversarial.augmentation import augment
from impasto.painters.adversarial.dual_discriminator import DualDiscriminator, flatness, gradient_penalty
from impasto.painters.adversarial.latent import Latent, Reading
from impasto.painters.adversarial.maps import Generator, Reader, widths
from impasto.painters.adversarial.objectives import Objective, critic_loss, painter_loss
from impasto.painters.adversarial.projected_discriminator import ProjectedDiscriminator
from impasto.painters.adversarial.sketch import BLANK, sketch, sketch_of_file

__all__ = ["Migan", "MiganConfig"]

Beta = Annotated[float, Field(ge=0, lt=1)]

SMALL: dict[str, Any] = {
    "width": 16,
    "most": 64,
    "semantics": 8,
    "reader_width": 16,
    "discriminator_width": 16,
    "most_strided": 128,
}
"""Sizes of the presets that two cores can train."""


@config
class MiganConfig(PainterConfig):
    """Settings of `Migan`; the defaults are the paper's where it gives a value.

    Attributes:
        ams: Multi-scale features, equation (10); False for the ablation.
        sft: Spatial feature transform, equation (11).
        sa: Attention over positions, equations (12)-(14).
        eca: Attention over channels, equations (15)-(16).
        attention_at: Size in pixels of the stage that attends.
        five: How AMS sees 5 pixels: one dilated 3×3 convolution or two plain ones.
        condition: Where K comes from: c, or a sketch of a picture, by which painting is translation. In
            training half of the sketches, at random, are blank, so that it also paints without one.
        style: Dimensions of z′.
        codes: Classes of c₁ when the pictures have no labels.
        factors: Uniform codes c₂ … c_L.
        width: Channels of A at full resolution; doubled with each halving, up to `most`.
        most: Largest number of channels in A.
        semantics: Channels of K.
        reader_width: Channels of B at full resolution.
        discriminator_width: Channels of D at full resolution.
        most_strided: Largest number of channels in B and D.
        shared_trunk: Whether both scales of D stand on the same first layers.
        constant: C of equation (8).
        content: Factor on λ·L_MS; 1 is equation (17).
        perceptual: η of equation (17); None sets it after the first step so that the term is a
            tenth of L_MS.
        features: Where L_per comes from: 'squeezenet', the trunk of the 'discriminator', or 'auto'
            for the first if its weights are at hand.
        label_weight: Weight of the cross-entropy of real pictures' categories.
        information: Factor on λ·I_bound; 1 is equation (17).
        once: Whether A paints once a step, for both turns, instead of anew for its own.
        cycle_every: The picture cycle is closed every so many steps; in between λ = C.
        critic: D: the paper's 'dual' scales, heads on a pretrained network ('projected'), or 'auto' for
            the latter if its weights are at hand.
        critic_width: Channels of the heads on a pretrained network.
        critic_at: The pretrained network sees pictures enlarged to at least this size.
        objective: Of D and A: the paper's 'wasserstein', 'hinge' or 'relativistic'.
        augment: Whether D sees all pictures shifted, coloured and with a hole.
        penalty: Weight of the gradient penalty of the dual scales; halved, it is R3GAN's γ where the
            objective is not the paper's.
        penalty_every: It is taken every so many steps, and weighs as many times as much.
        lr: Learning rate of A and B.
        discriminator_lr: Learning rate of D.
        betas: Of Adam, for all.
        warmup: Steps over which both learning rates rise; at once in full, a generator without norms may
            be all black before it has learned anything, and the slope of tanh is 0 there.
    """

    ams: bool = True
    sft: bool = True
    sa: bool = True
    eca: bool = True
    attention_at: int = Field(default=32, ge=4)
    five: Literal["dilated", "stacked"] = "dilated"
    condition: Literal["none", "sketch"] = "none"
    style: int = Field(default=128, ge=1, le=4096)
    codes: int = Field(default=10, ge=2, le=1000)
    factors: int = Field(default=4, ge=0, le=256)
    width: int = Field(default=64, ge=4, le=1024)
    most: int = Field(default=512, ge=4, le=2048)
    semantics: int = Field(default=32, ge=1, le=512)
    reader_width: int = Field(default=32, ge=4, le=1024)
    discriminator_width: int = Field(default=64, ge=4, le=1024)
    most_strided: int = Field(default=512, ge=4, le=2048)
    shared_trunk: bool = False
    constant: float = Field(default=1.0, ge=0, le=10)
    content: float = Field(default=1.0, ge=0, le=1000)
    perceptual: float | None = Field(default=None, ge=0, le=1e6)
    features: Literal["auto", "squeezenet", "discriminator"] = "auto"
    label_weight: float = Field(default=1.0, ge=0, le=1000)
    information: float = Field(default=1.0, ge=0, le=1000)
    once: bool = False
    cycle_every: int = Field(default=1, ge=1, le=1000)
    critic: Literal["dual", "projected", "auto"] = "dual"
    critic_width: int = Field(default=64, ge=4, le=1024)
    critic_at: int = Field(default=64, ge=48, le=512)
    objective: Objective = "wasserstein"
    augment: bool = False
    penalty: float = Field(default=10.0, ge=0, le=1000)
    penalty_every: int = Field(default=1, ge=1, le=1000)
    lr: float = Field(default=1e-4, gt=0, le=1)
    discriminator_lr: float = Field(default=4e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.0, 0.9)
    warmup: int = Field(default=0, ge=0, le=1_000_000)


@dataclass(frozen=True)
class Fakes:
    """What A painted in a step: of latents from the prior, and again what B read in the batch's pictures."""

    latent: Latent
    fake: Tensor
    read: Reading | None = None
    again: Tensor | None = None


@config
class MiganSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        picture: File of a picture whose sketch is painted over, by a painter with a condition.
    """

    picture: InputFile | None = None


@listed(
    name="migan",
    summary="mutual information GAN with multi-scale features, spatial transforms and attention",
    year=2025,
    source="MIGAN, adversarial learning-based image generation for AI art creation",
)
class Migan(Painter):
    """Paints from a category and a style, and reads both back from any picture."""

    Config: ClassVar[type[PainterConfig]] = MiganConfig
    Settings: ClassVar[type[PaintSettings]] = MiganSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {
            "width": 8,
            "most": 16,
            "style": 16,
            "factors": 2,
            "semantics": 4,
            "reader_width": 8,
            "discriminator_width": 8,
            "most_strided": 32,
            "attention_at": 8,
        },
        "small": {
            **SMALL,
            "attention_at": 16,
            "content": 10.0,
            "lr": 5e-4,
            "discriminator_lr": 1e-3,
        },
        "base": {},
        "modern": {
            **SMALL,
            "attention_at": 8,
            "information": 0.1,
            "penalty": 1.0,
            "penalty_every": 4,
            "once": True,
            "cycle_every": 4,
            "critic": "auto",
            "objective": "hinge",
            "augment": True,
            "lr": 1e-3,
            "discriminator_lr": 1e-3,
            "betas": (0.0, 0.99),
            "warmup": 100,
        },
    }
    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    training_only: ClassVar[tuple[str, ...]] = ("discriminator", "eta", "looked_through")
    double_backward: ClassVar[tuple[str, ...]] = ("discriminator",)
    config: MiganConfig
    eta: Tensor

    def __init__(self, config: MiganConfig, data: Data) -> None:
        """Build A, B and D.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or no stage has the size `attention_at`.
        """
        super().__init__(config, data)
        channels = widths(data.side, config.width, config.most)
        if config.attention_at not in channels:
            sizes = ", ".join(map(str, channels))
            raise ConfigError(
                f"attention_at = {config.attention_at}: at {data.side} px the stages have {sizes} px; "
                "choose one of them."
            )
        if config.condition != "none" and not config.sft:
            raise ConfigError("condition = 'sketch' needs sft = true: the sketch acts through the spatial transform.")
        self.kinds = len(data.categories) or config.codes
        codes = self.kinds + config.factors
        self.generator = Generator(
            channels,
            config.style + codes,
            codes,
            semantics=config.semantics if config.sft else 0,
            drawn=config.condition == "sketch",
            five=config.five if config.ams else None,
            attention_at=config.attention_at,
            sa=config.sa,
            eca=config.eca,
        )
        reader = widths(data.side, config.reader_width, config.most_strided)
        self.reader = Reader(reader, config.style, self.kinds, config.factors)
        strided = widths(data.side, config.discriminator_width, config.most_strided)
        self.projected = config.critic == "projected"
        self.discriminator: ProjectedDiscriminator | DualDiscriminator = (
            ProjectedDiscriminator(config.critic_width, self.classes, at=config.critic_at)
            if self.projected
            else DualDiscriminator(strided, shared=config.shared_trunk)
        )
        self.register_buffer("eta", torch.tensor(config.perceptual or 0.0))
        self.looked_through = FrozenRecord()

    @classmethod
    def decided(cls, config: MiganConfig, data: Data) -> MiganConfig:
        """A config whose critic and features are named, by whether the pretrained network is at hand."""
        at_hand = has_perceptual_weights("squeeze", heads=False)
        if config.critic == "auto":
            config = replace(config, critic="projected" if at_hand else "dual")
        if config.features == "auto":
            config = replace(config, features="squeezenet" if at_hand else "discriminator")
        return config

    def players(self) -> dict[str, Player]:
        """The discriminator, and the painter that is A and B together."""
        c = self.config
        return {
            "discriminator": Player((self.discriminator,), c.discriminator_lr, c.betas, schedule=self._rising),
            "painter": Player((self.generator, self.reader), c.lr, c.betas, schedule=self._rising),
        }

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First D on real and painted pictures, then A and B."""
        c = self.config
        closed, penalised = step % c.cycle_every == 0, step % c.penalty_every == 0
        painted = self._paint(batch, closed=closed) if c.once else self._glimpse(batch)
        seen = self._look(painted.fake, batch.noise)
        real = self._look(batch.pictures, batch.noise)
        yield self._discriminator_turn(batch, real, [x.detach() for x in seen], penalised=penalised)
        if not c.once:
            painted = self._paint(batch, closed=closed)
            seen = self._look(painted.fake, batch.noise)
        yield self._painter_turn(batch, painted, seen, real)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Set η, once, from the terms of the first step, and note what was looked through."""
        if self.config.perceptual is None and not self.eta > 0:
            content, perceptual = logs.get("painter/content", 0.0), logs.get("painter/perceptual", 0.0)
            self.eta.fill_(0.1 * content / perceptual if perceptual > 0 else 0.0)
        if self._trunk is not None:
            self.looked_through.record(self._trunk)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """A's pictures of latents drawn from their prior."""
        drawn = self._drawn(len(condition), settings.picture)
        return Painted(self.generator(self._latent(condition, noise), drawn))

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """The picture cycle: B reads, A paints."""
        with torch.no_grad():
            return self.generator(self.reader(pictures).latent, sketch(pictures))

    def describe(self) -> dict[str, Any]:
        """Name and config, and, once it was used in training, the hash of the pretrained network."""
        seen = self.looked_through.hash
        return super().describe() | ({"frozen": {"squeezenet": seen}} if seen else {})

    def _rising(self, step: int, horizon: int) -> float:
        """Factor on the learning rates."""
        return min(1.0, (step + 1) / (self.config.warmup + 1))

    def _glimpse(self, batch: Batch) -> Fakes:
        """Pictures to be judged only."""
        with torch.no_grad():
            latent = self._latent(batch.condition, batch.noise)
            return Fakes(latent, self.generator(latent, self._sketches(batch)))

    def _paint(self, batch: Batch, *, closed: bool) -> Fakes:
        """Pictures from the prior and, where the picture cycle is closed, the batch's own, read and painted again."""
        latent, drawn = self._latent(batch.condition, batch.noise), self._sketches(batch)
        if not closed:
            return Fakes(latent, self.generator(latent, drawn))
        read = self.reader(batch.pictures)
        both = None if drawn is None else torch.cat([drawn, drawn])
        fake, again = self.generator(latent.beside(read.latent), both).chunk(2)
        return Fakes(latent, fake, read, again)

    def _look(self, pictures: Tensor, noise: Noise) -> list[Tensor]:
        """What D judges: pictures, augmented if they shall be, or what its frozen part sees of them."""
        return self.discriminator.look(augment(pictures, noise) if self.config.augment else pictures)

    def _discriminator_turn(self, batch: Batch, real: list[Tensor], fake: list[Tensor], *, penalised: bool) -> Turn:
        c = self.config
        both = [torch.cat(pair) for pair in zip(real, fake, strict=True)]
        on_real, on_fake = self.discriminator.judge(both, self.category_index(batch.condition).repeat(2)).chunk(2)
        loss = critic_loss(c.objective, on_real, on_fake).mean()
        logs: dict[str, Tensor | float] = {"distance": (on_real.mean() - on_fake.mean()).detach()}
        if penalised and not self.projected:
            penalty = self._penalty(real[0], fake[0], batch.noise)
            logs["penalty"] = penalty.detach()
            loss = loss + c.penalty * c.penalty_every * penalty
        return Turn("discriminator", loss, logs)

    def _penalty(self, real: Tensor, fake: Tensor, noise: Noise) -> Tensor:
        """On slopes other than 1 between real and painted pictures; on all slopes at both in the other schools."""
        if self.config.objective == "wasserstein":
            return gradient_penalty(self.discriminator, real, fake, noise.uniform(1, 1, 1).to(real.dtype))
        return flatness(self.discriminator, real) + flatness(self.discriminator, fake)

    def _painter_turn(self, batch: Batch, painted: Fakes, seen: list[Tensor], real: list[Tensor]) -> Turn:
        """A and B move; where the picture cycle is not closed, on what A paints alone."""
        c, latent, back = self.config, painted.latent, self.reader(painted.fake)
        labels = self.category_index(batch.condition)
        latent_cycle = (back.latent.flat - latent.flat).abs().mean(dim=1)
        on_real = self.discriminator.judge(real, labels) if c.objective == "relativistic" else None
        logs = {
            "adversarial": painter_loss(c.objective, self.discriminator.judge(seen, labels), on_real),
            "bound": back.log_likelihood(latent) + self._entropy,
            "content": latent_cycle,
            "factor": torch.full_like(latent_cycle, c.constant),
        }
        if painted.read is not None and painted.again is not None:
            again = painted.again
            logs["factor"] = c.constant - self._similarity(again, batch.pictures)
            logs["content"] = latent_cycle + (again - batch.pictures).abs().mean(dim=(1, 2, 3))
            logs["perceptual"] = self._perceptual(again, batch.pictures)
            if self.data.categories:
                logs["label"] = F.cross_entropy(painted.read.logits, labels, reduction="none")
        terms = logs["adversarial"] + c.content * logs["factor"] * logs["content"]
        terms = terms - c.information * logs["factor"].detach() * logs["bound"]
        if painted.read is not None:
            terms = terms + self.eta * logs["perceptual"] + c.label_weight * logs.get("label", 0.0)
        return Turn("painter", terms.mean(), {name: value.detach().mean() for name, value in logs.items()})

    def _latent(self, condition: Condition, noise: Noise) -> Latent:
        """Latents from the prior; of the named categories where there are any."""
        like = self.generator.last.weight.dtype
        style = noise.normal(self.config.style).to(like)
        factors = noise.uniform(self.config.factors).to(like) * 2 - 1
        kinds = self.category_index(condition) if self.data.categories else noise.integers(self.kinds)
        return Latent(style, F.one_hot(kinds, self.kinds).to(like), factors)

    def _sketches(self, batch: Batch) -> Tensor | None:
        """Sketches of the real pictures, half of them blank; None where K comes from c."""
        if self.config.condition == "none":
            return None
        return torch.where(batch.noise.uniform(1, 1, 1) < 0.5, BLANK, sketch(batch.pictures))

    def _drawn(self, count: int, picture: str | None) -> Tensor | None:
        """The sketch that all of `count` pictures are painted over; blank without a picture."""
        if self.config.condition == "none":
            if picture is not None:
                raise NotCapable(f"picture = {picture!r}: this migan was trained without --set condition=sketch.")
            return None
        side = self.data.side
        one = torch.full((1, 1, side, side), BLANK) if picture is None else sketch_of_file(picture, side)
        return one.to(self.device).expand(count, -1, -1, -1)

    @property
    def _entropy(self) -> float:
        """Entropy of c in nats, the constant of the bound."""
        shares = self.data.shares or (1 / self.kinds,) * self.kinds
        return self.config.factors * math.log(2) - sum(share * math.log(share) for share in shares if share > 0)

    def _similarity(self, again: Tensor, real: Tensor) -> Tensor:
        """MS-SSIM with as many scales as the resolution allows, shape (N,)."""
        return ms_ssim(again, real, scales=ms_ssim_scales(*real.shape[-2:]), floor=FLOOR)

    def _perceptual(self, again: Tensor, real: Tensor) -> Tensor:
        """Squared difference of features, shape (N,): each depth relative to the real picture's own size."""
        look: Callable[[Tensor], list[Tensor]] = self.discriminator.features
        if self._trunk and self.config.features != "discriminator":
            look, again, real = self._trunk, again.float(), real.float()
        with torch.no_grad():
            wanted = look(real)
        parts = []
        for a, b in zip(look(again), wanted, strict=True):
            size = b.to(real.dtype).square().mean(dim=(1, 2, 3)).clamp(min=1e-6)
            parts.append((a - b).to(real.dtype).square().mean(dim=(1, 2, 3)) / size)
        return torch.stack(parts).mean(dim=0)

    @cached_property
    def _trunk(self) -> FrozenNetwork | None:
        """The pretrained network of D or L_per, brought in when training first asks for it."""
        if isinstance(self.discriminator, ProjectedDiscriminator):
            return self.discriminator.trunk
        if self.config.features == "discriminator":
            return None
        return FrozenNetwork(feature_loss("squeeze").trunk)
