"""What a painter can do beyond painting: protocols, checked on an instance with `isinstance`.

Commands, metrics and edits ask for these, never for a painter's name. A class whose instances differ, by their config,
in what they can do has a subclass for each kind; see `Learner.variants`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from torch import Tensor

from impasto.contract.condition import Condition
from impasto.contract.judging import Aligns, Answers, Examines, Judges, ReadsHands
from impasto.contract.latents import HasCodes, HasLatents, HasStyles, InfersLatents
from impasto.contract.light_reading import LightReading
from impasto.contract.noise import Noise
from impasto.contract.painted import Painted
from impasto.sampling.level import Denoise, Level

if TYPE_CHECKING:
    from impasto.contract.learner import Learner

__all__ = [
    "Aligns",
    "Animates",
    "Answers",
    "Completes",
    "Decodes",
    "Denoises",
    "Encodes",
    "Enlarges",
    "Examines",
    "ExportsToDiffusers",
    "HasCodes",
    "HasLatents",
    "HasLikelihood",
    "HasStyles",
    "InfersLatents",
    "Instructs",
    "Inverts",
    "Judges",
    "ReadsHands",
    "ReadsLight",
    "Reconstructs",
    "Stylizes",
    "TakesGuide",
    "Tokenizes",
]


@runtime_checkable
class Reconstructs(Protocol):
    """Encodes and decodes pictures, as autoencoders do."""

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures as they come back from being encoded and decoded.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            Of the same shape and range.
        """
        ...


@runtime_checkable
class Encodes(Protocol):
    """Maps pictures into the space that it works in: the latents of an autoencoder, or the pictures themselves."""

    def encode(self, pictures: Tensor) -> Tensor:
        """The latents of pictures.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            Shape (N, C, h, w), scaled to a standard deviation of about 1; for painters of pixels the pictures.
        """
        ...


@runtime_checkable
class Decodes(Protocol):
    """Maps latents back to pictures."""

    def decode(self, latents: Tensor, /) -> Tensor:
        """Pictures decoded from latents; gradients flow through.

        Args:
            latents: As `encode` gives them, shape (N, C, h, w).

        Returns:
            Shape (N, 3, H, W), around [-1, 1]; some painters clip to that range and others do not.
        """
        ...


@runtime_checkable
class Tokenizes(Protocol):
    """Maps pictures to a grid of discrete codes, and back."""

    @property
    def size(self) -> int:
        """Number of codes."""
        ...

    def tokens(self, pictures: Tensor) -> Tensor:
        """Codes, int64, shape (N, h, w), in [0, `size`), of pictures (N, 3, H, W), in [-1, 1]."""
        ...

    def decode_tokens(self, tokens: Tensor) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1], of codes as `tokens` gives them."""
        ...


@runtime_checkable
class HasLikelihood(Protocol):
    """Knows how probable a picture is."""

    def log_likelihood(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """Natural logarithm of the probability of pictures of 256 levels of each colour, or a lower bound of it.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].
            condition: What the pictures are known to show.
            noise: Source of every random number, with one row for each picture.

        Returns:
            Shape (N,).
        """
        ...


@runtime_checkable
class Denoises(Encodes, Decodes, Protocol):
    """Estimates clean pictures from noisy ones, which is all that samplers, guidance and training-free edits need.

    Noise is added to the output of `encode`, and a sampler's result is decoded by `decode`. The samplers are in
    `impasto.sampling`.
    """

    def denoiser(self, condition: Condition) -> Denoise:
        """A function that estimates clean pictures from noisy ones.

        Args:
            condition: Condition of N pictures; an empty one gives the unconditional estimate.

        Returns:
            A function of mixtures signal · `encode`(pictures) + sigma · noise, shape (N, C, h, w), and their `Level`,
            which is one that `levels` gives or lies between two of them. It gives its estimate of `encode`(pictures),
            of that shape.
        """
        ...

    def levels(self, steps: int) -> list[Level]:
        """Levels of noise for a sampler, from noise, where sampling begins, to the picture itself, where sigma is 0.

        Args:
            steps: Number of steps from level to level.

        Returns:
            steps + 1 levels.

        Raises:
            ConfigError: When the painter's noise schedule has fewer levels than that.
        """
        ...

    def guided_denoiser(self, condition: Condition, settings: Any) -> Denoise:
        """The estimates that painting follows: those of `denoiser` with all guidance that the settings ask for.

        Args:
            condition: Condition of N pictures; of an empty one, only guidance that needs none remains.
            settings: An instance of the painter's `Settings`, with every 'auto' resolved.

        Raises:
            NotCapable: When a kind of guidance is asked for that the painter does not have.
            ConfigError: When settings do not fit one another or the painter.
        """
        ...

    def levels_for(self, settings: Any) -> list[Level]:
        """The levels of noise that painting visits; as of `levels`, spaced as the settings say.

        Args:
            settings: An instance of the painter's `Settings`, whose `steps` is the number of steps.

        Raises:
            ConfigError: When the painter has no such levels.
        """
        ...


@runtime_checkable
class Instructs(Denoises, Protocol):
    """Changes given pictures as instructions in words say, which it has learned from pairs of pictures.

    The picture is 'source' in the condition, the instruction its words.
    """

    def uninstructed(self, condition: Condition) -> Condition:
        """The condition of the same pictures without instructions, from whose estimates guidance on words moves away.

        Args:
            condition: Condition of N pictures.
        """
        ...


@runtime_checkable
class Animates(Protocol):
    """Lets given pictures move."""

    def animate(
        self, pictures: Tensor, condition: Condition, noise: Noise, settings: Any, /, *, steps: int | None = None
    ) -> Tensor:
        """Clips whose first frames are the pictures.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1], of the size that it paints.
            condition: What the clips show.
            noise: Of N clips.
            settings: An instance of the painter's `Settings`.
            steps: Number of sampling steps, in the place of that of the settings.

        Returns:
            Shape (N, F, 3, H, W), in [-1, 1].
        """
        ...


@runtime_checkable
class Completes(Protocol):
    """Paints what a mask covers, at once and at any size."""

    def complete(self, pictures: Tensor, mask: Tensor, /) -> Tensor:
        """Pictures (N, 3, H, W), in [-1, 1], with a part painted anew; outside the mask the given ones.

        Args:
            pictures: Of that shape, with H and W from 16; what they hold under the mask counts for nothing.
            mask: 1 where is to be painted, 0 elsewhere, shape (N, 1, H, W).
        """
        ...


@runtime_checkable
class Restores(Protocol):
    """Gives pictures back what they have lost."""

    def rest(self, pictures: Tensor, noise: Noise, /) -> Condition:
        """What is left of pictures (N, 3, H, W), in [-1, 1], when they lose what it learns to give back, at random."""
        ...


@runtime_checkable
class Enlarges(Protocol):
    """Paints larger versions of pictures, at once and of any size."""

    def enlarge(self, pictures: Tensor, factor: int, /) -> Tensor:
        """Pictures (N, 3, factor · H, factor · W) of pictures (N, 3, H, W), in [-1, 1]; the factor is 2, 4 or 8."""
        ...


@runtime_checkable
class Inverts(Protocol):
    """Finds the noise that it would paint a given picture from."""

    def invert(self, pictures: Tensor, condition: Condition, *, steps: int = 25) -> Tensor:
        """Noise of given pictures, from which a sampler leads back to them.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].
            condition: Describes the pictures, as it would in painting them.
            steps: Number of steps to the noise; a sampler leads back in as many.

        Returns:
            Shape (N, C, h, w), that of `encode`(pictures).
        """
        ...


@runtime_checkable
class ReadsLight(Protocol):
    """Estimates of given pictures where their light comes from, which colours it has, and what it falls on."""

    def read_light(self, pictures: Tensor, /) -> LightReading:
        """The light of pictures (N, 3, H, W), in [-1, 1], of any size."""
        ...


@runtime_checkable
class Stylizes(Protocol):
    """Paints a given picture in its own manner, at the picture's size."""

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """One picture, painted in the painter's own manner.

        Args:
            picture: Shape (3, H, W), in [-1, 1], of any size.
            seed: Any integer of 0 or more.
            **settings: Fields of this painter's `Settings`.

        Returns:
            One picture of that size.

        Raises:
            ConfigError: When a setting is unknown or out of range.
            DataError: When the picture is one that it cannot paint.
        """
        ...


@runtime_checkable
class TakesGuide(Protocol):
    """Can be guided by a weaker painter of its kind, away from whose errors it moves (Karras et al. 2024)."""

    def with_guide(self, guide: Learner) -> Learner:
        """A copy of this painter that has another one as its guide.

        Args:
            guide: A painter of the same kind that learned the same pictures for a shorter time, or with a smaller
                network.

        Raises:
            ConfigError: When it estimates something else.
        """
        ...


@runtime_checkable
class ExportsToDiffusers(Protocol):
    """Can be written as a model of the library diffusers."""

    def diffusers(self) -> Mapping[str, Mapping[str, Any] | bytes | Path]:
        """Files in the layout of diffusers, whose `from_pretrained` or `load_lora_weights` reads a folder of them.

        Returns:
            Name of each file, with its subfolder → what it holds: plain values; tensors by name where it ends in
            '.safetensors'; bytes; or the path of a file that is copied.

        Raises:
            NotCapable: When diffusers has no equivalent of this instance's architecture.
        """
        ...
