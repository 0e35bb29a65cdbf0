"""How the networks of each kind of base are called: words to encodings, pictures to latents, latents to estimates.

A base that has none of these lines paints by its own call alone: it is not taught, and edits cannot use it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

__all__ = ["Line", "Words", "line_of"]

Words = dict[str, Tensor]
"""Encodings of N texts by name, each with N rows."""

DISTILLED = 1.0
"""Guidance that a network distilled for it is given in training, as ai-toolkit does."""


class Line:
    """The calls of one kind of base. N texts, or N pictures, at a time.

    Attributes:
        pipe: The pipeline of diffusers.
    """

    network: ClassVar[str] = "transformer"
    """Name of the part that estimates."""
    attention: ClassVar[tuple[str, ...]] = ("to_q", "to_k", "to_v", "to_out.0")
    """Ends of the names of its layers of attention."""
    own_guidance: ClassVar[bool] = False
    """Whether the strength of guidance is an input of the network."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe

    @property
    def net(self) -> Any:
        """The part that estimates."""
        return getattr(self.pipe, self.network)

    @property
    def factor(self) -> int:
        """Pixels along the side of what becomes one place; sizes must be multiples of it."""
        return int(self.pipe.vae_scale_factor)

    @abstractmethod
    def words(self, texts: Sequence[str]) -> Words:
        """What the network reads of texts."""

    @abstractmethod
    def predict(self, noisy: Tensor, time: Tensor, words: Words, guidance: float = DISTILLED) -> Tensor:
        """What the network gives for noisy latents.

        Args:
            noisy: Shape (N, C, h, w).
            time: On the scale of the schedule, in [0, 1000], shape (N,).
            words: Encodings of N texts.
            guidance: Its own guidance, where it has such an input.

        Returns:
            Noise, velocity or picture, as the schedule says, shape (N, C, h, w).
        """

    def encode(self, pictures: Tensor) -> Tensor:
        """Latents, shape (N, C, h, w), of pictures (N, 3, H, W), in [-1, 1]: the most probable ones."""
        vae = self.pipe.vae
        latents = vae.encode(pictures.to(vae.device, vae.dtype)).latent_dist.mode()
        mean, std = _statistics(vae, latents)
        return (latents - mean) / std

    def unpacked(self, latents: Tensor, size: tuple[int, int]) -> Tensor:
        """Latents as the pipeline's own call holds them, in the shape (N, C, h, w).

        Args:
            latents: What the call gives to its callback.
            size: Height and width of the pictures.
        """
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures of latents, shape (N, 3, H, W), around [-1, 1]."""
        vae = self.pipe.vae
        latents = latents.to(vae.device, vae.dtype)
        mean, std = _statistics(vae, latents)
        return vae.decode(latents * std + mean, return_dict=False)[0]


class UNetLine(Line):
    """A UNet that reads one sequence of words: Stable Diffusion 1 and 2, and what was distilled from them."""

    network = "unet"

    def words(self, texts: Sequence[str]) -> Words:
        """The last states of the text encoder."""
        text, _ = self.pipe.encode_prompt(list(texts), self.net.device, 1, False)
        return {"text": text}

    def added(self, noisy: Tensor, words: Words) -> dict[str, Any]:
        """Further inputs."""
        return {}

    def predict(self, noisy: Tensor, time: Tensor, words: Words, guidance: float = DISTILLED) -> Tensor:
        """See `Line.predict`."""
        text = words["text"].to(noisy)
        return self.net(noisy, time, encoder_hidden_states=text, **self.added(noisy, words)).sample


class LargeUNetLine(UNetLine):
    """A UNet with two text encoders, that is told the size of the picture: Stable Diffusion XL."""

    def words(self, texts: Sequence[str]) -> Words:
        """States of both text encoders, and the pooled state of the second; zeros where nothing is said."""
        text, _, pooled, _ = self.pipe.encode_prompt(
            list(texts), device=self.net.device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        if self.pipe.config.force_zeros_for_empty_prompt:
            empty = torch.tensor([not text for text in texts], device=text.device)
            text = text.masked_fill(empty[:, None, None], 0)
            pooled = pooled.masked_fill(empty[:, None], 0)
        return {"text": text, "pooled": pooled}

    def added(self, noisy: Tensor, words: Words) -> dict[str, Any]:
        """The pooled words, and the size of the picture, which is not cropped."""
        height, width = (side * self.factor for side in noisy.shape[-2:])
        sizes = noisy.new_tensor([height, width, 0, 0, height, width]).expand(len(noisy), -1)
        return {"added_cond_kwargs": {"text_embeds": words["pooled"].to(noisy), "time_ids": sizes}}


class JointLine(Line):
    """A transformer over the tokens of picture and words together: Stable Diffusion 3."""

    attention = (*Line.attention, "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")

    @property
    def factor(self) -> int:
        """Places of latents, times the side of a patch."""
        return int(self.pipe.vae_scale_factor * self.net.config.patch_size)

    def words(self, texts: Sequence[str]) -> Words:
        """States of all text encoders, and the pooled states of two."""
        texts = list(texts)
        text, _, pooled, _ = self.pipe.encode_prompt(
            texts, texts, texts, device=self.net.device, do_classifier_free_guidance=False
        )
        return {"text": text, "pooled": pooled}

    def predict(self, noisy: Tensor, time: Tensor, words: Words, guidance: float = DISTILLED) -> Tensor:
        """See `Line.predict`."""
        return self.net(
            hidden_states=noisy,
            timestep=time,
            encoder_hidden_states=words["text"].to(noisy),
            pooled_projections=words["pooled"].to(noisy),
            return_dict=False,
        )[0]


class PackedLine(Line):
    """A transformer over 2 × 2 places as one token, which may have guidance as an input: FLUX.1."""

    attention = (*Line.attention, "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")

    @property
    def own_guidance(self) -> bool:  # type: ignore[override]
        """Whether it was distilled for guidance."""
        return bool(self.net.config.guidance_embeds)

    @property
    def factor(self) -> int:
        """Two places of latents."""
        return 2 * int(self.pipe.vae_scale_factor)

    def unpacked(self, latents: Tensor, size: tuple[int, int]) -> Tensor:
        """See `Line.unpacked`."""
        unpacked: Tensor = self.pipe._unpack_latents(latents, *size, self.pipe.vae_scale_factor)
        return unpacked

    def words(self, texts: Sequence[str]) -> Words:
        """States of the second text encoder, and the pooled state of the first."""
        length = min(512, int(self.pipe.tokenizer_2.model_max_length))
        text, pooled, _ = self.pipe.encode_prompt(list(texts), None, device=self.net.device, max_sequence_length=length)
        return {"text": text, "pooled": pooled}

    def predict(self, noisy: Tensor, time: Tensor, words: Words, guidance: float = DISTILLED) -> Tensor:
        """See `Line.predict`."""
        count, channels, height, width = noisy.shape
        packed = self.pipe._pack_latents(noisy, count, channels, height, width)
        places = self.pipe._prepare_latent_image_ids(count, height // 2, width // 2, noisy.device, noisy.dtype)
        text = words["text"].to(noisy)
        strength = noisy.new_full((count,), guidance) if self.own_guidance else None
        estimate = self.net(
            hidden_states=packed,
            timestep=time / 1000,
            guidance=strength,
            pooled_projections=words["pooled"].to(noisy),
            encoder_hidden_states=text,
            txt_ids=noisy.new_zeros(text.shape[1], 3),
            img_ids=places,
            return_dict=False,
        )[0]
        scale = self.pipe.vae_scale_factor
        return self.pipe._unpack_latents(estimate, height * scale, width * scale, scale)


LINES: dict[str, type[Line]] = {
    "StableDiffusionPipeline": UNetLine,
    "StableDiffusionXLPipeline": LargeUNetLine,
    "StableDiffusion3Pipeline": JointLine,
    "FluxPipeline": PackedLine,
}
"""Class of diffusers → how its networks are called."""


def line_of(name: str) -> type[Line] | None:
    """The line of a class of diffusers, by its name; None where it paints by its own call alone."""
    return LINES.get(name)


def _statistics(vae: Any, latents: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation that latents are brought to 0 and 1 with, shape (1, C, 1, 1)."""
    config = vae.config
    std = latents.new_tensor(1 / config.scaling_factor)
    if getattr(config, "latents_mean", None) is not None:
        mean = latents.new_tensor(config.latents_mean).view(1, -1, 1, 1)
        return mean, std * latents.new_tensor(config.latents_std).view(1, -1, 1, 1)
    return latents.new_tensor(getattr(config, "shift_factor", None) or 0.0), std
