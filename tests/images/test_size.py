from __future__ import annotations

import pytest

from impasto.errors import UsageError
from impasto.images.size import Size


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("96x128", Size(96, 128)),
        (" 96 X 128 ", Size(96, 128)),
        ("96×128", Size(96, 128)),
        ("64", Size(64, 64)),
        (64, Size(64, 64)),
    ],
)
def test_what_a_user_may_write(value: int | str, expected: Size) -> None:
    assert Size.parse(value) == expected


def test_height_comes_first() -> None:
    size = Size.parse("96x128")
    assert (size.height, size.width) == (96, 128)
    assert str(size) == "96 × 128"
    assert Size.parse(str(size)) == size
    assert not size.is_square
    assert Size(64, 64).is_square


@pytest.mark.parametrize("value", ["", "large", "96x", "x128", "96x128x3", "-64", -64, "6.4", "٣"])
def test_what_is_no_size(value: int | str) -> None:
    with pytest.raises(UsageError, match="HEIGHTxWIDTH such as 96x128"):
        Size.parse(value)


def test_a_square_or_a_size_but_not_both() -> None:
    assert Size.choose(None, None, 64) == Size(64, 64)
    assert Size.choose(32, None, 64) == Size(32, 32)
    assert Size.choose(None, (96, 128), 64) == Size(96, 128)
    assert Size.choose(None, Size(96, 128), 64) == Size(96, 128)
    with pytest.raises(UsageError, match="resolution 64 and size 96 × 128 were both given"):
        Size.choose(64, (96, 128), 64)


@pytest.mark.parametrize("value", ["0", "0x64", "64x0"])
def test_a_picture_without_pixels(value: str) -> None:
    with pytest.raises(UsageError, match="at least 1 row and 1 column"):
        Size.parse(value)
