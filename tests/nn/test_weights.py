from __future__ import annotations

import hashlib
import io
import urllib.error

import pytest
import torch
from safetensors.torch import save_file

from impasto.errors import UnknownName, WeightsMissing
from impasto.nn import weights as module
from impasto.nn.weights import WEIGHTS, WeightsFile, find_weights, has_weights, load_weights

CONTENT = b"weights"


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    monkeypatch.delenv("IMPASTO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "named"))
    monkeypatch.delenv("IMPASTO_DOWNLOAD", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    (tmp_path / "named").mkdir()


@pytest.fixture
def toy(monkeypatch):
    file = WeightsFile("folder/toy.pth", hashlib.sha256(CONTENT).hexdigest(), "https://example.org/toy.pth")
    monkeypatch.setitem(WEIGHTS, "toy", (file,))
    return file


def answer_with(monkeypatch, content):
    requested = []

    def open_url(url, timeout):
        requested.append(url)
        if isinstance(content, Exception):
            raise content
        return io.BytesIO(content)

    monkeypatch.setattr(module.urllib.request, "urlopen", open_url)
    return requested


def test_absent_weights_are_named_with_hash_places_and_way(tmp_path):
    with pytest.raises(WeightsMissing) as caught:
        find_weights("inception")
    message = str(caught.value)
    assert "pt_inception-2015-12-05-6726825d.pth" in message
    assert "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2" in message
    assert str(tmp_path / "named") in message
    assert str(tmp_path / "cache/impasto/weights") in message
    assert "https://github.com/mseitzer/pytorch-fid/" in message
    assert "IMPASTO_DOWNLOAD=1" in message
    assert not has_weights("inception")


def test_unknown_network():
    with pytest.raises(UnknownName, match="did you mean 'inception'"):
        find_weights("inceptoin")


def test_a_named_folder_comes_before_the_cache(tmp_path, toy):
    for place in ("named", "cache/impasto/weights"):
        file = tmp_path / place / toy.path
        file.parent.mkdir(parents=True)
        file.write_bytes(CONTENT)
    assert find_weights("toy") == tmp_path / "named" / toy.path
    (tmp_path / "named" / toy.path).unlink()
    assert find_weights("toy") == tmp_path / "cache/impasto/weights" / toy.path


def test_a_changed_byte_is_seen_even_after_a_first_look(tmp_path, toy):
    file = tmp_path / "named" / toy.path
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    find_weights("toy")
    file.write_bytes(b"Weights and more")
    with pytest.raises(WeightsMissing, match="is damaged or another file: its SHA-256 is"):
        find_weights("toy")


def test_nothing_is_downloaded_by_default(toy, monkeypatch):
    requested = answer_with(monkeypatch, CONTENT)
    with pytest.raises(WeightsMissing):
        find_weights("toy")
    assert requested == []


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_downloaded_on_request_and_kept(tmp_path, toy, monkeypatch, by):
    requested = answer_with(monkeypatch, CONTENT)
    if by == "environment":
        monkeypatch.setenv("IMPASTO_DOWNLOAD", "1")
    download = True if by == "argument" else None
    file = find_weights("toy", download=download)
    assert file.read_bytes() == CONTENT
    assert find_weights("toy", download=download) == file
    assert requested == [toy.url]
    assert [p.name for p in file.parent.iterdir()] == ["toy.pth"]


def test_offline_forbids_downloading(toy, monkeypatch):
    requested = answer_with(monkeypatch, CONTENT)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsMissing, match="HF_HUB_OFFLINE is set"):
        find_weights("toy", download=True)
    assert requested == []


@pytest.mark.parametrize("content", [b"something else", urllib.error.URLError("no route")])
def test_a_failed_download_is_reported_and_leaves_nothing(tmp_path, toy, monkeypatch, content):
    answer_with(monkeypatch, content)
    reason = "no route" if isinstance(content, Exception) else "the downloaded file has SHA-256"
    with pytest.raises(WeightsMissing, match=f"Downloading {toy.url} failed .*{reason}"):
        find_weights("toy", download=True)
    assert [p for p in (tmp_path / "cache").rglob("*") if p.is_file()] == []


def test_pickle_under_a_safetensors_name_is_refused(tmp_path):
    torch.save({"x": torch.zeros(1)}, tmp_path / "named/vgg16_features.safetensors")
    with pytest.raises(WeightsMissing, match="damaged or not a safetensors file"):
        load_weights("vgg16")


def test_an_unknown_pickle_is_never_opened(tmp_path, monkeypatch):
    torch.save({"x": torch.zeros(1)}, tmp_path / "named/vgg16-397923af.pth")
    monkeypatch.setattr(torch, "load", lambda *a, **k: pytest.fail("unpickled a file of unknown hash"))
    with pytest.raises(WeightsMissing, match="not 397923af"):
        load_weights("vgg16")


def test_a_known_pickle_is_opened_as_weights_only(tmp_path, monkeypatch):
    file = tmp_path / "named/toy.pth"
    torch.save({"x": torch.arange(3.0)}, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    monkeypatch.setitem(WEIGHTS, "toy", (WeightsFile("toy.pth", digest),))
    state, file_hash = load_weights("toy")
    assert state["x"].tolist() == [0, 1, 2]
    assert file_hash == digest


def test_safetensors_give_tensors_and_hash(tmp_path):
    file = tmp_path / "named/alexnet_features.safetensors"
    save_file({"x": torch.ones(2)}, file)
    state, file_hash = load_weights("alexnet")
    assert state["x"].tolist() == [1, 1]
    assert file_hash == hashlib.sha256(file.read_bytes()).hexdigest()
