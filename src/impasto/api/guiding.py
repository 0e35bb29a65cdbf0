"""Giving a painter a guide: a weaker painter, away from whose errors it moves."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from impasto.api.loading import load_painter
from impasto.api.verb import verb
from impasto.errors import NotCapable
from impasto.sources import path_of, resolve

__all__ = ["guide"]


@verb
def guide(painter: str | PathLike[str], weaker: str | PathLike[str], out: str | PathLike[str]) -> Path:
    """Export a painter together with a weaker one that guides it (autoguidance, Karras et al. 2024).

    Both err in the same directions, the weaker one by more, so that estimates get better as they move away from its
    own. The weaker painter learned the same pictures for a shorter time, or with a smaller network: such as a training
    of a third of the time.

    Args:
        painter: A run, an exported painter, a hub id, or the name of a painter that comes with impasto.
        weaker: Another one of the same kind.
        out: The folder of the export.

    Returns:
        The folder.

    Raises:
        CheckpointError: When one of them is not there.
        NotCapable: When such a painter takes no guide.
        ConfigError: When the weaker one estimates something else.
        ImpastoError: When the folder holds something else, or cannot be written.
    """
    from impasto import pretrained
    from impasto.contract import TakesGuide
    from impasto.files import read_json

    loaded = load_painter(painter)
    weak = load_painter(weaker)
    if not isinstance(loaded, TakesGuide):
        raise NotCapable(
            f"{loaded.name} takes no guide; a flow with a UNet does, such as the painter trained by default."
        )
    guided = loaded.with_guide(weak)
    pictures = loaded.training_pictures
    guided.training_pictures = pictures and pictures.with_part("guide", weak.training_pictures)
    facts, facts_of_guide = (
        read_json(pretrained.folder_of(resolve(path_of(source))) / "config.json").get("facts", {})
        for source in (painter, weaker)
    )
    # What was measured is about the painter without a guide.
    facts = {key: value for key, value in facts.items() if key not in ("metrics", "measured")}
    facts["guide"] = {"hash": pretrained.state_hash(weak), "training": facts_of_guide.get("training", {})}
    pretrained.save(guided, Path(out), facts)
    return Path(out)
