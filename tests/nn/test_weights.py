from __future__ import annotations

import hashlib
import io
import urllib.error

import pytest
import torch
from safetensors.torch import save_file

from impasto import doctor
from impasto.errors import UnknownName, WeightsDamaged, WeightsMissing
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


def test_absent_weights_are_said_briefly():
    with pytest.raises(WeightsMissing) as caught:
        find_weights("inception")
    assert str(caught.value) == ("The weights of 'inception' are not installed; `impasto doctor` says how to get them.")
    assert not has_weights("inception")


def test_the_doctor_says_once_where_weights_belong_and_of_each_where_it_is_from(tmp_path):
    weights, sentences = doctor._weights()
    assert set(weights.values()) == {None}
    intro, *each = sentences
    assert str(tmp_path / "named") in intro
    assert str(tmp_path / "cache/impasto/weights") in intro
    assert "IMPASTO_DOWNLOAD=1" in intro
    assert [line.partition(":")[0] for line in each] == [*WEIGHTS]
    assert "pt_inception-2015-12-05-6726825d.pth" in each[0]
    assert "https://github.com/mseitzer/pytorch-fid/" in each[0]
    assert "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2" in each[0]


def test_the_doctor_names_damaged_weights_and_downloads_none(tmp_path, toy, monkeypatch):
    requested = answer_with(monkeypatch, CONTENT)
    monkeypatch.setenv("IMPASTO_DOWNLOAD", "1")
    file = tmp_path / "named" / toy.path
    file.parent.mkdir()
    file.write_bytes(b"something else")
    weights, sentences = doctor._weights()
    assert weights["toy"] is None
    assert sentences[0].startswith(f"{file} is damaged or another file")
    assert requested == []


def test_damaged_is_not_the_same_as_missing(tmp_path, toy):
    assert not has_weights("toy")
    file = tmp_path / "named" / toy.path
    file.parent.mkdir()
    file.write_bytes(b"something else")
    with pytest.raises(WeightsDamaged, match="Remove it and download it again"):
        has_weights("toy")


@pytest.mark.parametrize("damage", [b"", b"no tensors", None])
def test_a_conversion_without_a_known_hash_is_opened_to_see_that_it_is_whole(tmp_path, damage):
    file = tmp_path / "named/alexnet_features.safetensors"
    save_file({"x": torch.ones(200)}, file)
    assert has_weights("alexnet")
    file.write_bytes(file.read_bytes()[:-4] if damage is None else damage)
    with pytest.raises(WeightsDamaged, match="damaged or not a safetensors file"):
        has_weights("alexnet")


def test_a_file_is_hashed_once_and_not_again_by_the_next_command(tmp_path, toy, monkeypatch):
    file = tmp_path / "named" / toy.path
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    find_weights("toy")
    module._cached_digest.cache_clear()  # as a new process begins
    hashed = []
    monkeypatch.setattr(module, "file_hash", lambda path: hashed.append(path) or "0" * 64)
    assert find_weights("toy") == file
    assert hashed == []
    file.write_bytes(b"Weights and more")
    with pytest.raises(WeightsDamaged):
        find_weights("toy")
    assert hashed == [file]


@pytest.mark.parametrize("content", ["no JSON", "[1]", '{"a": 1}'])
def test_hashes_kept_in_a_file_of_another_form_are_made_anew(tmp_path, toy, content):
    file = tmp_path / "named" / toy.path
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    (tmp_path / "cache/impasto").mkdir(parents=True)
    (tmp_path / "cache/impasto/weights.json").write_text(content)
    assert find_weights("toy") == file


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
