"""A comparison that never took place: run folders with numbers of a plausible size, which `gather` gathers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from impasto.comparing.experiment import Entry, Experiment, Ratio, Terms
from impasto.comparing.gathering import gather
from impasto.comparing.results import CurvePoint, CurveValue, Results, RunMeasurement
from impasto.comparing.running import Job, jobs
from impasto.data.store import Store
from impasto.files import write_json
from impasto.metrics.number import Better, Number, Yardstick
from impasto.metrics.records import to_plain

CATEGORIES = ("mountains & mist", "coast", "forest", "village", "winter", "river valley", "garden", "night", "desert")
STEPS = 6000


@dataclass(frozen=True)
class Scale:
    """How a number is called, which way it is better, and where a bad and a good painter lie."""

    title: str
    better: Better
    bad: float
    good: float
    real: float | None = None
    along_training: bool = True


METRICS = {
    "fid": Scale("Fréchet distance", "lower", 180.0, 60.0, 21.3),
    "is": Scale("Score of clear and varied classes", "higher", 1.6, 2.8, 3.4),
    "coverage": Scale("Coverage: real pictures with a painted neighbour", "higher", 0.1, 0.6, 0.93),
    "precision": Scale("Precision: painted pictures among the real", "higher", 0.3, 0.7, 0.71),
    "lpips-diversity": Scale("Perceptual variety of pairs", "higher", 0.4, 0.6, 0.61, along_training=False),
    "ssim": Scale("Structural similarity of reconstructions", "higher", 0.3, 0.62),
    "lpips": Scale("Perceptual distance of reconstructions", "lower", 0.6, 0.3, along_training=False),
    "sd-paper": Scale("Sharpness difference of reconstructions", "higher", 10.0, 14.0),
}
RECONSTRUCTIONS = ("ssim", "lpips", "sd-paper")
PAPER: dict[str, dict[str, float]] = {
    "CNN-GAN": {"fid": 108.32, "sd": 3.6241},
    "SPA-GAN": {"fid": 72.84, "sd": 4.5892},
    "MIGAN without AMS": {"fid": 69.53, "is": 1.89, "ssim": 0.5934, "lpips": 0.4962, "sd": 4.0569},
    "MIGAN without SFT": {"fid": 72.14, "is": 1.65, "ssim": 0.5765, "lpips": 0.4814, "sd": 3.8624},
    "MIGAN without SA": {"fid": 56.96, "is": 2.28, "ssim": 0.6491, "lpips": 0.5103, "sd": 4.5891},
    "MIGAN without ECA": {"fid": 51.84, "is": 2.61, "ssim": 0.6724, "lpips": 0.5538, "sd": 4.8142},
    "MIGAN": {"fid": 48.25, "is": 2.86, "ssim": 0.6917, "lpips": 0.5834, "sd": 4.9366},
    "MIGAN modern": {},
}
SKILL = dict(zip(PAPER, (0.3, 0.55, 0.6, 0.5, 0.8, 0.88, 0.97, 1.2), strict=True))


@dataclass
class MadeUp:
    """A comparison whose runs are written, not trained.

    Attributes:
        out: Its folder.
        store: The pictures.
        experiment: What is compared.
        states: Entry and seed of the runs that are not done → 'waiting', 'running', or why they failed.
        value_of: Changes numbers: (entry, seed, name, value) → value.
        method_of: How a number was computed: (entry, seed, name) → method.
    """

    out: Path
    store: Store
    experiment: Experiment
    states: Mapping[tuple[str, int], str] = field(default_factory=dict)
    value_of: Callable[[str, int, str, float], float] = lambda entry, seed, name, value: value
    method_of: Callable[[str, int, str], dict[str, object]] = lambda entry, seed, name: {"network": "inception"}
    miniature: bool = False

    def results(self) -> Results:
        """Write the runs' folders, and gather them."""
        all_jobs = jobs(self.experiment, self.out)
        states = {}
        for job in all_jobs:
            state = self.states.get((job.entry.name, job.seed), "done")
            if state == "done":
                self._write(job)
            elif state != "waiting":
                states[job.folder] = state
        return gather(self.experiment, self.store, all_jobs, states, self.out, miniature=self.miniature, threads=16)

    def _write(self, job: Job) -> None:
        rng = np.random.default_rng((len(job.entry.name), *job.entry.name.encode(), job.seed))
        steps = [STEPS // 6 * (i + 1) for i in range(6)]
        speed = 0.02 / _skill(job) + 0.05
        seconds = [step * speed * rng.uniform(0.97, 1.03) for step in steps]
        numbers = [self._numbers(job, 1 - np.exp(-2.5 * step / STEPS), rng) for step in steps]
        curve = tuple(
            CurvePoint(step, at, step * 32, 500, _along_training(measured))
            for step, at, measured in zip(steps, seconds, numbers, strict=True)
        )
        shares = tuple(rng.dirichlet(np.full(len(CATEGORIES), 5.0)).tolist())
        flops = 1.3e9 * (1 + _skill(job))
        measurement = RunMeasurement(curve, numbers[-1], shares, flops)
        write_json(job.folder / "result.json", to_plain(measurement))
        write_json(job.folder / "peak.json", {"peak_memory_bytes": int(6e9 * (1 + _skill(job)))})
        training = {"seconds": seconds[-1], "processor_seconds": seconds[-1] * 1.7, "steps": STEPS, "pictures": 192_000}
        write_json(job.folder / "painter" / "config.json", {"facts": {"training": training}})
        plan = {"kind": "plan", "step": 0, "parameters": int(9e6 * (1 + _skill(job)))}
        (job.folder / "events.jsonl").write_text(json.dumps(plan) + "\n")
        job.samples.parent.mkdir(parents=True, exist_ok=True)
        small = rng.integers(40, 230, (1, 9, 3), dtype=np.uint8)
        Image.fromarray(small.repeat(64, 0).repeat(64, 1)).save(job.samples)

    def _numbers(self, job: Job, trained: float, rng: np.random.Generator) -> dict[str, Number]:
        numbers = {}
        for name, scale in METRICS.items():
            if job.entry.name == "CNN-GAN" and name in RECONSTRUCTIONS:
                reason = "CNN-GAN cannot reconstruct: it has no way from a picture back to a latent."
                numbers[name] = Number(scale.title, scale.better, reason=reason)
                continue
            reach = scale.good - scale.bad
            noisy = scale.bad + reach * trained * _skill(job) * 0.9 + rng.normal() * 0.015 * abs(reach)
            value = self.value_of(job.entry.name, job.seed, name, float(noisy))
            real = None if scale.real is None else Yardstick("test split", scale.real)
            method = self.method_of(job.entry.name, job.seed, name)
            interval = (value * 0.98, value * 1.02)
            numbers[name] = Number(scale.title, scale.better, value, interval, {"painted": 2000}, method, 0, real)
        return numbers


def made_up(out: Path, store: Store, *, seeds: Sequence[int] = (0, 1, 2), **changes: object) -> MadeUp:
    """A comparison of the eight entries of a paper; `changes` are attributes of `MadeUp`."""
    entries = tuple(
        Entry(
            name=name,
            painter=name.split(maxsplit=1)[0].lower(),
            settings={"ams": False} if "AMS" in name else {},
            paper=paper,
        )
        for name, paper in PAPER.items()
    )
    ratios = [Ratio(of=name, to="CNN-GAN") for name in PAPER if name != "CNN-GAN"]
    ratios += [Ratio(of=name, to="MIGAN") for name in PAPER if "without" in name]
    terms = Terms(steps=STEPS, preset="paper", precision="bf16", seeds=tuple(seeds), workers=4)
    title = "MIGAN beside what it was compared with"
    experiment = Experiment(name="paper", title=title, terms=terms, entry=entries, ratio=tuple(ratios))
    return MadeUp(out, store, experiment, **changes)


def _skill(job: Job) -> float:
    return SKILL.get(job.entry.name, 0.5)


def _along_training(numbers: Mapping[str, Number]) -> dict[str, CurveValue]:
    return {
        name: CurveValue(number.value, number.better, number.title, number.interval)
        for name, number in numbers.items()
        if number.value is not None and METRICS[name].along_training
    }
