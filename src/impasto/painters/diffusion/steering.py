"""Painting that is steered by networks that look at pictures, towards a prompt or towards correct hands.

As in Disco Diffusion, `clip` compares random cut-outs of the estimated picture with the prompt; as in ADM, a classifier
tells how likely it shows what the prompt says, and a reader of hands how likely it shows one of five fingers. All are
judges that come with impasto.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Aligns, Condition, Judges, PaintSettings, ReadsHands
from impasto.contract.ranking import shipped_judge
from impasto.errors import ConfigError
from impasto.landscape.statements import read_statements
from impasto.nn.text import read_weights
from impasto.sampling.level import Denoise, Level
from impasto.sampling.steering import steered

__all__ = ["SteeredSettings", "cut_outs", "range_loss", "total_variation", "towards_judges"]

SMALLEST = 0.5
"""Side of the smallest cut-out, as a share of the shorter side of the picture."""
LEAST = 1e-6
"""Smallest probability whose logarithm is taken."""

Loss = Callable[[Tensor], Tensor]
"""Of pictures, shape (N, 3, H, W), around [-1, 1], shape (N,)."""


@config
class SteeredSettings(PaintSettings):
    """How painting is steered by gradients of judges, which come with impasto; those of words need a prompt.

    Attributes:
        clip_guidance_scale: How far each estimate is moved towards what `clip` takes for the prompt (Disco Diffusion),
            in standard deviations of what is painted; 0 leaves it as it is. Painters that read no words take a prompt
            for it too.
        classifier_guidance_scale: The same towards what the classifier `world_reader` takes for it (ADM); it knows the
            season, the hour, the weather and the elements of a landscape.
        hand_guidance_scale: The same towards what `hand_reader` takes for a hand of five fingers with possible joints;
            it needs no prompt, and pictures of one hand each.
        cutouts: Number of random cut-outs that `clip` looks at in each step, beside the whole picture; more are
            smoother and take longer.
        tv_scale: Weight of the total variation, which keeps the picture smooth, beside the judges.
        range_scale: Weight of how far pixels lie beyond black and white.
        steering_decay: Power of the share of noise with which both scales fall: 0 keeps them, more steers the
            composition and leaves details to the painter.
        steered_from: Steering acts from this share of picture in the mixture on: 0 is pure noise, 1 the finished
            picture.
        steered_to: Steering acts up to this share of picture in the mixture.
    """

    clip_guidance_scale: float = Field(default=0.0, ge=0, le=100)
    classifier_guidance_scale: float = Field(default=0.0, ge=0, le=100)
    hand_guidance_scale: float = Field(default=0.0, ge=0, le=100)
    cutouts: int = Field(default=4, ge=0, le=128)
    tv_scale: float = Field(default=0.0, ge=0, le=1000)
    range_scale: float = Field(default=1.0, ge=0, le=1000)
    steering_decay: float = Field(default=1.0, ge=0, le=20)
    steered_from: float = Field(default=0.0, ge=0, le=1)
    steered_to: float = Field(default=1.0, ge=0, le=1)

    need_prompt: ClassVar[frozenset[str]] = PaintSettings.need_prompt | {
        "clip_guidance_scale",
        "classifier_guidance_scale",
        "cutouts",
        "tv_scale",
        "range_scale",
        "steering_decay",
        "steered_from",
        "steered_to",
    }

    @property
    def judged(self) -> str:
        """What compares the pictures with a prompt; see `PaintSettings.judged`."""
        for name in ("clip_guidance_scale", "classifier_guidance_scale"):
            if getattr(self, name) > 0:
                return f"{name} = {getattr(self, name):g}"
        return super().judged

    @property
    def needs_gradients(self) -> bool:
        """Of a reader of hands too; see `PaintSettings.needs_gradients`."""
        return super().needs_gradients or self.hand_guidance_scale > 0


def towards_judges(
    denoise: Denoise, decode: Callable[[Tensor], Tensor], condition: Condition, settings: SteeredSettings
) -> Denoise:
    """A denoiser that is steered towards what judges prefer, as the settings say; the same one where they do not.

    Args:
        denoise: Estimates pictures or their latents.
        decode: Pictures of estimates; gradients flow through.
        condition: Has the words, where judges compare pictures with some.
        settings: Scales, cut-outs and further losses.

    Raises:
        ConfigError: When a judge needs words and there are none, when they say nothing that the classifier knows, or
            when steering begins after it ends.

    Source: Crowson et al. 2021, CLIP-guided diffusion (Disco Diffusion: cut-outs, total variation and range losses);
        Dhariwal & Nichol 2021, algorithm 2 (classifier guidance).
    """
    s = settings
    of_words = s.clip_guidance_scale + s.classifier_guidance_scale
    scale = of_words + s.hand_guidance_scale
    if scale == 0:
        return denoise
    if of_words and condition.words is None:
        raise ConfigError(f"{s.judged} needs a prompt that pictures are compared with, and there is none.")
    texts = tuple(read_weights(text).text for text in condition.words or ())
    by_clip = _clip_loss(texts, s.cutouts) if s.clip_guidance_scale > 0 else None
    by_classifier = _classifier_loss(texts) if s.classifier_guidance_scale > 0 else None

    def loss(estimate: Tensor, level: Level) -> Tensor:
        pictures = decode(estimate)
        total = s.tv_scale * total_variation(pictures) + s.range_scale * range_loss(pictures)
        if by_clip is not None:
            total = total + s.clip_guidance_scale / scale * by_clip(pictures, level)
        if by_classifier is not None:
            total = total + s.classifier_guidance_scale / scale * by_classifier(pictures)
        if s.hand_guidance_scale > 0:
            total = total + s.hand_guidance_scale / scale * _hand_loss(pictures)
        return total

    return steered(denoise, loss, scale, decay=s.steering_decay, low=s.steered_from, high=s.steered_to)


def _clip_loss(texts: tuple[str, ...], count: int) -> Callable[[Tensor, Level], Tensor]:
    """1 minus the cosine of pictures and texts, a mean over the whole picture and its cut-outs."""
    known: dict[torch.device, Tensor] = {}

    def loss(pictures: Tensor, level: Level) -> Tensor:
        judge = shipped_judge("clip", pictures.device)
        assert isinstance(judge, Aligns)
        if pictures.device not in known:
            with torch.no_grad():
                known[pictures.device] = judge.text_vectors(texts)
        views = cut_outs(pictures, count, judge.data.size, seed=round(level.share * 2**30))
        vectors = judge.picture_vectors(views.flatten(0, 1)).unflatten(0, views.shape[:2])
        return 1 - (vectors * known[pictures.device]).sum(2).mean(0)

    return loss


def _classifier_loss(texts: tuple[str, ...]) -> Loss:
    """The negative logarithm of how probable a reader of landscapes takes what texts say of pictures to be, in nats."""
    for text in texts:
        stated = read_statements(text)
        if not (stated.answers or stated.named or stated.denied):
            raise ConfigError(
                f"classifier_guidance_scale needs a prompt that says something of a landscape, such as 'a winter forest"
                f" at dusk', and not {text[:60]!r}; use clip_guidance_scale, or leave it out."
            )

    def loss(pictures: Tensor) -> Tensor:
        judge = shipped_judge("world_reader", pictures.device)
        assert isinstance(judge, Judges)
        return -judge.judge(pictures, Condition(len(pictures), words=texts)).clamp(min=LEAST).log()

    return loss


def _hand_loss(pictures: Tensor) -> Tensor:
    """The negative logarithm of how probable a reader of hands takes a correct hand in each picture to be, in nats."""
    judge = shipped_judge("hand_reader", pictures.device)
    assert isinstance(judge, ReadsHands)
    return -judge.read_hands(pictures).correct.clamp(min=LEAST).log()


def cut_outs(pictures: Tensor, count: int, size: tuple[int, int], *, seed: int) -> Tensor:
    """The whole of each picture, and random squares of it, some of them mirrored.

    They lie at the same places in all pictures, so that a picture does not depend on those beside it.

    Args:
        pictures: Shape (N, 3, H, W).
        count: Number of cut-outs beside the whole picture.
        size: Height and width that all of them are brought to.
        seed: Decides where they lie.

    Returns:
        Shape (count + 1, N, 3, *size).
    """
    height, width = pictures.shape[-2:]
    shorter = min(height, width)
    numbers = torch.rand(count, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).tolist()
    views = [pictures]
    for extent, top, left, mirrored in numbers:
        side = max(1, round(shorter * (SMALLEST + (1 - SMALLEST) * extent)))
        row = int(top * (height - side + 1))
        column = int(left * (width - side + 1))
        view = pictures[..., row : row + side, column : column + side]
        views.append(view.flip(3) if mirrored < 0.5 else view)
    return torch.stack(
        [
            F.interpolate(view, size, mode="bilinear", antialias=True) if tuple(view.shape[-2:]) != size else view
            for view in views
        ]
    )


def total_variation(pictures: Tensor) -> Tensor:
    """Mean squared difference of neighbouring pixels, along columns plus along rows, shape (N,)."""
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).square().mean((1, 2, 3))
    across = (pictures[..., 1:] - pictures[..., :-1]).square().mean((1, 2, 3))
    return down + across


def range_loss(pictures: Tensor) -> Tensor:
    """Mean squared distance of pixels from [-1, 1], shape (N,)."""
    return (pictures - pictures.clamp(-1, 1)).square().mean((1, 2, 3))
