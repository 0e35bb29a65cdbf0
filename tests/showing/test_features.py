from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from impasto import api, silent
from impasto.data.store import Store
from impasto.errors import ConfigError, DataError, UnknownName, UsageError
from impasto.images.pictures import to_float
from impasto.painters.rules.features.maps import feature_maps

DEPTH = 10


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, stored: Callable[..., Store]) -> Store:
    return stored(tmp_path_factory.mktemp("features") / "store", 48)


def test_a_channel_is_shown_with_its_strongest_pictures_and_a_dream_that_excites_it(
    store: Store, tmp_path: Path
) -> None:
    features_shown = api.show_features(store, tmp_path / "sheet.png", depth=DEPTH, count=2, on="all", watch=silent)
    assert (
        features_shown.sheet.is_file(),
        features_shown.network,
        features_shown.depth,
        len(features_shown.channels),
    ) == (True, "taef2", DEPTH, 2)
    with torch.no_grad():
        maps = feature_maps("taef2")(store.split("all").pictures())[DEPTH - 1]
        for channel in features_shown.channels:
            strongest = maps[:, channel.number].amax((1, 2)).argsort(descending=True, stable=True)[:16]
            assert channel.rows == tuple(strongest.tolist())
            assert channel.files[0] == store.split("all").files([channel.rows[0]])[0]
            dream = feature_maps("taef2")(to_float(channel.dream[None]))[DEPTH - 1][:, channel.number].mean()
            assert dream > maps[:, channel.number].mean((1, 2)).max()
    selectivity = [channel.selectivity for channel in features_shown.channels]
    assert selectivity == sorted(selectivity, reverse=True)
    assert {channel.category for channel in features_shown.channels} <= {"dawn", "dusk"}
    assert "strongest pictures excite it" in str(features_shown.channels[0])


def test_what_cannot_be_shown_is_said(store: Store, tmp_path: Path, stored: Callable[..., Store]) -> None:
    out = tmp_path / "sheet.png"
    with pytest.raises(UnknownName, match="network"):
        api.show_features(store, out, network="resnet", watch=silent)
    with pytest.raises(ConfigError, match=r"depth = 99: taef2 has depths 1"):
        api.show_features(store, out, depth=99, watch=silent)
    with pytest.raises(ConfigError, match=r"channel = 4000: depth 1 of taef2 has channels 0 to"):
        api.show_features(store, out, depth=1, channels=[0, 4000], watch=silent)
    with pytest.raises(UsageError, match="count must be between 1 and 64, not 0"):
        api.show_features(store, out, count=0, watch=silent)
    few = stored(tmp_path / "few", 12)
    with pytest.raises(DataError, match="holds 12 pictures; 20 are needed"):
        api.show_features(few, out, on="all", watch=silent)
    assert not out.exists()
