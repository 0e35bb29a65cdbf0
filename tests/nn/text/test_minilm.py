from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from impasto.errors import CheckpointError, ConfigError, WeightsMissing
from impasto.nn.text.minilm import MiniLM, MiniLMReader, sentence_vectors
from impasto.nn.text.word_pieces import piece_ids
from impasto.nn.weights import load_weights

RECORDED = {
    "a quiet lake in autumn": (
        [1037, 4251, 2697, 1999, 7114],
        [0.003142, 0.13495, 0.06306, 0.180445],
        [0.02007, 0.001697, 0.054689, 0.002536],
    ),
    "Snow on the mountains, Müller's café": (
        [4586, 2006, 1996, 4020, 1010, 12304, 1005, 1055, 7668],
        [-0.566672, 0.41708, 0.784729, 0.721509],
        [-0.035308, 0.023896, 0.031702, 0.069007],
    ),
    "山水 landscape with a boat 🛶": (
        [1831, 1893, 5957, 2007, 1037, 4049, 100],
        [0.103223, 1.257636, 0.579888, 0.126585],
        [0.006405, 0.102763, 0.053724, 0.014316],
    ),
}
"""Text → numbers of its pieces by tokenizers 0.23.3; features of the first piece and the normalised mean by onnxruntime
1.32.0, of model_int8.onnx."""


@pytest.fixture(scope="module")
def reader(shared: Path) -> MiniLMReader:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMPASTO_WEIGHTS", str(shared / "weights"))
        reader = MiniLMReader(16)
        reader.fetch()
        return reader


@pytest.mark.parametrize("text", RECORDED)
def test_gives_the_numbers_of_onnxruntime(reader, text):
    ids, of_first, of_sentence = RECORDED[text]
    assert reader.read_ids(text) == ids
    features = reader([text])
    assert features.shape == (1, 16, 384)
    assert features[0, 1, :4].tolist() == pytest.approx(of_first, abs=1e-4)
    assert not features[0, len(ids) + 2 :].any()
    assert sentence_vectors(features)[0, :4].tolist() == pytest.approx(of_sentence, abs=1e-5)


def test_pieces_are_those_of_the_library(reader, weights):
    tokenizers = pytest.importorskip("tokenizers", reason="compared with the package itself")
    library = tokenizers.BertWordPieceTokenizer(str(weights / "minilm_l6_v2" / "vocab.txt"), lowercase=True)
    words = "unbelievably well-lit (DUSK) 12,345 Ångström's naïveté 秋天的湖 コーヒー नमस्ते 🏔️🛶 ½ x_y ﬁne $5 a\u200db"
    for word in [*words.split(), "x" * 99, "x" * 101]:
        assert piece_ids(word, reader._loaded().vocabulary) == library.encode(word, add_special_tokens=False).ids, word


def test_sentences_of_one_meaning_are_near(reader):
    same, like, other = sentence_vectors(reader(["a ship at sea", "a boat on the ocean", "a portrait of my uncle"]))
    assert float(same @ like) > 0.6
    assert float(same @ other) < 0.3


def test_nothing_is_zero_and_no_row_depends_on_another(reader):
    alone = reader(["a boat"])
    features = reader(["snow " * 3000, "a boat", "", " \n"])
    assert torch.equal(features[1], alone[0])
    assert not features[2:].any()
    assert features[0].any(1).all()
    assert not sentence_vectors(features)[2:].any()


def test_what_falls_off_is_what_is_beyond_the_two_tokens_that_are_added(reader):
    words = " ".join(["lake"] * 14)
    assert reader.cut(words) == ""
    assert reader.cut(f"{words} boat, red") == "boat, red"


def test_the_installed_weights_must_be_those_that_a_painter_learned_with(reader, weights):
    again = MiniLMReader(16)
    again.load_state_dict(reader.state_dict())
    again.fetch()
    again.record.digest += 1
    with pytest.raises(CheckpointError, match=r"learned with words read by the weights of 'minilm' with the hash"):
        again(["a lake"])


def test_the_hubs_file_gives_the_same(reader, weights, monkeypatch, tmp_path):
    state, _ = load_weights("minilm")
    folder = tmp_path / "minilm_l6_v2"
    folder.mkdir()
    save_file({name.removeprefix("inner."): values for name, values in state.items()}, folder / "model.safetensors")
    shutil.copy(weights / "minilm_l6_v2" / "vocab.txt", folder)
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    assert torch.equal(MiniLMReader(16)(["a lake"]), reader(["a lake"]))


def test_without_its_weights_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path))
    with pytest.raises(WeightsMissing, match="weights of 'minilm' are not installed; `impasto doctor` says how"):
        MiniLMReader(16)(["a lake"])


@pytest.mark.parametrize("limit", [2, 513])
def test_it_reads_at_most_what_the_network_has_places_for(limit):
    with pytest.raises(ConfigError, match=f"limit = {limit}: this encoder reads from 3 to 512 tokens"):
        MiniLMReader(limit)


def test_the_published_network_has_its_published_size():
    with torch.device("meta"):
        net = MiniLM()
    # sentence-transformers/all-MiniLM-L6-v2 has 22,713,216 with the pooler, which nothing here reads.
    assert sum(parameter.numel() for parameter in net.parameters()) == 22_713_216 - 384 * 385
