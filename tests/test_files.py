from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from impasto.errors import CheckpointError, ImpastoError
from impasto.files import (
    cache_folder,
    check_writable,
    file_hash,
    read_json,
    read_json_lines,
    read_text,
    whole_folder,
    write_json,
    write_whole,
)


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


@pytest.mark.parametrize("content", [b"{half", b"1" * 5000, b""])
def test_json_that_cannot_be_read_is_an_error_of_the_kind_asked_for(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"a\.json cannot be read as JSON"):
        read_json(tmp_path / "a.json", CheckpointError)


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_is_decoded_by_its_mark(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("a caf\u00e9\r\nat dusk \u5927\u6d25".encode(encoding))
    assert read_text(tmp_path / "a.txt") == "a caf\u00e9\r\nat dusk \u5927\u6d25"
    (tmp_path / "a.json").write_bytes('{"a": "\u00e9"}'.encode(encoding))
    assert read_json(tmp_path / "a.json") == {"a": "\u00e9"}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("caf\u00e9 at".encode("cp1252"), "byte 3 does not fit"),
        ("dusk".encode("utf-16-le"), "it holds the character 0"),
        (b"\xff\xfe\x00", "byte 2 does not fit"),
    ],
)
def test_what_is_no_text_is_an_error_with_the_name_of_the_file(tmp_path, data, problem):
    (tmp_path / "a.txt").write_bytes(data)
    for read in (read_text, read_json):
        with pytest.raises(
            CheckpointError, match=rf"a\.txt is not text in UTF-8.*\({problem}\). Save it again as UTF-8"
        ):
            read(tmp_path / "a.txt", CheckpointError)


def test_files_that_cannot_be_read_as_text(tmp_path):
    with pytest.raises(CheckpointError, match="is missing"):
        read_text(tmp_path / "absent", CheckpointError)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_text(tmp_path, CheckpointError)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_is_cut_between_characters(tmp_path, encoding):
    data = ("\u00e9\u5927" * 10).encode(encoding)
    (tmp_path / "a.txt").write_bytes(data)
    texts = [read_text(tmp_path / "a.txt", most=most) for most in range(8, len(data) + 1)]
    assert texts[-1] == "\u00e9\u5927" * 10
    assert all(texts[-1].startswith(text) for text in texts)


def test_lines_of_json_without_those_that_are_cut(tmp_path):
    (tmp_path / "a.jsonl").write_bytes('{"a": "\u2028"}\n\n{"b": 1}\n{"c": "\u00e9'.encode()[:-1])
    assert read_json_lines(tmp_path / "a.jsonl") == [{"a": "\u2028"}, {"b": 1}]
    assert read_json_lines(tmp_path / "absent.jsonl") == []


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


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path):
    (tmp_path / "there").mkdir()
    check_writable(tmp_path / "there")
    check_writable(tmp_path / "new" / "er")
    assert [*tmp_path.rglob("*")] == [tmp_path / "there"]


@pytest.mark.parametrize("folder", ["file", "file/below", "file/far/below"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path, folder):
    (tmp_path / "file").touch()
    with pytest.raises(ImpastoError, match=f"Could not write {tmp_path / folder}: "):
        check_writable(tmp_path / folder)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_disk_that_takes_no_files_is_refused_and_new_folders_are_removed(tmp_path, monkeypatch, number):
    def refuse(**_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(ImpastoError, match=os.strerror(number)):
        check_writable(tmp_path / "new" / "er")
    assert [*tmp_path.iterdir()] == []


def test_folders_are_written_whole_where_folders_cannot_be_opened(tmp_path, monkeypatch):
    def open_as_windows(path, flags, *more):
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        assert flags & os.O_RDWR, "a file that is only read cannot be synced there"
        return real(path, flags, *more)

    real = os.open
    monkeypatch.setattr(os, "open", open_as_windows)
    with whole_folder(tmp_path / "store") as work:
        (work / "a.txt").write_bytes(b"a")
    assert names(tmp_path / "store") == ["a.txt"]
