from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from impasto.errors import CheckpointError, ImpastoError
from impasto.files import cache_folder, file_hash, read_json, whole_folder, write_json, write_whole


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_whole_folder_appears_only_when_the_block_ends(tmp_path):
    with whole_folder(tmp_path / "deep" / "store") as work:
        (work / "sub").mkdir()
        (work / "sub" / "a.txt").write_text("a")
        (work / "sub" / "a.txt").chmod(0o600)
        assert not (tmp_path / "deep" / "store").exists()
    assert (tmp_path / "deep" / "store" / "sub" / "a.txt").read_text() == "a"
    assert (tmp_path / "deep" / "store" / "sub" / "a.txt").stat().st_mode & 0o777 == 0o644
    assert names(tmp_path / "deep") == ["store"]


def fill(folder, name, failure):
    with whole_folder(folder, replace=True) as work:
        (work / name).write_text(name)
        raise failure


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_whole_folder_leaves_nothing_behind_on_an_error(tmp_path, failure):
    with pytest.raises(failure):
        fill(tmp_path / "store", "half.txt", failure)
    assert names(tmp_path) == []


def test_whole_folder_refuses_an_existing_name_unless_told(tmp_path):
    (tmp_path / "store").mkdir()
    with pytest.raises(ImpastoError, match="exists already; choose another name"), whole_folder(tmp_path / "store"):
        pass


def test_replacing_exchanges_the_folder_and_an_error_keeps_the_old_one(tmp_path):
    with whole_folder(tmp_path / "store") as work:
        (work / "old.txt").write_text("old")
    with pytest.raises(RuntimeError):
        fill(tmp_path / "store", "new.txt", RuntimeError)
    assert names(tmp_path / "store") == ["old.txt"]
    with whole_folder(tmp_path / "store", replace=True) as work:
        (work / "new.txt").write_text("new")
    assert names(tmp_path / "store") == ["new.txt"]
    assert names(tmp_path) == ["store"]


def test_a_full_disk_is_named_and_the_old_folder_kept(tmp_path):
    with whole_folder(tmp_path / "store") as work:
        (work / "old.txt").write_text("old")
    with (
        pytest.raises(ImpastoError, match=r"Could not write .*store: No space left on device\. Check that the disk"),
        whole_folder(tmp_path / "store", replace=True),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert names(tmp_path / "store") == ["old.txt"]
    assert names(tmp_path) == ["store"]


def test_a_parent_that_is_a_file_is_an_error_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ImpastoError, match="Could not write"), whole_folder(tmp_path / "file" / "store"):
        pass
    with pytest.raises(ImpastoError, match="Could not write"):
        write_whole(tmp_path / "file" / "a.txt", "a")


def test_write_whole_replaces_and_leaves_no_other_file(tmp_path):
    write_whole(tmp_path / "a" / "x.bin", b"old")
    write_whole(tmp_path / "a" / "x.bin", "né")
    assert (tmp_path / "a" / "x.bin").read_bytes() == "né".encode()
    assert names(tmp_path / "a") == ["x.bin"]


def test_write_whole_keeps_the_old_file_when_the_disk_fails(tmp_path, monkeypatch):
    write_whole(tmp_path / "x.txt", "old")

    def fail(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ImpastoError, match="Input/output error"):
        write_whole(tmp_path / "x.txt", "new")
    assert (tmp_path / "x.txt").read_text() == "old"
    assert names(tmp_path) == ["x.txt"]


def test_json_comes_back_as_it_went(tmp_path):
    value = {"name": "Frühling", "shares": [0.25, 0.75], "label": None}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value
    assert "Frühling" in (tmp_path / "a.json").read_text(encoding="utf8")


def test_json_never_holds_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})
    assert names(tmp_path) == []


@pytest.mark.parametrize("content", [b"{half", b"\xff\xfe\x00", b"1" * 5000, b""])
def test_json_that_cannot_be_read_is_an_error_of_the_kind_asked_for(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"a\.json cannot be read as JSON"):
        read_json(tmp_path / "a.json", CheckpointError)


def test_json_that_is_missing(tmp_path):
    with pytest.raises(CheckpointError, match=r"a\.json is missing"):
        read_json(tmp_path / "a.json", CheckpointError)


def test_the_cache_is_where_the_environment_says(monkeypatch):
    monkeypatch.setenv("IMPASTO_CACHE", "~/mine")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert cache_folder() == Path.home() / "mine"
    monkeypatch.delenv("IMPASTO_CACHE")
    assert cache_folder() == Path("/cache/impasto")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "impasto"


def test_file_hash_is_sha256(tmp_path):
    content = json.dumps(list(range(100000))).encode()
    (tmp_path / "a").write_bytes(content)
    assert file_hash(tmp_path / "a") == hashlib.sha256(content).hexdigest()
