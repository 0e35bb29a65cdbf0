"""Short names of open bases, with what is known of them before they are downloaded."""

from __future__ import annotations

from dataclasses import dataclass

from impasto.sources import HUB

__all__ = ["BASES", "KnownBase", "known_base"]


@dataclass(frozen=True)
class KnownBase:
    """A base that has a short name.

    Attributes:
        name: The short name, as in 'hub:sdxl'.
        repository: Its id on the hub.
        size: Parameters of its networks, in words.
        licence: Licence of its weights, in words.
        memory: What it takes to paint with it, as far as somebody has said; '' where nobody has.
        remark: What it is good for.
        restricted: Whether the licence forbids some uses, so that it is said before anything is downloaded.
    """

    name: str
    repository: str
    size: str
    licence: str
    memory: str
    remark: str
    restricted: bool = False

    @property
    def sentence(self) -> str:
        """Licence and size, as a sentence to be read before a download."""
        terms = " Read the terms before you use it: they forbid some uses." if self.restricted else ""
        return f"{self.repository}: {self.size}; licence of the weights: {self.licence}.{terms}"


BASES = {
    base.name: base
    for base in (
        KnownBase(
            "bk-sdm-tiny",
            "nota-ai/bk-sdm-tiny",
            "0.32 B UNet",
            "CreativeML OpenRAIL-M",
            "4 GB or a CPU",
            "the smallest that all tools of Stable Diffusion 1 work with",
            restricted=True,
        ),
        KnownBase(
            "sd15",
            "stable-diffusion-v1-5/stable-diffusion-v1-5",
            "0.86 B UNet",
            "CreativeML OpenRAIL-M",
            "4 GB",
            "512 px; everything works with it",
            restricted=True,
        ),
        KnownBase(
            "lcm-dreamshaper",
            "SimianLuo/LCM_Dreamshaper_v7",
            "0.86 B UNet",
            "MIT by its card, from a base under OpenRAIL",
            "a CPU",
            "4 steps",
        ),
        KnownBase(
            "sdxl",
            "stabilityai/stable-diffusion-xl-base-1.0",
            "2.6 B UNet",
            "CreativeML OpenRAIL++-M",
            "",
            "1024 px; the most LoRAs",
            restricted=True,
        ),
        KnownBase(
            "ssd-1b", "segmind/SSD-1B", "1.3 B UNet", "Apache-2.0 by its card, from SDXL", "", "small tools of SDXL"
        ),
        KnownBase(
            "prx-512",
            "Photoroom/prx-512-t2i-sft",
            "1.3 B and T5Gemma 2B",
            "code Apache-2.0, encoder under the terms of Gemma; check the card",
            "12 GB",
            "the smallest modern one",
            restricted=True,
        ),
        KnownBase(
            "lumina2",
            "Alpha-VLLM/Lumina-Image-2.0",
            "2 B and Gemma2 2B",
            "Apache-2.0, encoder under the terms of Gemma",
            "12 GB",
            "a LoRA in 12 GB elsewhere",
            restricted=True,
        ),
        KnownBase(
            "z-image", "Tongyi-MAI/Z-Image", "6 B and Qwen3 4B", "Apache-2.0", "from 12 GB", "the one to learn on"
        ),
        KnownBase(
            "z-image-turbo", "Tongyi-MAI/Z-Image-Turbo", "6 B and Qwen3 4B", "Apache-2.0", "from 12 GB", "8 steps"
        ),
        KnownBase(
            "flux2-klein",
            "black-forest-labs/FLUX.2-klein-4B",
            "4 B and Qwen3",
            "Apache-2.0",
            "from 16 GB",
            "learn on black-forest-labs/FLUX.2-klein-base-4B",
        ),
        KnownBase(
            "qwen-image", "Qwen/Qwen-Image", "20 B", "Apache-2.0", "24 GB with int8 or nf4", "letters in pictures"
        ),
    )
}
"""Short name → base, from the smallest to the largest. Read in the pages of the models and of SimpleTuner in 2026."""


def known_base(word: str) -> KnownBase | None:
    """The base that a word such as 'hub:sdxl' or 'hub:owner/name' means, where it is one of these."""
    name = word.removeprefix(HUB).partition("@")[0]
    return BASES.get(name) or next((base for base in BASES.values() if base.repository == name), None)
