"""A painter in memory, and the name by which the recipes of its pictures know it."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from impasto.api.checks import check_count, check_strength
from impasto.api.inputs import Given
from impasto.api.loading import load_painter, painter_at
from impasto.api.pictures import Picture, Pictures, painted_for
from impasto.api.prompts import Prompts, count_for, prompts_of, with_negative
from impasto.api.request import Request, remarks_on_all
from impasto.api.verb import verb
from impasto.devices import computing_device, computing_on
from impasto.errors import UsageError
from impasto.events import Event, Watch
from impasto.images.size import Size
from impasto.sources import SHIPPED, Shipped, path_of, resolve
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.images.size import SizeLike

__all__ = ["LoadedPainter", "canonical", "loaded", "open"]


class LoadedPainter:
    """A painter of any family, ready to paint.

    Attributes:
        source: The name, folder or hub id that it was loaded from.
        model: The painter itself, a `torch.nn.Module`.
    """

    def __init__(self, source: str, model: Painter) -> None:
        self.source = source
        self.model = model

    @property
    def name(self) -> str:
        """Name of its kind in the catalogue."""
        return self.model.name

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of its pictures in pixels."""
        return self.model.data.size

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories that it can be asked for."""
        return self.model.data.categories if "category" in self.model.reads else ()

    @property
    def reads(self) -> frozenset[str]:
        """What it can be asked for: 'category', 'words' (a prompt), 'mask', 'given:NAME', 'maps:NAME'."""
        return self.model.reads

    @property
    def companions(self) -> dict[str, str]:
        """Files that it can give beside a picture: ending → what it is."""
        return dict(self.model.companions)

    @verb
    def paint(
        self,
        count: int | None = None,
        *,
        category: str | None = None,
        prompt: str | None = None,
        prompts: Prompts | None = None,
        negative: str | None = None,
        resolution: int | None = None,
        size: SizeLike | None = None,
        given: Mapping[str, str | PathLike[str]] | None = None,
        mask: str | PathLike[str] | None = None,
        maps: Mapping[str, str | PathLike[str]] | None = None,
        seed: int = 0,
        variation_seed: int | None = None,
        variation_strength: float | None = None,
        settings: Mapping[str, Any] | None = None,
        watch: Watch | None = None,
    ) -> Pictures:
        """Paint pictures in memory; arguments and errors as of `impasto.paint`.

        Returns:
            The pictures with their recipes: `pictures[0].image`, `.arrays`, `.tensors`, `.save(folder)`.
        """
        texts = prompts_of(prompt, prompts)
        count = count_for(count, None if prompts is None else len(texts))
        check_count(count)
        strength = check_strength(variation_seed, variation_strength)
        model = loaded(self, Size.choose(resolution, size)).model
        files = Given(given or {}, mask, maps or {})
        complete = with_negative(model, negative, settings or {})
        request = Request(seed, category, None, files, complete, variation_seed, strength)
        requests = request.for_each(texts, model)
        pictures = []
        with shown(watch) as notify:
            for remark in remarks_on_all(requests, model):
                notify(Event("paint", "remark", remark))
            for picture in painted_for(model, self.source, requests, count):
                pictures.append(picture)
                notify(Event("paint", "progress", "Painting", len(pictures), count))
        return Pictures(pictures)

    @verb
    def edit(
        self,
        name: str,
        picture: str | PathLike[str],
        *,
        mask: str | PathLike[str] | None = None,
        soft_mask: str | PathLike[str] | None = None,
        other: str | PathLike[str] | None = None,
        category: str | None = None,
        prompt: str | None = None,
        negative: str | None = None,
        emotion: str | None = None,
        hour: float | None = None,
        seed: int = 0,
        size: int | None = None,
        anyway: bool = False,
        settings: Mapping[str, Any] | None = None,
        watch: Watch | None = None,
    ) -> Picture:
        """Edit a picture file in memory; arguments and errors as of `impasto.edit`."""
        from impasto.api.editing import edit_in_memory

        with shown(watch) as notify:
            return edit_in_memory(
                name,
                picture,
                self,
                mask=mask,
                soft_mask=soft_mask,
                other=other,
                category=category,
                prompt=prompt,
                negative=negative,
                emotion=emotion,
                hour=hour,
                seed=seed,
                size=size,
                anyway=anyway,
                settings=settings,
                watch=notify,
            )

    def __repr__(self) -> str:
        """Source, kind, size and what it reads."""
        kind = "" if self.source == self.name else f"{self.name}, "
        reads = ", ".join(sorted(self.reads)) or "nothing"
        return f"<Painter {self.source}: {kind}{self.model.data.size_in_words}, reads {reads}>"


@verb
def open(  # noqa: A001 - as `PIL.Image.open` and `Store.open`
    painter: str | PathLike[str] = SHIPPED,
    *,
    resolution: int | None = None,
    size: SizeLike | None = None,
    device: str | None = None,
) -> LoadedPainter:
    """Load a painter.

    Args:
        painter: A run, an exported painter, a hub id, the name of a painter by rules, or 'shipped', the painter that
            comes with impasto.
        resolution: Height and width of its pictures in pixels, where the painter can choose.
        size: Height and width, as (96, 128) or '96x128', in the place of `resolution`.
        device: Where it paints: 'auto', 'cpu', 'cuda' or 'cuda:N'; without it, as `IMPASTO_DEVICE` or `computing_on`
            says, else on the first GPU that there is.

    Raises:
        CheckpointError: When nothing that can be loaded is there.
        UsageError: When the painter must be trained first, does not paint, or paints at another size, or there is no
            such device.
    """
    with computing_on(device):
        return loaded(painter, Size.choose(resolution, size))


def loaded(
    painter: str | PathLike[str] | LoadedPainter, size: Size | None = None, *, strict: bool = True
) -> LoadedPainter:
    """The painter that a user names, or hands over; one that is loaded now computes on `devices.computing_device`.

    Args:
        painter: As of `open`, or one that is loaded.
        size: Height and width of its pictures.
        strict: Whether a trained painter of another size is an error; else it comes at its own size.

    Raises:
        CheckpointError: When nothing that can be loaded is there.
        UsageError: When it is something else than a painter's name, must be trained first, does not paint, or paints
            at another size.
    """
    if isinstance(painter, LoadedPainter):
        if size is None or painter.size == (size.height, size.width):
            return painter
        painter = painter.source
    if not isinstance(painter, str | PathLike):
        raise UsageError(
            f"A painter is named by a text or a path, or comes from impasto.open, and is not {type(painter).__name__}."
        )
    load = load_painter if strict else painter_at
    device = computing_device()
    model = load(painter, size).to(device)
    return LoadedPainter(model.source or canonical(painter), model)


def canonical(painter: str | PathLike[str]) -> str:
    """The name that recipes keep, with '/' on every system: 'newest' will name another painter later."""
    source = resolve(painter)
    return source.name if isinstance(source, Shipped) else path_of(painter).as_posix()
