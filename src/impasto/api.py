"""The verbs, prepare to compare; the command line has the same words.

Imports that take long stay inside the functions, so that `import impasto.api` is quick.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import __version__
from impasto.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    ImpastoError,
    NotCapable,
    RecipeError,
    UnknownName,
    UsageError,
    suggestion,
)

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.data.store import Store
    from impasto.painters.choice import Choice
    from impasto.training.loop import Trained

__all__ = [
    "average",
    "compare",
    "edit",
    "export",
    "inspect",
    "load_painter",
    "make",
    "measure",
    "paint",
    "prepare",
    "repaint",
    "train",
]

PAINTER = "shipped/painter"
"""The painter that comes with impasto."""

SHEET = 256
"""Most pictures on a contact sheet."""


def prepare(folder: str | Path, out: str | Path, **options: Any) -> Store:
    """Make a store of a folder of pictures; options and errors as in `data.prepare.prepare`."""
    from impasto.data.prepare import prepare as work

    return work(Path(folder), Path(out), **options)


def make(world: str, out: str | Path, *, count: int, **options: Any) -> Store:
    """Paint a store of pictures that a world makes by itself; options and errors as in `making.make`."""
    from impasto.making import make as work

    return work(world, Path(out), count=count, **options)


def inspect(store: str | Path, out: str | Path | None = None) -> dict[str, Any]:
    """Describe a store: counts, categories and shares, sizes, duplicates, rejects.

    Args:
        store: A folder that `prepare` made.
        out: Where the page, the chart and the contact sheet go; the store's own folder `inspection`
            without it.

    Returns:
        The numbers on the page.
    """
    from impasto.data.inspect import inspect as work
    from impasto.data.store import Store

    return work(Store.open(store), Path(out) if out else Path(store) / "inspection")


def train(
    painter: str | None,
    store: str | Path,
    out: str | Path,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    preset: str | None = None,
    label: str | None = None,
    values: Mapping[str, Any] | None = None,
    watch: Callable[[dict[str, Any]], None] | None = None,
) -> Trained:
    """Train a painter on the training pictures of a store, or go on where the run stopped.

    Args:
        painter: Name in the catalogue; None takes what measured best for such pictures on such a machine, and a run
            that goes on keeps what it took.
        store: A folder that `prepare` made.
        out: The run folder.
        minutes: Minutes of training, over all sessions of the run.
        steps: Steps of training; with both, whichever ends first.
        preset: 'tiny', 'small' or 'base'; without it 'base' on a GPU and else 'small'.
        label: Label column whose categories the painter learns; the store's own default without it.
        values: Further settings, of `TrainSettings` or of the painter's config, by name.
        watch: Called with every event of the run's journal.

    Returns:
        Where the run and its exported painter lie.

    Raises:
        UnknownName: When painter, preset or label column do not exist.
        NotCapable: When the painter paints by rules.
        ConfigError: When a value is unknown, of the wrong type or out of range.
        StoreError: When the store is missing or was changed.
        ImpastoError: As `training.loop.train` says.
    """
    import torch

    from impasto import catalogue
    from impasto.config import load
    from impasto.data.store import Store
    from impasto.training.loop import train as loop
    from impasto.training.settings import TrainSettings

    chosen = None if painter else _chosen(Path(out), Store.open(store).resolution, values or {})
    if chosen:
        chosen = chosen.with_wishes(preset, values or {})
        preset, values = chosen.preset, {**chosen.settings, **(values or {})}
    cls = catalogue.painter(chosen.painter if chosen else painter or "")
    if not cls.learns():
        raise NotCapable(
            f"{painter} paints by rules and needs no training. "
            f"Paint with it at once: impasto paint {painter} --out FOLDER"
        )
    how, what = _divide(values or {}, TrainSettings, cls.Config)
    times = {"minutes": minutes, "steps": steps}
    settings = load(TrainSettings, {**{k: v for k, v in times.items() if v is not None}, **how})
    split = Store.open(store).split("train", label)
    torch.manual_seed(settings.seed)
    preset = preset or ("base" if torch.cuda.is_available() and settings.device != "cpu" else "small")
    known = {"resolution": split.store.resolution, "categories": split.categories, "shares": split.shares}
    if fixed := sorted(known.keys() & what.keys()):
        raise ConfigError(
            f"{fixed[0]} = {what[fixed[0]]!r} cannot be set: it comes from the store. "
            "Prepare another store, or choose the label column with --label."
        )
    made = cls.build(preset, **known, **what)
    if chosen and watch:
        watch({"kind": "choice", **chosen.described()})
    facts = {"preset": preset, **({"choice": chosen.described()} if chosen else {})}
    return loop(made, split, Path(out), settings, facts=facts, watch=watch)


def average(run: str | Path, length: float, out: str | Path) -> Path:
    """Export a run's painter once more, with weights averaged over another length of its training.

    Args:
        run: A run that was trained with the setting `averages`.
        length: Standard deviation of the weights in time, as a share of the training, in [0.01, 0.25].
        out: The folder of the export.

    Returns:
        The folder.

    Raises:
        CheckpointError: When no averages were kept there, or they are damaged.
        ConfigError: When the length is out of range.
    """
    from impasto import pretrained
    from impasto.files import read_json
    from impasto.training import averages

    place = Path(run)
    if not (place / "run.json").exists():
        raise CheckpointError(f"{place} is no run; name the folder that `impasto train` was given as --out.")
    painter = averages.average(load_painter(place), place / "averages", length)
    facts = read_json(place / "painter" / "config.json", CheckpointError).get("facts", {})
    # What was measured, and said of it, was another painter's.
    facts = {key: value for key, value in facts.items() if key not in ("metrics", "remarks")}
    facts["training"] = {**facts.get("training", {}), "average": length}
    pretrained.save(painter, Path(out), facts)
    return Path(out)


def load_painter(source: str | Path, resolution: int | None = None) -> Painter:
    """The painter of a run, of an exported folder, of a hub id, or one that paints by rules.

    Args:
        source: A run folder (its export, or without one its newest checkpoint), a folder with
            `config.json` and `model.safetensors`, a hub id, or the name of a painter that needs no training.
        resolution: Rows and columns of its pictures; only a painter by rules can choose.

    Raises:
        CheckpointError: When nothing loadable is there.
        UsageError: When the painter must be trained first, or paints at another resolution.
    """
    painter = _by_rules(str(source), resolution) or _learned(source)
    if resolution not in (None, painter.config.resolution):
        raise UsageError(
            f"{source} was trained at {painter.config.resolution} px and paints at that alone; leave out --resolution."
        )
    return painter


def _by_rules(name: str, resolution: int | None) -> Painter | None:
    """The painter of that name in the catalogue, unless a folder of that name holds a painter."""
    from impasto import catalogue

    if _holds_painter(Path(name)):
        return None
    if name not in catalogue.painters():
        if Path(name).exists():
            return None
        by_rules = [known for known, card in catalogue.painters().items() if not card.thing.learns()]
        if "/" not in name and "?" in suggestion(name, by_rules):
            raise UnknownName("painter by rules", name, by_rules)
        return None
    cls = catalogue.painter(name)
    if cls.learns():
        raise UsageError(f"{name} learns from pictures; train it first: impasto train {name} STORE --out RUN")
    made: Painter = cls.build(**({} if resolution is None else {"resolution": resolution}))
    return made


def _holds_painter(folder: Path) -> bool:
    """Whether a folder is a run or an exported painter; one of pictures may bear their painter's name."""
    return (folder / "config.json").is_file() or (folder / "run.json").is_file()


def _learned(source: str | Path) -> Painter:
    from impasto import pretrained
    from impasto.contract import Painter
    from impasto.files import read_json

    folder = Path(source)
    if not (folder / "run.json").exists() or (folder / "painter" / "config.json").exists():
        return Painter.from_pretrained(source)
    from impasto.training.checkpoint import newest

    found = newest(folder / "checkpoints")
    if found is None:
        raise CheckpointError(f"{folder} holds no checkpoint yet; train it first: impasto train … --out {folder}")
    painter = pretrained.rebuild(read_json(folder / "run.json", CheckpointError))
    pretrained.load_weights(painter, found / "ema.safetensors")
    return painter


def paint(
    source: str | Path,
    out: str | Path,
    *,
    count: int = 16,
    category: str | None = None,
    seed: int = 0,
    resolution: int | None = None,
    prompt: str | None = None,
    also: Sequence[str] = (),
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    watch: Callable[[int, int], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Path]:
    """Paint pictures into a folder, each with its recipe inside, and a contact sheet of the first ones.

    Args:
        source: A run, an exported painter, a hub id, or the name of a painter by rules.
        out: The folder; pictures are named by their index.
        count: How many.
        category: Name of a category; in the shares of the training pictures without it.
        seed: Picture `i` of a seed is always the same.
        resolution: Rows and columns, where the painter can choose; its own default without it.
        prompt: What to paint, in words, for painters that read them.
        also: Endings of files to write beside each picture, out of the painter's `companions`.
        overwrite: Whether pictures of the same name may be replaced.
        settings: Settings of this painter, such as the number of sampling steps.
        watch: Called with how many of how many are done.
        say: Called with each remark of the painter, such as words of the prompt it did not understand.

    Returns:
        The pictures' paths, and last that of the contact sheet.

    Raises:
        CheckpointError: When there is no painter.
        UsageError: When count or seed is out of range, or pictures would be replaced.
        UnknownName: When the painter does not know the category, or gives no such companion.
        NotCapable: When the painter reads no prompt.
    """
    import numpy as np

    from impasto.config import load
    from impasto.data.pictures import contact_sheet
    from impasto.data.recipe import save_picture
    from impasto.files import write_whole

    folder = Path(out)
    if count < 1:
        raise UsageError(f"count must be 1 or more, not {count}.")
    painter = load_painter(source, resolution)
    told = dict(settings or {})
    if prompt is not None:
        told["prompt"] = _readable(painter, prompt)
    _known(painter, also)
    paths = [folder / f"{i:04d}.png" for i in range(count)] + [folder / "contact-sheet.png"]
    _free([*paths, *(p.with_suffix(f".{ending}") for p in paths[:-1] for ending in also)], overwrite)
    # All chunks are full, since a picture is repeated exactly only in a chunk of the same size.
    chunks = math.ceil(count / painter.chunk)
    size = math.ceil(count / chunks)
    if say is not None:
        for remark in painter.remarks(load(painter.Settings, told)):
            say(remark)
    weights = _weights(painter)
    done = []
    for first in range(0, count, size):
        pixels = _chunk(painter, first, size, seed, category, told)[: count - first]
        for index, picture in enumerate(pixels, first):
            recipe = _recipe(painter, source, weights, picture, seed, index, size, category, told)
            save_picture(paths[index], picture, recipe)
            for ending in also:
                content = painter.companion(ending, seed=seed, index=index, category=category, **told)
                write_whole(paths[index].with_suffix(f".{ending}"), content)
        if first < SHEET:
            done.append(pixels)
        if watch:
            watch(min(count, first + size), count)
    _save_sheet(contact_sheet(np.concatenate(done)[:SHEET], scale=max(1, 96 // painter.config.resolution)), paths[-1])
    return paths


def repaint(
    picture: str | Path, out: str | Path | None = None, *, source: str | Path | None = None
) -> tuple[Path, bool]:
    """Paint a picture again from the recipe inside it.

    Args:
        picture: A PNG that `paint` made.
        out: Where to; beside the picture, with '-again' in its name, without it.
        source: The painter, when it no longer lies where the recipe says.

    Returns:
        The new picture's path, and whether it equals the old one bit for bit.

    Raises:
        RecipeError: When the picture holds no recipe, or the painter's weights are others.
    """
    from impasto.data.recipe import pixels_hash, read_recipe, save_picture

    recipe = read_recipe(picture)
    path = Path(out) if out else Path(picture).with_stem(Path(picture).stem + "-again")
    # The recipe may have been written from another working folder, somewhere above the picture.
    folders = (Path(), *Path(picture).resolve().parents)
    above = (folder / recipe.painter for folder in folders)
    source = source or next((place for place in above if _holds_painter(place)), recipe.painter)
    try:
        painter = _by_rules(str(source), recipe.resolution) or _learned(source)
    except CheckpointError as error:
        raise RecipeError(
            f"The painter of {picture} is not at {source} ({error}) Say where it is: --painter FOLDER"
        ) from None
    if _weights(painter) != recipe.weights:
        raise RecipeError(
            f"The painter at {source} has other weights than the one that painted {picture}. "
            "Say where that one is: --painter FOLDER"
        )
    if recipe.edit:
        again = _edit_again(painter, recipe, [folder / recipe.picture for folder in folders])
        save_picture(path, again, recipe)
        return path, pixels_hash(again) == recipe.pixels
    first = recipe.index // recipe.batch * recipe.batch
    pixels = _chunk(painter, first, recipe.batch, recipe.seed, recipe.category, recipe.settings)
    again = pixels[recipe.index - first]
    save_picture(path, again, recipe)
    return path, pixels_hash(again) == recipe.pixels


def edit(
    name: str,
    picture: str | Path,
    out: str | Path | None = None,
    *,
    painter: str | Path,
    seed: int = 0,
    size: int = 512,
    anyway: bool = False,
    also: Sequence[str] = (),
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Path]:
    """Edit a picture with a painter; the recipe lies inside the new picture.

    Args:
        name: Name of the edit in the catalogue.
        picture: The file.
        out: The new PNG; in the folder `gallery`, named after both, without it.
        painter: A run, an exported painter, a hub id, or the name of a painter by rules.
        seed: Any integer of 0 or more; the same one gives the same picture.
        size: Longest side of the new picture in pixels, 32 to 2048.
        anyway: Whether a picture that the painter would rather not show is written all the same.
        also: Endings of files to write beside the picture, out of the painter's `companions`.
        overwrite: Whether files of the same name may be replaced.
        settings: Settings of this painter.
        say: Called with what is worth saying: on the picture given, and what the painter says of its own.

    Returns:
        The new picture's path, and those of the files beside it.

    Raises:
        UnknownName: When there is no such edit, or the painter gives no such companion.
        NotCapable: When the painter cannot do it; with the names of those that can.
        DataError: When the picture is missing, broken, too small or too narrow.
        UsageError: When files would be replaced, or a number is out of range.
        ImpastoError: When the painter declines to show its work.
    """
    from impasto.config import load
    from impasto.data.recipe import save_picture
    from impasto.editing.given import given
    from impasto.files import write_whole

    for word, value, least, most in (("seed", seed, 0, 2**63 - 1), ("size", size, 32, 2048)):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least} and {most}, not {value}.")
    work = _editor(name)
    maker = load_painter(painter)
    _able(maker, name)
    _known(maker, also)
    path = Path(out) if out else Path("gallery") / f"{Path(picture).stem}-{name}.png"
    paths = [path, *(path.with_suffix(f".{ending}") for ending in also)]
    _free(paths, overwrite)
    told = dict(settings or {})
    remarks = maker.remarks(load(maker.Settings, told))
    pixels, notes = given(picture, size)
    for remark in (*notes, *remarks):
        if say is not None:
            say(remark)
    made = work(maker, pixels, seed=seed, settings=told)
    if say is not None and made.said:
        say(made.said)
    if made.declined and not anyway:
        raise ImpastoError(
            f"{maker.name} declines to show this work: {made.declined}. Nothing was written; have it with --anyway."
        )
    beside = [made.companions[ending]() for ending in also]
    save_picture(path, made.pixels, _edit_recipe(maker, painter, made.pixels, name, picture, seed, size, told))
    for place, content in zip(paths[1:], beside, strict=True):
        write_whole(place, content)
    return paths


def export(source: str | Path, out: str | Path, *, to: str = "diffusers") -> Path:
    """Write a painter in the layout of another library, which then loads it without impasto.

    Args:
        source: A run, an exported painter, a hub id, or the name of a painter by rules.
        out: The new folder.
        to: The library: 'diffusers', whose `from_pretrained` reads the folder.

    Returns:
        The folder.

    Raises:
        UnknownName: When there is no such layout.
        CheckpointError: When there is no painter.
        NotCapable: When the library has no model that would compute the same.
        ImpastoError: When the folder exists, or cannot be written.
    """
    from impasto import pretrained

    if to != "diffusers":
        raise UnknownName("layout", to, ["diffusers"])
    pretrained.save_diffusers(load_painter(source), Path(out))
    return Path(out)


def measure(
    source: str | Path,
    against: str | Path,
    *,
    split: str = "test",
    out: str | Path | None = None,
    count: int = 2000,
    seed: int = 0,
    network: str = "auto",
    label: str | None = None,
    watch: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a painter against the pictures of a store; writes `measure.json` and `report.html`.

    A painter that lies in a local folder has the numbers added to its model card.

    Args:
        source: A run, an exported painter, a hub id, or the name of a painter by rules.
        against: A store of the painter's resolution.
        split: 'test', 'train' or 'all'.
        out: The folder for both files; `measure` inside a local source, or else here, without it.
        count: Pictures painted.
        seed: Of the pictures painted and of all resampling.
        network: Feature network; 'auto' takes the best whose weights are at hand.
        label: Label column; the one whose categories the painter knows without it.
        watch: Called with a line on what is being done.

    Raises:
        DataError: When store and painter differ in resolution.
        ImpastoError: As `metrics.measure.measure` says.
    """
    from impasto import pretrained
    from impasto.data.store import Store
    from impasto.metrics.measure import measure as work

    store = Store.open(against)
    # One that paints by rules paints at the store's resolution.
    painter = _by_rules(str(source), store.resolution) or _learned(source)
    if store.resolution != painter.config.resolution:
        raise DataError(
            f"The painter paints at {painter.config.resolution} px and {against} holds {store.resolution} px; "
            "prepare a store at the painter's resolution."
        )
    label = label or _label_of(painter, store)
    place = Path(out) if out else Path(source if _holds_painter(Path(source)) else "") / "measure"
    run = Path(source) if (Path(source) / "run.json").exists() else None
    weights = _weights(painter)
    facts = {"source": str(source), "weights": weights, "store": str(against), **({"run": str(run)} if run else {})}
    train_split, test_split = store.split("train", label), store.split(split, label)
    measured = work(
        painter,
        test_split,
        train=train_split,
        out=place,
        count=count,
        seed=seed,
        network=network,
        facts=facts,
        cache=store.root / "features",
        progress=watch,
    )
    exported = run / "painter" if run else Path(source)
    if (exported / "config.json").exists():
        pretrained.annotate(exported, {"metrics": measured["metrics"]})
    return measured


def compare(experiment: str | Path, out: str | Path, **options: Any) -> dict[str, Any]:
    """Train and measure painters on equal terms; options and errors as in `comparing.compare.compare`."""
    from impasto.comparing.compare import compare as work

    return work(experiment, out, **options)


def _chosen(out: Path, resolution: int, values: Mapping[str, Any]) -> Choice:
    """The painter for a training that names none: of the run that goes on, else the one that fits."""
    import torch

    from impasto.files import read_json
    from impasto.painters.choice import Choice, choose

    if (out / "run.json").exists():
        begun = read_json(out / "run.json", CheckpointError)
        facts = begun.get("facts", {})
        told = {"painter": begun["painter"], "preset": facts.get("preset", "small"), "settings": {}}
        told |= {"reason": "As it was begun.", **facts.get("choice", {})}
        return Choice(**{f.name: told[f.name] for f in fields(Choice)})
    return choose(resolution, gpu=torch.cuda.is_available() and values.get("device") != "cpu")


def _divide(values: Mapping[str, Any], *classes: type) -> list[dict[str, Any]]:
    """Sort settings by the config that has them.

    Raises:
        ConfigError: When none has one of them.
    """
    names = [{f.name for f in fields(cls)} for cls in classes]
    for key in values:
        if not any(key in own for own in names):
            known = sorted(set().union(*names))
            raise ConfigError(f"There is no setting {key!r}{suggestion(key, known)} Settings: {', '.join(known)}.")
    return [{k: v for k, v in values.items() if k in own} for own in names]


def _label_of(painter: Painter, store: Store) -> str | None:
    """The label column whose categories the painter learned."""
    for column in store.label_columns:
        if store.categories(column) == painter.config.categories:
            return column
    return None


def _known(painter: Painter, also: Sequence[str]) -> None:
    """Refuse companion files that the painter does not give."""
    for ending in also:
        if ending not in painter.companions:
            raise UnknownName("companion file", ending, painter.companions)


def _free(paths: Sequence[Path], overwrite: bool) -> None:
    """Refuse to replace files, unless that is allowed."""
    there = next((path for path in paths if path.exists()), None)
    if there is not None and not overwrite:
        raise UsageError(f"{there} exists already; choose another --out, or allow it with --overwrite.")


def _readable(painter: Painter, prompt: str) -> str:
    """The prompt, where the painter reads one."""
    from impasto import catalogue

    if "prompt" not in painter.capabilities:
        able = [name for name, card in catalogue.painters().items() if "prompt" in card.thing.capabilities]
        raise NotCapable(f"{painter.name} does not read prompts; leave out --prompt. These do: {', '.join(able)}.")
    if not prompt.strip():
        raise UsageError("The prompt is empty; say what to paint, such as 'a boat at dusk', or leave out --prompt.")
    return prompt


def _chunk(painter: Painter, first: int, size: int, *how: Any) -> Any:
    from impasto.data.pictures import to_uint8

    seed, category, told = how
    return to_uint8(painter.paint(size, seed=seed, category=category, first=first, batch=size, **told))


def _recipe(painter: Painter, source: str | Path, weights: str, picture: Any, *how: Any) -> Any:
    import torch

    from impasto.data.recipe import Recipe, pixels_hash

    seed, index, batch, category, told = how
    return Recipe(
        painter=str(source),
        weights=weights,
        seed=seed,
        index=index,
        batch=batch,
        category=category,
        settings=dict(told),
        resolution=painter.config.resolution,
        version=__version__,
        torch=torch.__version__,
        pixels=pixels_hash(picture),
    )


def _editor(name: str) -> Callable[..., Any]:
    """The function of an edit's name."""
    from impasto import catalogue

    cards = catalogue.edits()
    if name not in cards:
        raise UnknownName("edit", name, cards)
    work: Callable[..., Any] = cards[name].thing
    return work


def _able(painter: Painter, capability: str) -> None:
    """Refuse an edit that a painter cannot do; an edit's name is the capability it asks for."""
    from impasto import catalogue

    if capability not in painter.capabilities:
        able = [name for name, card in catalogue.painters().items() if capability in card.thing.capabilities]
        raise NotCapable(f"{painter.name} cannot {capability} a picture. These can: {', '.join(able)}.")


def _edit_recipe(painter: Painter, source: str | Path, pixels: Any, *how: Any) -> Any:
    from dataclasses import replace

    from impasto.files import file_hash

    name, picture, seed, size, told = how
    recipe = _recipe(painter, source, _weights(painter), pixels, seed, 0, 1, None, told)
    return replace(recipe, resolution=size, edit=name, picture=str(picture), picture_hash=file_hash(Path(picture)))


def _edit_again(painter: Painter, recipe: Any, places: Sequence[Path]) -> Any:
    """The pixels of an edited picture, from the same file as before."""
    from impasto.editing.given import given
    from impasto.files import file_hash

    same = (p for p in places if p.is_file() and file_hash(p) == recipe.picture_hash)
    if (found := next(same, None)) is None:
        raise RecipeError(
            f"The picture {recipe.picture} that was edited is no longer there, or has changed. Put it back first."
        )
    pixels, _ = given(found, recipe.resolution)
    return _editor(recipe.edit)(painter, pixels, seed=recipe.seed, settings=recipe.settings).pixels


def _weights(painter: Painter) -> str:
    from impasto.pretrained import state_hash

    return state_hash(painter)


def _save_sheet(sheet: Any, path: Path) -> None:
    import io

    from impasto.files import write_whole

    file = io.BytesIO()
    sheet.save(file, "PNG")
    write_whole(path, file.getvalue())
