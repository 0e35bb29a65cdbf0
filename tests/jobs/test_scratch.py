from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from impasto.errors import ImpastoError
from impasto.jobs.scratch import scratch_folder


def interrupted(out: Path, inputs: str) -> Path:
    places = []
    with suppress(KeyboardInterrupt), scratch_folder(out, [inputs]) as folder:
        places.append(folder / "000000.part")
        places[0].write_bytes(b"hours of work")
        raise KeyboardInterrupt
    return places[0]


@pytest.mark.parametrize("name", ["[ab]", "a*", "?", "**", "a.parts-0123456789abcdef", "{a,b}", "\\a", "a b", "山水"])
def test_a_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    others = [interrupted(tmp_path / other, "x") for other in ("a", "b", "ab", "c")]
    earlier = interrupted(tmp_path / name, "earlier")
    with scratch_folder(tmp_path / name, ["x"]) as folder:
        assert folder.is_dir()
    assert not folder.exists()
    assert not earlier.parent.exists()
    assert all(part.read_bytes() == b"hours of work" for part in others)


def test_an_error_costs_no_other_preparation_its_parts(tmp_path: Path) -> None:
    earlier = interrupted(tmp_path / "store", "earlier")
    with pytest.raises(ImpastoError, match="wrong"), scratch_folder(tmp_path / "store", ["now"]) as folder:
        raise ImpastoError("wrong")
    assert earlier.exists()
    assert not folder.exists()


def test_the_parts_of_a_process_that_works_stay(tmp_path: Path) -> None:
    out = tmp_path / "store"
    with scratch_folder(out, ["other"]) as theirs:
        with pytest.raises(ImpastoError, match="Another process is preparing"), scratch_folder(out, ["other"]):
            pass
        with scratch_folder(out, ["mine"]):
            pass
        assert theirs.is_dir()
