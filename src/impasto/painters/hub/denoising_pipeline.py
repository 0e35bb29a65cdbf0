"""A painter of a base whose networks can be called one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from impasto.contract import Condition
from impasto.errors import ConfigError
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.line import Line
from impasto.painters.hub.objective import Objective, objective_of
from impasto.painters.hub.pipeline import Pipeline
from impasto.sampling.guidance import guided
from impasto.sampling.level import Denoise, Level

__all__ = ["DenoisingPipeline"]


class DenoisingPipeline(Pipeline):
    """A pipeline whose networks are called one by one, so that edits work with it and it can be taught."""

    def encode(self, pictures: Tensor) -> Tensor:
        """Latents of pictures; see `contract.Encodes`."""
        base = self._prepared(self.Settings())
        return self._line(base).encode(pictures).to(pictures)

    def decode(self, latents: Tensor, /) -> Tensor:
        """Pictures of latents; see `contract.Decodes`."""
        base = self._prepared(self.Settings())
        return self._line(base).decode(latents).to(latents)

    def denoiser(self, condition: Condition) -> Denoise:
        """Estimates of the latents behind noisy ones; see `contract.Denoises`."""
        return self._estimates(condition, self.resolve_settings(self.Settings()), guidance=1.0)

    def guided_denoiser(self, condition: Condition, settings: Any) -> Denoise:
        """The same, guided as in painting, with the LoRAs of the settings.

        Source: Ho & Salimans 2022, equation 6.
        """
        s = self.resolve_settings(settings)
        self._negative(s, len(condition))
        for name, kind in {"control": "control network", "ip_adapter": "IP-Adapter"}.items():
            if getattr(s, name):
                raise ConfigError(f"Edits use no {kind}; leave {name} out.")
        base = self._prepared(s)
        if self._line(base).own_guidance:
            return self._estimates(condition, s, guidance=s.guidance)
        towards = self._estimates(condition, s, guidance=1.0)
        if s.guidance <= 1:
            return towards
        away = replace(condition, words=(s.negative,) * len(condition), encoding=None)
        return guided(towards, self._estimates(away, s, guidance=1.0), s.guidance)

    def levels(self, steps: int) -> list[Level]:
        """Levels of noise for a sampler; see `contract.Denoises`."""
        return self.levels_for(self.Settings(steps=steps))  # type: ignore[call-arg]

    def levels_for(self, settings: Any) -> list[Level]:
        """Levels of noise for painting; see `contract.Denoises`."""
        s = self.resolve_settings(settings)
        base = self._prepared(s)
        factor = self._line(base).factor
        return self.objective(base).levels(s.steps, (self.data.height // factor) * (self.data.width // factor))

    def objective(self, base: FrozenBase) -> Objective:
        """What the network of a base estimates."""
        return objective_of(base.pipe.scheduler)

    def _prepared(self, settings: Any) -> FrozenBase:
        """The base, sampling by its own method."""
        base = self.base(self.resolve_settings(settings))
        base.with_scheduler("own")
        return base

    @staticmethod
    def _line(base: FrozenBase) -> Line:
        assert base.line is not None, "only bases with a line denoise"
        return base.line

    def _estimates(self, condition: Condition, settings: Any, *, guidance: float) -> Denoise:
        """The estimates of the network for the words of a condition."""
        base = self._prepared(settings)
        line = self._line(base)
        objective = self.objective(base)
        sets = self.sets(base, settings)
        base.switch(sets)
        with torch.no_grad():
            words = line.words(condition.words or ("",) * len(condition))

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            base.switch(sets)
            count = len(noisy)
            rows = {name: _rows(values, count) for name, values in words.items()}
            time = torch.full((count,), level.time, device=line.net.device)
            prediction = line.predict(noisy.to(line.net.device, line.net.dtype), time, rows, guidance).to(noisy)
            return objective.clean(noisy, prediction, level)

        return denoise


def _rows(values: Tensor, count: int) -> Tensor:
    """Rows of one text for each of several pictures."""
    return values if len(values) == count else values.expand(count, *values.shape[1:])
