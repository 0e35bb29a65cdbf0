"""MiniLM: a small frozen network that reads sentences, all-MiniLM-L6-v2 of sentence-transformers.

Tensor names are those of `transformers`, so that the hub's file can be loaded; one of 8-bit weights in ONNX serves too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.errors import CheckpointError, ConfigError
from impasto.nn.frozen import FrozenNetwork, FrozenRecord
from impasto.nn.text.word_pieces import piece_ids
from impasto.nn.text.words import Reader
from impasto.nn.weights import find_weights, load_frozen, load_weights

__all__ = ["HUB_ID", "MiniLM", "MiniLMReader", "sentence_vectors"]

HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
WEIGHTS = "minilm"
VOCABULARY = "minilm-vocabulary"
_EPS = 1e-12
_WIDTH = 384
_MOST = 512
"""Most tokens that the network has places for."""
_START = "[CLS]"
_END = "[SEP]"


class _Embeddings(nn.Module):
    """The sum of a token's vector, that of its place and that of the first of two texts."""

    def __init__(self, width: int, words: int, places: int) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(words, width)
        self.position_embeddings = nn.Embedding(places, width)
        self.token_type_embeddings = nn.Embedding(2, width)
        self.LayerNorm = nn.LayerNorm(width, eps=_EPS)

    def forward(self, ids: Tensor) -> Tensor:
        places = self.position_embeddings.weight[: ids.shape[1]]
        result: Tensor = self.LayerNorm(self.word_embeddings(ids) + places + self.token_type_embeddings.weight[0])
        return result


class _Layer(nn.Module):
    """Attention and two linear layers, each added to its input and then normalised."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        linear = {name: nn.Linear(width, width) for name in ("query", "key", "value")}
        self.attention = nn.ModuleDict(
            {
                "self": nn.ModuleDict(linear),
                "output": nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": nn.LayerNorm(width, eps=_EPS)}),
            }
        )
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, 4 * width)})
        self.output = nn.ModuleDict(
            {
                "dense": nn.Linear(4 * width, width),
                "LayerNorm": nn.LayerNorm(width, eps=_EPS),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        attention: Any = self.attention
        projections = (layer(x).unflatten(2, (self.heads, -1)).transpose(1, 2) for layer in attention["self"].values())
        attended = F.scaled_dot_product_attention(*projections).transpose(1, 2).flatten(2)
        x = attention["output"]["LayerNorm"](x + attention["output"]["dense"](attended))
        hidden = F.gelu(self.intermediate["dense"](x))
        result: Tensor = self.output["LayerNorm"](x + self.output["dense"](hidden))
        return result


class MiniLM(nn.Module):
    """Numbers of word pieces → features of each.

    Source: Wang et al. 2020, MiniLM; Reimers & Gurevych 2019 train such networks for sentences.
    """

    def __init__(
        self, width: int = _WIDTH, *, layers: int = 6, heads: int = 12, words: int = 30_522, places: int = _MOST
    ) -> None:
        """Build it; the defaults are those of the published network."""
        super().__init__()
        self.embeddings = _Embeddings(width, words, places)
        self.encoder = nn.ModuleDict({"layer": nn.Sequential(*(_Layer(width, heads) for _ in range(layers)))})

    def forward(self, ids: Tensor) -> Tensor:
        """Features, shape (N, T, D), of whole texts of T tokens, int64, shape (N, T)."""
        result: Tensor = self.encoder["layer"](self.embeddings(ids))
        return result


class _Loaded(nn.Module):
    """The published network with its vocabulary, and the hashes of both files."""

    def __init__(self) -> None:
        super().__init__()
        state, digest = load_weights(WEIGHTS)
        # The file may hold a model whose part this network is.
        state = {name.removeprefix("inner.").removeprefix("bert."): values for name, values in state.items()}
        # Its first weights are drawn, and the numbers of the painter's own must not change with them.
        with torch.random.fork_rng(devices=[]):
            self.net = MiniLM()
        load_frozen(self.net, state, WEIGHTS)
        file = find_weights(VOCABULARY)
        lines = file.read_text(encoding="utf8").splitlines()
        self.vocabulary: Mapping[str, int] = {piece: number for number, piece in enumerate(lines)}
        self.hash = digest

    def forward(self, ids: Tensor) -> Tensor:
        result: Tensor = self.net(ids)
        return result


class MiniLMReader(Reader):
    """Texts → features of their word pieces, float32, shape (N, limit, 384), of the frozen network.

    The network is not saved with the painter: it is read from the installed weights when the first text is read, and a
    record of its hash tells whether it is the one that the painter learned with. A text without any word is 0.
    """

    features = _WIDTH
    before = 1

    def __init__(self, limit: int) -> None:
        """Choose how much is read; no file is looked for yet.

        Raises:
            ConfigError: When the network has no places for so many tokens.
        """
        super().__init__()
        if not 3 <= limit <= _MOST:
            raise ConfigError(f"limit = {limit}: this encoder reads from 3 to {_MOST} tokens, of which it adds two.")
        self.limit = limit
        self.record = FrozenRecord()
        self._network: FrozenNetwork | None = None

    @property
    def room(self) -> int:
        """Two tokens less than the limit, because the network wants one before and one after a text."""
        return self.limit - 2

    def fetch(self) -> None:
        """Load the network, unless it is loaded, and record which one it is.

        A painter calls this when it is created, so that what was encoded in one session is recognised in the next one.

        Raises:
            WeightsMissing: When it is not installed.
            CheckpointError: When the painter learned with another one.
        """
        if self._network is None:
            # Weights are read wherever the rest of the painter is built, on no device perhaps.
            with torch.device("cpu"):
                self._network = FrozenNetwork(_Loaded())
        installed = str(self._network.net.hash)
        if not self.record.digest.is_meta:
            self.record.record(self._network)
            if self.record.hash != installed:
                raise CheckpointError(
                    f"This painter learned with words read by the weights of {WEIGHTS!r} with the hash "
                    f"{self.record.hash[:12]}…, and those installed have {installed[:12]}…; "
                    "`impasto doctor` says which files can be installed."
                )

    @torch.no_grad()
    def forward(self, texts: Sequence[str]) -> Tensor:
        """Features of each text, 0 behind its end; texts are read one by one, so that none changes with the others.

        Raises:
            WeightsMissing: When the network is not installed.
            CheckpointError: When the painter learned with another one.
        """
        device = self.record.digest.device
        features = torch.zeros(len(texts), self.limit, self.features, device=device)
        known: dict[str, Tensor] = {}
        for row, text in enumerate(texts):
            if text not in known:
                known[text] = self._features(text, device)
            features[row, : len(known[text])] = known[text]
        return features

    def token_ids(self, unit: str) -> list[int]:
        """Numbers of the word pieces of a word."""
        return piece_ids(unit, self._loaded().vocabulary)

    def _features(self, text: str, device: torch.device) -> Tensor:
        """Shape (T, 384); T = 0 where there is no word."""
        ids = self.read_ids(text)
        loaded = self._loaded()
        if not ids:
            return torch.zeros(0, self.features, device=device)
        whole = [loaded.vocabulary[_START], *ids, loaded.vocabulary[_END]]
        assert self._network is not None
        with torch.autocast(device.type, enabled=False):
            features: Tensor = self._network(torch.tensor([whole], device=device))
        return features[0]

    def _loaded(self) -> _Loaded:
        self.fetch()
        assert self._network is not None
        assert isinstance(self._network.net, _Loaded)
        return self._network.net


def sentence_vectors(features: Tensor) -> Tensor:
    """One vector of length 1 a text, by which sentences are compared: the mean of its tokens' features.

    Args:
        features: As of `MiniLMReader`, shape (N, T, D).

    Returns:
        Shape (N, D); 0 for a text without words.
    """
    there = features.any(dim=2)
    return F.normalize(features.sum(dim=1) / there.sum(dim=1, keepdim=True).clamp(min=1), dim=1)
