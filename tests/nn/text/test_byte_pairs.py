from __future__ import annotations

import copy
import sys

import pytest
import torch

from impasto.errors import ConfigError, UsageError
from impasto.nn.text.byte_pairs import BYTES, BytePairs, learned_merges

CAPTIONS = [
    "A quiet lake in autumn, snow on the mountains.",
    "Snow on the mountains; a boat on the quiet lake.",
    "山水画：一叶小舟。",
    "山水画，秋天的湖。",
]


@pytest.fixture(scope="module")
def reader() -> BytePairs:
    pytest.importorskip("tokenizers", reason="learning a vocabulary needs the extra [text]")
    reader = BytePairs(400, 64)
    reader.learn(CAPTIONS)
    return reader


def test_a_text_of_bytes_alone_is_its_bytes_after_a_space():
    assert BytePairs(BYTES, 8).read_ids("ab é") == [33, 98, 99, 33, 0xC3 + 1, 0xA9 + 1]


def test_frequent_pairs_are_merged_in_the_order_in_which_they_were_learned():
    pytest.importorskip("tokenizers", reason="learning a vocabulary needs the extra [text]")
    # 'ab' occurs three times, and after it ' b' + 'ab' twice, in whichever order.
    assert learned_merges(["bab cab dab"], 300) == [(98, 99)]
    first, *rest = learned_merges(["bab bab dab"], 300)
    assert first == (98, 99)
    assert len(rest) == 2
    assert len(learned_merges(["bab bab dab"], BYTES + 1)) == 1
    reader = BytePairs(300, 8)
    reader.learn(["bab bab dab"])
    assert reader.read_ids("bab dab") == [BYTES + 2, 33, 101, BYTES]


def test_texts_are_read_as_the_library_reads_them(reader):
    tokenizers = pytest.importorskip("tokenizers", reason="compared with the package itself")
    letters = {chr(0x100 + byte): byte + 1 for byte in range(256)}
    names = {number: letter for letter, number in letters.items()}
    merges = []
    for rank, (first, second) in enumerate(reader.merges[reader.merges.any(1)].tolist()):
        names[BYTES + rank] = names[first] + names[second]
        merges.append((names[first], names[second]))
    model = tokenizers.models.BPE({name: number for number, name in names.items()}, merges)
    text = "snowy mountains beyond the quietest boat, autumnal; lakeside 山水 waterfall tomorrow"
    for word in text.split():
        piece = "".join(chr(0x100 + byte) for byte in b" " + word.encode())
        expected = [token.id for token in model.tokenize(piece)]
        if word.isascii() and word.isalpha():
            assert reader.read_ids(word) == expected


def test_words_of_the_captions_are_short_and_capitals_do_not_matter(reader):
    assert reader.read_ids("mountains") == reader.read_ids("MOUNTAINS")
    assert len(reader.read_ids("the quiet lake")) <= 6
    assert len(reader.read_ids("zygote")) == len(" zygote")


@pytest.mark.parametrize("text", ["", "   \n\t"])
def test_an_empty_text_is_zero_throughout(reader, text):
    assert not reader([text]).any()
    assert reader.cut(text) == ""


@pytest.mark.parametrize("text", ["🛶🛶 🏔️", "مرحبا", "नमस्ते दुनिया", "\udcff", "ﬁne ½"])
def test_any_script_can_be_read(reader, text):
    ids = reader([text])
    assert ids.shape == (1, 64)
    assert ids.any()
    assert int(ids.max()) < reader.size


@pytest.mark.parametrize("text", ["x" * 10_000, "🛶" * 10_000, "snow " * 2_000, "雪" * 10_000])
def test_ten_thousand_characters_are_cut_at_the_limit(reader, text):
    ids = reader([text])
    assert ids.shape == (1, 64)
    assert ids.all()
    assert reader.cut(text)
    assert text.strip().endswith(reader.cut(text))


def test_what_falls_off_begins_with_the_first_word_that_is_not_read_to_its_end():
    reader = BytePairs(BYTES, 8)  # ' one' are 4 tokens, ' two' 4, ' three' 6.
    assert reader.cut("one two") == ""
    assert reader.cut("one two three") == "three"
    assert reader.cut("one three, and more") == "three, and more"
    assert len(reader.read_ids("one three")) == 8


def test_a_row_does_not_depend_on_the_other_texts(reader):
    alone = reader(["a boat"])
    assert torch.equal(reader(["snow " * 50, "a boat", ""])[1], alone[0])


def test_a_vocabulary_is_learned_once_and_lies_in_the_weights(reader):
    merges = reader.merges.clone()
    reader.learn(["completely different captions different captions"])
    assert torch.equal(reader.merges, merges)
    other = BytePairs(400, 64)
    before = other.read_ids("mountains")
    other.load_state_dict(reader.state_dict())
    assert other.read_ids("mountains") == reader.read_ids("mountains") != before
    assert copy.deepcopy(other).read_ids("mountains") == reader.read_ids("mountains")


def test_captions_without_repetition_leave_bytes(reader):
    few = BytePairs(400, 8)
    few.learn([])
    assert few.read_ids("ab") == [33, 98, 99]


def test_it_says_what_is_missing_for_learning(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(UsageError, match=r"needs the package 'tokenizers'.*pip install 'impasto\[text\]'"):
        BytePairs(400, 8).learn(["a lake"])


@pytest.mark.parametrize(("size", "limit", "message"), [(256, 8, "no room for the 257 tokens"), (300, 0, "limit = 0")])
def test_sizes_out_of_range_are_refused(size, limit, message):
    with pytest.raises(ConfigError, match=message):
        BytePairs(size, limit)
