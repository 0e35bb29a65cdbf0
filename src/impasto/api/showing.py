"""What a painter has learned, on a page; and what a picture makes one feel, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.checks import check_free
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.loading import with_all_weights
from impasto.api.places import free_file
from impasto.api.stores import store_at
from impasto.api.verb import verb
from impasto.errors import DataError, NotCapable, UsageError
from impasto.events import Event, Watch
from impasto.files import write_whole
from impasto.sources import Export, Run, Shipped, path_of, resolve
from impasto.spelling import option
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.images.pictures import Pixels
    from impasto.painters.rules.features.maps import FeatureMaps
    from impasto.showing.blends import BlendJudge, BlendVerdict
    from impasto.showing.features import Channel
    from impasto.showing.feeling import Feeling
    from impasto.showing.telling import Telling

__all__ = ["ShownBlends", "ShownFeatures", "file_for", "show_blends", "show_features", "show_feeling"]

MOST_BLENDED = 16
"""Most categories on one sheet."""
LEAST = 20
MOST_CHANNELS = 64
"""Most channels of a network on one sheet."""


@dataclass(frozen=True, eq=False)
class ShownFeatures:
    """What channels of a network look for.

    Attributes:
        sheet: The file of the sheet.
        network: Name of the network.
        depth: Which of its maps, from 1.
        channels: The channels, in the order of the rows.
        tellings: How well each category of the store is told by the best channel alone, by all, and by guessing.
    """

    sheet: Path
    network: str
    depth: int
    channels: tuple[Channel, ...]
    tellings: tuple[Telling, ...] = ()


@dataclass(frozen=True, eq=False)
class ShownBlends:
    """A sheet of mixed categories; wherever a path is expected, it stands for the file.

    Attributes:
        sheet: The file.
        verdicts: What a classifier takes each cell for, row by row; empty without a store that it could learn from.
        judge: How good that classifier is, in a sentence; '' without one.
    """

    sheet: Path
    verdicts: tuple[BlendVerdict, ...] = ()
    judge: str = ""

    def __fspath__(self) -> str:
        """The file."""
        return fspath(self.sheet)


@verb
def show_blends(
    painter: str | PathLike[str] | LoadedPainter,
    out: str | PathLike[str] | None = None,
    *,
    categories: Sequence[str] = (),
    against: str | PathLike[str] | None = None,
    count: int = 16,
    seed: int = 0,
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> ShownBlends:
    """Write a sheet of a painter's categories, each mixed half and half with each other one.

    Rows and columns are the categories in order; those of one category alone stand on the diagonal. All pictures have
    the same seed. With a store, a classifier learns its categories from its real pictures and says what it takes each
    cell for.

    Args:
        painter: A run, an exported painter, a hub id, or one that is loaded.
        out: The PNG file; without it `blends.png` in the run, or in this folder.
        categories: Which ones, two or more; all of the painter's without any.
        against: A store with the painter's categories as labels.
        count: Pictures of each cell that the classifier looks at, 1 to 1,000.
        seed: Of all pictures, 0 or more.
        overwrite: Whether a file of that name may be replaced.
        settings: Settings of painting.
        watch: Called with a line on what is being done. Without it the lines are shown; `impasto.silent` shows nothing.

    Raises:
        NotCapable: When the painter has no categories that can be mixed.
        UnknownName: When it does not know a category.
        DataError: When the store does not have the categories.
        UsageError: When there are fewer than two categories or too many, or a file would be replaced.
    """
    from impasto.images.grid_sheet import grid_sheet
    from impasto.images.pictures import sheet_file, to_uint8
    from impasto.showing.blends import captioned

    opened = loaded(painter)
    model = opened.model
    if "category" not in model.reads or model.needs:
        raise NotCapable(f"{opened.name} does not paint from a category alone, so there is nothing to mix.")
    names = list(categories) or list(model.data.categories)
    if not 2 <= len(names) <= MOST_BLENDED:
        raise UsageError(f"A sheet takes 2 to {MOST_BLENDED} categories, not {len(names)}; name some of them.")
    if not 1 <= count <= 1000:
        raise UsageError(f"count must be between 1 and 1,000, not {count}.")
    path = file_for(opened, "blends.png", out, overwrite=overwrite)
    with shown(watch) as notify:
        judge = None if against is None else _blend_judge(against, names)
        cells = [(row, column) for row in names for column in names]
        pictures: list[Pixels] = []
        verdicts: list[BlendVerdict] = []
        for number, (row, column) in enumerate(cells):
            mixture = row if row == column else f"{row} + {column}"
            many = 1 if judge is None else count
            pixels = to_uint8(model.paint(many, seed=seed, category=mixture, **(settings or {})).pictures)
            if judge is not None:
                verdicts.append(judge.verdict(row, column, pixels))
            pictures.append(captioned(pixels[0], verdicts[-1].caption) if verdicts else pixels[0])
            notify(Event("show", "progress", mixture, number + 1, len(cells)))
        write_whole(path, sheet_file(grid_sheet(pictures, [names, names])))
    return ShownBlends(path, tuple(verdicts), "" if judge is None else str(judge))


def _blend_judge(against: str | PathLike[str], names: Sequence[str]) -> BlendJudge:
    """A classifier of a store's categories.

    Raises:
        DataError: When the store lacks one of the names.
    """
    from impasto.metrics.spaces import choose_network
    from impasto.showing.blends import BlendJudge

    store = store_at(against)
    train = store.split("train")
    for name in names:
        if name not in train.categories:
            raise DataError(
                f"{store.root} has no category {name!r}, but {', '.join(train.categories) or 'none at all'}; name a "
                "store whose labels are the painter's categories."
            )
    return BlendJudge.of(train, store.split("test"), choose_network("auto")[0])


@verb
def show_features(
    store: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    network: str = "taef2",
    part: str | None = None,
    depth: int | None = None,
    channels: Sequence[int] = (),
    count: int = 8,
    on: str = "train",
    label: str | None = None,
    pictures: int = 1000,
    seed: int = 0,
    overwrite: bool = False,
    watch: Watch | None = None,
) -> ShownFeatures:
    """Write a sheet of what channels of a network look for, a row a channel.

    First comes a picture that was changed from grey noise until it excited the channel, then the pictures of the store
    that excite it most. For each category of the store it is said how rightly the best channel alone tells it, all
    channels by a linear probe, and guessing.

    Args:
        store: Pictures that the network looks at.
        out: The PNG file; without it `features-NETWORK-DEPTH.png` in this folder.
        network: 'taef2', the encoder of an autoencoder that comes with impasto, which learned without labels; or
            'squeezenet', 'alexnet' or 'vgg16', where their weights are installed; or a run, an exported painter or a
            judge that comes with impasto, such as 'shipped/world_reader'.
        part: Of a run or a painter: which of its networks, such as 'discriminator' (of a run; exports have none); the
            first that looks at pictures without it.
        depth: Which of the network's maps, from 1 (shallow, strokes) on (deep, things); the deepest without it.
        channels: Which of that map's channels, from 0; without any the most selective ones, which few pictures
            excite far more than the others do.
        count: How many of those, 1 to 64.
        on: The split of the store: 'train', 'val', 'test' or 'all'.
        label: Label column whose categories are told; the default one without it.
        pictures: How many of its pictures are looked at, drawn at random, 20 to 100,000.
        seed: Of the draw, 0 or more.
        overwrite: Whether a file of that name may be replaced.
        watch: Called with each event. Without it a bar is shown; `impasto.silent` shows nothing.

    Raises:
        UnknownName: When there is no such network or part.
        NotCapable: When no network of the painter looks at pictures of this size.
        WeightsMissing: When its weights are not installed.
        ConfigError: When it has no such depth or channel.
        DataError: When the pictures are too small for it, or there are fewer than 20.
        UsageError: When a number is out of range, or a file would be replaced.

    Source: Le et al. 2012, Building high-level features using large scale unsupervised learning, section 5; Olah et
        al. 2017, Feature visualization.
    """
    import numpy as np

    from impasto.images.pictures import sheet_file
    from impasto.showing.features import Survey, check_viewable, sheet

    for word, value, least, most in (
        ("count", count, 1, MOST_CHANNELS),
        ("pictures", pictures, LEAST, 100_000),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least:,} and {most:,}, not {value:,}.")
    split = store_at(store).split(on, label)
    maps = network_maps(network, part, (split.store.height, split.store.width))
    depth = check_viewable(split, maps, depth)
    path = file_for(None, f"features-{maps.name}-{depth}.png", out, overwrite=overwrite)
    rows = np.sort(np.random.default_rng(seed).permutation(len(split))[:pictures])
    with shown(watch) as notify:
        progress = partial(Event, "show", "progress", "Looking at pictures")
        # One picture tells which channels there are.
        Survey.of(maps, depth, split, rows[:1], lambda done, total: None).check(channels)
        survey = Survey.of(maps, depth, split, rows, lambda done, total: notify(progress(done, total)))
        chosen = list(channels) or survey.most_selective(count)
        channels_shown = []
        for number, channel in enumerate(chosen):
            channels_shown.append(survey.channel(channel))
            notify(Event("show", "progress", f"Dreaming of channel {channel}", number + 1, len(chosen)))
        write_whole(path, sheet_file(sheet(channels_shown, split)))
    return ShownFeatures(path, maps.name, depth, tuple(channels_shown), tuple(survey.tellings))


@verb
def show_feeling(
    pictures: str | PathLike[str] | Sequence[str | PathLike[str]], *, watch: Watch | None = None
) -> list[Feeling]:
    """The feeling of pictures, as valence and arousal, with the margins of both and what they were read from.

    The reader has learned from landscapes of the world, whose feeling is known because they were painted after it
    (`docs/results/world-knowledge.md`). It has not learned what people feel before other pictures.

    Args:
        pictures: A picture file, or several.
        watch: Called with each event. Without it a bar is shown; `impasto.silent` shows nothing.

    Returns:
        The feeling of each picture, in the given order.

    Raises:
        DataError: When a file is no picture that can be opened.
        UsageError: When there is no file.
    """
    import numpy as np

    from impasto.images.reading import Unreadable, read_picture
    from impasto.showing.feeling import shipped_feeling_reader

    files = [pictures] if isinstance(pictures, (str, PathLike)) else list(pictures)
    if not files:
        raise UsageError("Name one or more pictures.")
    reader, judge = shipped_feeling_reader()
    feelings = []
    with shown(watch) as notify:
        for number, file in enumerate(map(path_of, files)):
            try:
                pixels = np.asarray(read_picture(file).image)
            except Unreadable as why:
                raise DataError(f"{file} cannot be looked at: {why}. Give a picture that can be opened.") from None
            feelings += reader.read([pixels], judge)
            notify(Event("show", "progress", file.name, number + 1, len(files)))
    return feelings


def network_maps(network: str, part: str | None, size: tuple[int, int]) -> FeatureMaps:
    """The maps of a network by its name, or of a network that was trained here; errors as of `show_features`."""
    from impasto.painters.rules.features.learned import learned_maps
    from impasto.painters.rules.features.maps import feature_maps, named_network

    origin = resolve(network)
    if not isinstance(origin, Run | Export | Shipped):
        if part is not None:
            raise UsageError(f"{network} is one network; leave out {option('part', None)}.")
        return feature_maps(named_network(network))
    learner, without = with_all_weights(network, origin)
    return learned_maps(learner, path_of(network).name, part, size, without)


def file_for(opened: LoadedPainter | None, name: str, out: str | PathLike[str] | None, *, overwrite: bool) -> Path:
    """Where a page or a sheet is written: what the user names, else a file in the painter's run, or in this folder.

    Raises:
        UsageError: When a file would be replaced.
    """
    origin = None if opened is None else resolve(opened.source)
    folder = origin.folder if isinstance(origin, Run) else Path()
    path = path_of(out) if out else folder / name if overwrite else free_file(folder / name)
    check_free([path], overwrite=overwrite)
    return path
