"""Pictures in memory, each with the recipe that paints it again."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from impasto.api.checks import check_companions, check_free
from impasto.api.inputs import inputs_of
from impasto.api.previewing import Preview, during
from impasto.api.request import Request, recipe_of
from impasto.errors import UsageError
from impasto.events import Watch
from impasto.files import write_whole
from impasto.terminal import shown

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL import Image
    from torch import Tensor

    from impasto.api.gallery import Gallery
    from impasto.api.resuming import Earlier
    from impasto.contract import Painter
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe

__all__ = ["SHEET", "Picture", "Pictures", "kept_together", "painted_for", "painted_together", "sheet_of"]

SHEET = 256
"""Most pictures on a contact sheet."""


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """A painted picture, or a clip.

    Attributes:
        pixels: Shape (H, W, 3), or (F, H, W, 3) of a clip, uint8.
        recipe: All it takes to paint it again.
        companions: Ending of a file that goes with the picture → a function that gives its content.
        statement: What the painter says about it, in sentences; '' when it says nothing.
    """

    pixels: Pixels
    recipe: Recipe
    companions: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    statement: str = ""

    @property
    def image(self) -> Image.Image:
        """The picture for Pillow; of a clip the first frame."""
        from PIL import Image

        return Image.fromarray(self.pixels if self.pixels.ndim == 3 else self.pixels[0])

    @property
    def tensor(self) -> Tensor:
        """The picture for torch, shape (3, H, W), or (F, 3, H, W) of a clip, float32, in [-1, 1]."""
        from impasto.images.pictures import to_float

        return to_float(self.pixels[None])[0].contiguous()

    def save(self, path: str | PathLike[str], *, also: Sequence[str] = (), overwrite: bool = False) -> Path:
        """Write a PNG with the recipe inside; a clip becomes an animated PNG.

        Args:
            path: The file; its folder is made if need be.
            also: Endings of companions to write beside it.
            overwrite: Whether files of the same name may be replaced.

        Returns:
            The file.

        Raises:
            UsageError: When a file would be replaced.
            UnknownName: When the picture has no such companion.
            ImpastoError: When a file cannot be written.
        """
        from impasto.images.marks import marked
        from impasto.images.recipe import save_picture

        place = Path(path)
        check_companions(self.companions, also)
        beside = {place.with_suffix(f".{ending}"): ending for ending in also}
        check_free([place, *beside], overwrite=overwrite)
        # All contents come first, so that nothing is written where one of them fails.
        contents = {file: marked(self.companions[ending](), f"companion {ending}") for file, ending in beside.items()}
        save_picture(place, self.pixels, self.recipe)
        for file, content in contents.items():
            write_whole(file, content)
        return place

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """The pixels, for numpy."""
        import numpy as np

        return np.array(self.pixels, dtype, copy=copy)

    def __repr__(self) -> str:
        """Size, painter, seed and index."""
        recipe = self.recipe
        return f"<Picture {_size(self.pixels)} by {recipe.painter}, seed {recipe.seed}, index {recipe.index}>"

    def _repr_png_(self) -> bytes:
        """The picture as notebooks show it."""
        file = io.BytesIO()
        self.image.save(file, "PNG")
        return file.getvalue()


class Pictures(Sequence[Picture]):
    """Painted pictures of one size, in the order of their index."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = tuple(pictures)

    @overload
    def __getitem__(self, index: int) -> Picture: ...
    @overload
    def __getitem__(self, index: slice) -> Pictures: ...
    def __getitem__(self, index: int | slice) -> Picture | Pictures:
        """One picture, or some of them."""
        return Pictures(self._pictures[index]) if isinstance(index, slice) else self._pictures[index]

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self._pictures)

    @property
    def arrays(self) -> Pixels:
        """All pixels, shape (N, H, W, 3), or (N, F, H, W, 3) of clips, uint8."""
        import numpy as np

        return np.stack([picture.pixels for picture in self])

    @property
    def tensors(self) -> Tensor:
        """All pictures for torch, shape (N, 3, H, W), or (N, F, 3, H, W) of clips, float32, in [-1, 1]."""
        from impasto.images.pictures import to_float

        return to_float(self.arrays).contiguous()

    @property
    def images(self) -> list[Image.Image]:
        """All pictures for Pillow; of clips the first frames."""
        return [picture.image for picture in self]

    @property
    def recipes(self) -> list[Recipe]:
        """The recipe of each picture."""
        return [picture.recipe for picture in self]

    def save(
        self,
        folder: str | PathLike[str] | None = None,
        *,
        also: Sequence[str] = (),
        overwrite: bool = False,
        watch: Watch | None = None,
    ) -> Gallery:
        """Write all pictures into a folder, each with its recipe inside, and a contact sheet.

        Args:
            folder: Pictures in it are named by their number; without it, a new folder in 'gallery'.
            also: Endings of companions to write beside each picture.
            overwrite: Whether pictures of the same name may be replaced. Where an earlier gallery in that folder has
                more pictures, those beyond are then removed, which is said.
            watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

        Raises:
            UsageError: When there are no pictures, or a file would be replaced.
            UnknownName: When the pictures have no such companion.
            ImpastoError: When a file cannot be written.
        """
        from impasto.api.gallery import write_gallery

        if not self:
            raise UsageError("There are no pictures to save.")
        check_companions(self[0].companions, also)
        painter = self[0].recipe.painter
        with shown(watch) as notify:
            return write_gallery(self, len(self), folder, painter, also=also, overwrite=overwrite, watch=notify)

    def contact_sheet(self) -> Image.Image:
        """The first 256 pictures on one image; of clips the first frames."""
        return sheet_of([picture.pixels for picture in self[:SHEET]])

    def __repr__(self) -> str:
        """Number, size, painter and seed."""
        if not self:
            return "<Pictures: none>"
        recipe = self[0].recipe
        return f"<{len(self)} Pictures {_size(self[0].pixels)} by {recipe.painter}, seed {recipe.seed}>"

    def _repr_png_(self) -> bytes:
        """The contact sheet as notebooks show it."""
        from impasto.images.pictures import sheet_file

        return sheet_file(self.contact_sheet())


def painted_for(
    painter: Painter,
    source: str,
    requests: Sequence[Request],
    count: int,
    preview: Preview | None = None,
    *,
    earlier: Earlier | None = None,
) -> Iterator[Picture]:
    """Paint pictures, one after the other.

    Args:
        painter: Any painter.
        source: The name or path by which recipes know it.
        requests: What is requested; they must be `checked`. One is for all pictures; of several, each is for one, which
            is painted by itself.
        count: How many.
        preview: Is shown how far they are.
        earlier: Pictures that are not painted again where they are there.
    """
    from impasto.pretrained import state_hash

    weights = state_hash(painter)
    batch = _batch(painter, count) if len(requests) == 1 else 1
    for first in range(0, count, batch):
        request = requests[0 if len(requests) == 1 else first]
        indices = range(first, first + batch)
        numbers = indices[: count - first]
        pictures = kept_together(painter, source, request, weights, indices, earlier=earlier, numbers=numbers)
        if not pictures:
            with during(preview, first, batch):
                pictures = painted_together(painter, source, request, weights, indices)
        yield from pictures[: len(numbers)]


def kept_together(
    painter: Painter,
    source: str,
    request: Request,
    weights: str,
    indices: range,
    *,
    earlier: Earlier | None,
    numbers: Sequence[int],
) -> list[Picture]:
    """Pictures of an earlier start that `painted_together` would paint again; none unless all are there.

    Args:
        painter: As of `painted_together`.
        source: As there.
        request: As there.
        weights: As there.
        indices: As there.
        earlier: Where they are; None for nowhere.
        numbers: Their numbers there, as many as are wanted of them.
    """
    if earlier is None:
        return []
    inputs = inputs_of(request.given.files(), painter, request.settings)

    def recipe(place: int, pixels: Pixels) -> Recipe:
        how: dict[str, Any] = {"weights": weights, "index": indices[place], "batch": len(indices), "inputs": inputs}
        return recipe_of(painter, source, request, pixels, **how)

    return earlier.pictures(numbers, recipe)


def painted_together(painter: Painter, source: str, request: Request, weights: str, indices: range) -> list[Picture]:
    """Pictures that are painted at a time.

    Args:
        painter: Any painter.
        source: The name or path by which recipes know it.
        request: What is requested; it must be `checked`.
        weights: Hash of the painter's weights.
        indices: Which pictures of the seed.
    """
    from impasto.images.pictures import to_uint8

    inputs = inputs_of(request.given.files(), painter, request.settings)
    batch = len(indices)
    painted = request.painted(painter, indices.start, batch)
    pictures = []
    for row, pixels in enumerate(to_uint8(painted.pictures)):
        recipe = recipe_of(
            painter, source, request, pixels, weights=weights, index=indices[row], batch=batch, inputs=inputs
        )
        companions = painted.companions[row] if painted.companions else {}
        statement = painted.statements[row] if painted.statements else ""
        pictures.append(Picture(pixels, recipe, companions, statement))
    return pictures


def _batch(painter: Painter, count: int) -> int:
    """Pictures painted together; all batches are full, since a picture is repeated exactly in one of the same size."""
    batches = math.ceil(count / painter.chunk)
    return math.ceil(count / batches)


def sheet_of(pictures: Sequence[Pixels]) -> Image.Image:
    """A contact sheet of pictures of one size; of clips it shows the first frames."""
    import numpy as np

    from impasto.images.pictures import contact_sheet

    pixels = np.stack([picture if picture.ndim == 3 else picture[0] for picture in pictures])
    return contact_sheet(pixels)


def _size(pixels: Pixels) -> str:
    """Height and width, and the frames of a clip."""
    frames = f"{len(pixels)} frames of " if pixels.ndim == 4 else ""
    return f"{frames}{pixels.shape[-3]} × {pixels.shape[-2]} px"
