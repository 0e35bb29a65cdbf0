from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import UnknownName, UsageError, WeightsMissing
from impasto.images.pictures import to_float
from impasto.metrics import embedding, features
from impasto.metrics.embedding import network_hash, picture_hash
from impasto.metrics.resizing import resize_for_inception
from impasto.metrics.spaces import HANDCRAFTED, choose_network, choose_networks
from impasto.nn.inception import Inception
from impasto.nn.mobilenet import MobileNetV2
from impasto.nn.weights import load_frozen, load_weights


def test_features_are_the_networks_and_the_batch_does_not_matter(weights, drawn):
    pixels = drawn(5, 64, 1)
    net = MobileNetV2()
    load_frozen(net, load_weights("mobilenetv2")[0], "mobilenetv2")
    with torch.inference_mode():
        expected, logits = net(resize_for_inception(pixels, size=224))
    progress = []
    result = features(pixels, "mobilenetv2", batch=2, progress=lambda done, total: progress.append((done, total)))
    torch.testing.assert_close(result.values, expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(result.logits, logits, rtol=1e-4, atol=1e-3)
    assert progress == [(2, 5), (4, 5), (5, 5)]
    assert result.describe() == {
        "network": "mobilenetv2",
        "recipe": "fid-clean",
        "weights": "cf8a85e54e709258e7eb3ad760b7031757012e0fe479a9ce441c3b2a31b1ffb2",
        "dtype": "float32",
    }


def test_floats_are_rounded_never_truncated(weights, drawn):
    pixels = drawn(2, 64, 1)
    expected = features(pixels, "squeezenet").values
    # Just below a level: rounding gives the level, truncation the one below.
    torch.testing.assert_close(features(to_float(pixels) - 0.3 / 127.5, "squeezenet").values, expected)
    lower = features(np.maximum(pixels, 1) - 1, "squeezenet").values
    assert (lower - expected).abs().max() > 1e-2


def test_resizings_differ(weights, drawn):
    pixels = drawn(2, 64, 1)
    clean, tf1 = (features(pixels, "squeezenet", resizing).values for resizing in ("fid-clean", "fid-tf1"))
    assert (clean - tf1).abs().max() > 0.1
    preview = features(pixels, "squeezenet", "fid-clean-bf16")
    assert preview.dtype == "bfloat16"
    assert preview.resizing == "fid-clean-bf16"
    assert 0 < (preview.values - clean).abs().mean() < 0.05 * clean.abs().mean()
    assert preview.logits is None


def test_cache_is_keyed_by_pictures_resizing_and_weights(weights, drawn, tmp_path, monkeypatch):
    pixels = drawn(3, 32, 1)
    first = features(pixels, "squeezenet", cache=tmp_path)
    monkeypatch.setattr(embedding, "_embed", lambda *_: pytest.fail("embedded again"))
    again = features(pixels, "squeezenet", cache=tmp_path)
    torch.testing.assert_close(again.values, first.values, rtol=0, atol=0)
    for other in ({"resizing": "fid-tf1"}, {"key": "other pictures"}):
        with pytest.raises(pytest.fail.Exception):
            features(pixels, "squeezenet", cache=tmp_path, **other)
    with pytest.raises(pytest.fail.Exception):
        features(drawn(3, 32, 2), "squeezenet", cache=tmp_path)
    monkeypatch.setattr(embedding, "_network", lambda *_: (None, "other weights"))
    with pytest.raises(AttributeError):
        features(pixels, "squeezenet", cache=tmp_path)


def test_logits_are_kept_too_and_a_damaged_file_is_replaced(weights, drawn, tmp_path):
    pixels = drawn(2, 32, 1)
    first = features(pixels, "mobilenetv2", cache=tmp_path)
    (file,) = tmp_path.iterdir()
    kept = file.read_bytes()
    torch.testing.assert_close(features(pixels, "mobilenetv2", cache=tmp_path).logits, first.logits, rtol=0, atol=0)
    file.write_bytes(kept[:100])
    torch.testing.assert_close(features(pixels, "mobilenetv2", cache=tmp_path).logits, first.logits, rtol=0, atol=0)
    assert file.read_bytes() == kept


def test_a_cache_that_cannot_be_written_does_not_stop_the_measurement(weights, drawn, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert len(features(drawn(1, 32, 1), "squeezenet", cache=tmp_path / "file")) == 1


def test_folding_batch_norm_changes_nothing(drawn):
    torch.manual_seed(0)
    net = Inception()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    net.eval()
    levels = resize_for_inception(drawn(1, 64, 1))
    with torch.inference_mode():
        before = net(levels)[0]
        embedding._fold(net)
        after = net(levels)[0]
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in net.modules())
    torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-5)


def test_inception_is_preferred_and_named_when_missing(weights, drawn, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert choose_network("auto")[0] == "mobilenetv2"
    assert network_hash("squeezenet").startswith("b592c85c")
    with pytest.raises(WeightsMissing, match="weights of 'inception' are not installed"):
        features(drawn(1, 32, 1))
    monkeypatch.delenv("IMPASTO_WEIGHTS")
    assert choose_network("auto")[0] == HANDCRAFTED


def test_two_spaces_are_chosen_where_two_networks_are_installed(weights, tmp_path, monkeypatch):
    assert choose_networks("auto")[0] == ("mobilenetv2", "efficientnet_lite0")
    assert choose_networks("mobilenetv2")[0] == ("mobilenetv2",)
    assert choose_networks("squeezenet+efficientnet_lite0")[0] == ("squeezenet", "efficientnet_lite0")
    with pytest.raises(UnknownName, match="did you mean 'efficientnet_lite0'"):
        choose_networks("mobilenetv2+efficientnet_lite")
    # SqueezeNet is what losses here look through: it is no second opinion.
    (tmp_path / "mobilenet_v2_1.0_224").symlink_to(weights / "mobilenet_v2_1.0_224")
    (tmp_path / "squeezenet1_1_features.safetensors").symlink_to(weights / "squeezenet1_1_features.safetensors")
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    assert choose_networks("auto")[0] == ("mobilenetv2",)
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path / "nothing"))
    assert choose_networks("auto")[0] == (HANDCRAFTED,)


def test_hash_depends_on_every_byte_and_the_shape(drawn):
    pixels = drawn(300, 8, 1)
    changed = pixels.copy()
    changed[299, 7, 7, 2] ^= 1
    hashes = [picture_hash(p) for p in (pixels, changed, pixels.reshape(300, 4, 16, 3), torch.from_numpy(pixels))]
    assert hashes[0] not in hashes[1:3]
    assert len(set(hashes[:3])) == 3


def test_bad_requests(weights, drawn):
    with pytest.raises(UnknownName, match="did you mean 'inception'"):
        features(drawn(1, 32, 1), "inceptionv3")
    with pytest.raises(UnknownName, match="did you mean 'fid-clean'"):
        features(drawn(1, 32, 1), "squeezenet", "fid-cleen")
    with pytest.raises(UsageError, match="one picture or more"):
        features(drawn(1, 32, 1)[:0], "squeezenet")
    with pytest.raises(UsageError, match=r"reach from 0 to 255"):
        features(torch.linspace(0, 255, 3072).view(1, 3, 32, 32), "squeezenet")
    with pytest.raises(UsageError, match="batch must be 1 or more"):
        features(drawn(1, 32, 1), "squeezenet", batch=0)
