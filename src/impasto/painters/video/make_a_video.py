"""A painter of clips from words: a frozen painter of single pictures paints the first frame, which then moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Condition, Data, Noise, Painted, PainterConfig, PaintSettings
from impasto.errors import ConfigError
from impasto.painters.video.clip_rules import FIRST
from impasto.painters.video.motion_field import MotionField, MotionFieldConfig, MotionFieldSettings
from impasto.painters.video.still import StillConfig, checked_still, record_of, with_hash

__all__ = ["MakeAVideo", "MakeAVideoConfig", "MakeAVideoSettings"]


@config
class MakeAVideoConfig(StillConfig, MotionFieldConfig):
    """The painter of the first frame, and the network that moves it."""


@config
class MakeAVideoSettings(MotionFieldSettings):
    """How clips are painted. Where a setting of the first frame is null, it is that of the still painter.

    Attributes:
        steps: Number of sampling steps of the first frame.
        guidance: Strength of its classifier-free guidance: 1 follows the words as learned.
    """

    steps: int | None = Field(default=None, ge=1, le=4000)
    guidance: float | None = Field(default=None, ge=0, le=20)

    prominent: ClassVar[frozenset[str]] = frozenset({"motion", "guidance"})


@listed(
    name="make_a_video",
    summary="clips from words: a frozen painter of pictures paints the first frame, and a network learned to move it",
    year=2022,
    source="Singer et al. 2022, Make-A-Video, arXiv:2209.14792 (looks from pictures, movement from clips without "
    "captions); Girdhar et al. 2023, Emu Video, arXiv:2311.10709 (first a frame, then a clip that begins with it)",
)
class MakeAVideo(MotionField):
    """Text to video without captions of videos: what things look like comes from a painter of pictures.

    Singer et al. insert temporal layers into the painter, and interpolate and enlarge frames by further networks. Here
    the fields of `motion_field` move the first frame to any time, so that there is nothing to interpolate; the edit
    `enlarge` enlarges.
    """

    Config: ClassVar[type[PainterConfig]] = MakeAVideoConfig
    Settings: ClassVar[type[PaintSettings]] = MakeAVideoSettings
    conditions: ClassVar[frozenset[str]] = frozenset({"category", "words", FIRST})
    needed_settings: ClassVar[Mapping[str, Any]] = {"still": "runs/still"}
    fixed_settings: ClassVar[frozenset[str]] = frozenset({"still"})
    varies: ClassVar[bool] = True
    config: MakeAVideoConfig

    def __init__(self, config: MakeAVideoConfig, data: Data) -> None:
        """Load the still painter, and build the network.

        Raises:
            ConfigError: As of `MotionField` and `checked_still`, and when the still painter reads no words.
            CheckpointError: When the still painter is not there.
        """
        super().__init__(config, data)
        self._still = checked_still(config, data)
        if "words" not in self._still.painter.reads:
            raise ConfigError(
                f"make_a_video paints after words, and {config.still} reads none; name a still painter that does, such "
                "as shipped/words."
            )
        self.record = record_of(self._still)

    @classmethod
    def decided(cls, config: Any, data: Data) -> Any:
        """A config with the hash of the still painter."""
        return with_hash(config)

    @property
    def learns_from(self) -> frozenset[str]:
        """The category of clips; words are the still painter's matter."""
        return super().learns_from - {"words"}

    @property
    def needs(self) -> frozenset[str]:
        """Nothing: without a given first frame it paints one."""
        return frozenset()

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The still painter's encoder of words."""
        return {name: net for name, net in self._still.painter.encoders.items() if name == "words"}

    def resolve_settings(self, settings: Any) -> Any:
        """The still painter's settings where there are none; see `Painter.resolve_settings`."""
        its = self._its_settings(settings)
        return replace(settings, steps=its.steps, guidance=its.guidance)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint the first frames, where none is given, and let them move."""
        first = condition.given.get("first")
        return Painted(
            self.animate(
                self._first(condition, noise, settings) if first is None else first, condition, noise, settings
            )
        )

    def _first(self, condition: Condition, noise: Noise, settings: MakeAVideoSettings) -> Tensor:
        """What the still painter paints, shape (N, 3, H, W), in [-1, 1]."""
        still = self._still.moving((), next(self.net.parameters()))
        of_picture = self._still.condition(condition.emptied({FIRST}), self.data.categories)
        return still.render(of_picture, noise, self._its_settings(settings)).pictures.clamp(-1, 1)

    def _its_settings(self, settings: MakeAVideoSettings) -> Any:
        """An instance of the still painter's settings, with every 'auto' resolved."""
        its = self._still.painter
        given = {name: value for name in ("steps", "guidance") if (value := getattr(settings, name)) is not None}
        return its.resolve_settings(its.settings_for(given))
