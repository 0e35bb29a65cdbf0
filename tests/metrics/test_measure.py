from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from fakes import Broken, Collapsed, Copycat, Fake, Honest, Noisy, Searching, store
from torch import nn

from impasto.data.store import Split
from impasto.errors import ImpastoError, UnknownName, UsageError, WeightsDamaged, WeightsMissing
from impasto.metrics import embedding, spaces
from impasto.metrics.embedding import check_same_method
from impasto.metrics.measure import measure
from impasto.metrics.measurement import Measurement
from impasto.metrics.reconstruction_distance import reconstruction_distance
from impasto.metrics.spaces import BATCH, _blurred, embed, embed_split
from impasto.nn.weights import WEIGHTS

RECORDED = {
    "fd-handcrafted": (2.881723463, 1.593603716, 4.126710653, 3.102259916),
    "kd-handcrafted": (-0.005315828311, -0.03687025655, 0.02569551972, 0.0005477511039),
    "mifd-handcrafted": (2.881723463, 1.593603716, 4.126710653, 2.955547768),
    "precision": (0.92, None, None, 0.89),
    "recall": (0.93, None, None, 0.97),
    "density": (1.114, None, None, 0.822),
    "coverage": (0.98, None, None, 0.97),
    "ms-ssim-2-diversity": (0.1500343066, 0.1176494648, 0.1838465233, 0.1297357347),
    "sharpness": (0.03632453801, 0.03589257864, 0.03675223268, 0.03661182323),
    "copying": (0.09, None, None, 0.05),
    "category-fidelity": (1.0, 0.025 ** (1 / 100), 1.0, 1.0),
    "mode-coverage": (1.0, 1.0, 1.0, None),
    "category-shift": (0.06333333333, 0.0, 0.188375, 0.1),
    "ssim": (0.9624480394, 0.9487664289, 0.9740219308, None),
    "ms-ssim-2": (0.9807428321, 0.9718284523, 0.9877094368, None),
    "psnr": (31.448522, 31.10871061, 31.7723011, None),
    "sd-paper": (21.35223193, 21.28389521, 21.42504105, None),
    "sd-authors": (24.74805143, 24.68106755, 24.81894279, None),
    "rfd-handcrafted": (0.6926896236, 0.6601083957, 0.7249081274, None),
}
"""Value, interval and yardstick of the numbers of `Honest`; where no interval stands, it is tested elsewhere."""


@pytest.fixture(scope="module")
def landscape():
    return store()


@pytest.fixture(scope="module")
def measured(landscape, tmp_path_factory):
    """Measurements by painter, each made once."""
    train, test = landscape.split("train"), landscape.split("test")
    done = {}

    def of(kind: type[Fake]):
        if kind not in done:
            out = tmp_path_factory.mktemp(kind.__name__)
            facts = {"out": out, "loss": float("nan")}
            result = measure(
                kind.of(train), test, train=train, out=out, count=100, seed=3, network="handcrafted", facts=facts
            )
            done[kind] = result, out
        return done[kind]

    return of


def value(measured, kind, name):
    return measured(kind)[0].metrics[name].value


def test_the_file_is_strict_json_and_reads_back_as_what_was_returned(measured):
    measurement, out = measured(Honest)

    def refuse(word):
        raise AssertionError(word)

    plain = json.loads((out / "measure.json").read_text(), parse_constant=refuse)
    assert plain == json.loads(json.dumps(measurement.to_json()))
    assert Measurement.read(out / "measure.json").to_json() == measurement.to_json()
    assert Measurement.read(out / "measure.json").metrics == measurement.metrics
    assert sorted(f.name for f in out.iterdir()) == ["measure.json", "report.html"]


def test_the_layout_of_the_file_stays(measured):
    """Comparisons, model cards and scripts read it; what is added must not take anything away."""
    plain = measured(Honest)[0].to_json()
    assert plain["version"] == 1
    assert [*plain] == [
        "version", "impasto", "torch", "painter", "against", "train", "count", "seed", "notes", "metrics", "network",
        "copying", "categories", "seconds", "facts", "verdict", "more_spaces", "loss_networks", "overlap",
        "votes",
    ]  # fmt: skip
    assert [*plain["metrics"]["sharpness"]][:10] == [
        "title", "better", "value", "interval", "n", "recipe", "seed", "real", "reason", "remark",
    ]  # fmt: skip
    assert [*plain["metrics"]["sharpness"]["real"]] == ["of", "value", "interval", "n"]
    assert [*plain["categories"]["rows"][0]] == [
        "name", "asked", "recognised", "real", "painted", "fidelity", "real_fidelity",
    ]  # fmt: skip
    assert plain["against"] == {
        "store": "made-up", "hash": "180-120-32", "split": "test", "pictures": 120, "resolution": 32,
    }  # fmt: skip


def test_every_number_is_whole_or_says_why_not(measured):
    for kind in (Honest, Noisy, Collapsed):
        for name, number in measured(kind)[0].metrics.items():
            if number.value is None:
                assert number.reason, name
                continue
            low, high = number.interval
            assert low - 1e-9 <= number.value <= high + 1e-9, name
            assert number.n, name
            assert number.method["dtype"], name
            assert number.seed == 3
            if name.endswith("-handcrafted"):
                assert re.fullmatch("[0-9a-f]{64}", number.method["weights"])
                assert number.method["recipe"] == "handcrafted-1-32px"


def test_values_are_those_of_earlier_versions(measured):
    """Recorded by version 0.1.0, but for what is of equal counts since and for intervals that hold at 0."""
    for name, (value, low, high, real) in RECORDED.items():
        number = measured(Honest)[0].metrics[name]
        assert number.value == pytest.approx(value, rel=1e-6), name
        if low is not None:
            assert number.interval == pytest.approx((low, high), rel=1e-6), name
        assert (number.real.value if number.real else real) == (real and pytest.approx(real, rel=1e-6)), name


def test_names_of_the_literature_are_kept_for_its_networks(measured):
    names = set(measured(Honest)[0].metrics)
    assert {"fd-handcrafted", "kd-handcrafted", "mifd-handcrafted", "is-handcrafted"} <= names
    assert not {"fid", "kid", "is", "mifid"} & names


def test_a_good_painter_is_near_the_yardstick_and_bad_ones_are_not(measured):
    good = measured(Honest)[0].metrics["fd-handcrafted"]
    assert good.value < 2 * good.real.value
    assert good.real.n == {"train": 100, "real": 120}
    for bad in (Noisy, Collapsed):
        assert value(measured, bad, "fd-handcrafted") > 5 * good.value
        assert value(measured, bad, "kd-handcrafted") > value(measured, Honest, "kd-handcrafted")


def test_a_copycat_is_flagged(measured):
    result = measured(Copycat)[0]
    assert result.metrics["copying"].value > 0.95
    assert "It copies" in result.copying.verdict
    assert result.verdict.headline == "It copies its training pictures"
    assert 0.3 < result.copying.mirrored < 0.7
    assert result.copying.nearest[0].file.endswith(".png")
    assert value(measured, Copycat, "mifd-handcrafted") > 2 * value(measured, Copycat, "fd-handcrafted")
    assert "no sign of copying" in measured(Honest)[0].copying.verdict


def test_a_collapsed_painter_covers_little(measured):
    assert value(measured, Collapsed, "coverage") < 0.2
    assert value(measured, Collapsed, "coverage") < 0.3 * value(measured, Honest, "coverage")
    assert value(measured, Collapsed, "ms-ssim-2-diversity") > 0.99
    assert value(measured, Collapsed, "mode-coverage") == pytest.approx(1 / 3)


def test_verdicts_say_what_the_painter_does(measured):
    honest, noisy, collapsed = (measured(kind)[0].verdict for kind in (Honest, Noisy, Collapsed))
    assert honest.headline.startswith("Close to the real pictures")
    assert noisy.headline == "Noise instead of paintings"
    assert "no sign of copying" not in measured(Noisy)[0].copying.verdict
    assert "far" in collapsed.headline.lower()
    for each in (honest, noisy, collapsed):
        assert "Only 120 real pictures were measured against" in " ".join(each.cautions)


def test_categories_are_judged_beside_the_judge(measured):
    fidelity = measured(Honest)[0].metrics["category-fidelity"]
    assert fidelity.value > 0.9
    assert fidelity.real.value > 0.9
    assert fidelity.method["judge"] == "logistic regression"
    assert value(measured, Collapsed, "category-fidelity") < 0.6
    categories = measured(Honest)[0].categories
    assert [row.name for row in categories.rows] == ["dawn", "noon", "storm"]
    assert sum(row.requested for row in categories.rows) == pytest.approx(1)
    assert categories.judge.trained_on == 180


def test_what_a_painter_cannot_do_is_null_with_the_reason(measured):
    noise = measured(Noisy)[0].metrics
    assert noise["category-fidelity"].value is None
    assert "paints no category on request" in noise["category-fidelity"].reason
    for name in ("ssim", "ms-ssim-2", "psnr", "lpips", "sd-paper", "sd-authors", "rfd-handcrafted"):
        assert noise[name].value is None
        assert "cannot reconstruct" in noise[name].reason
    for name in ("code-use", "code-perplexity"):
        assert noise[name].reason == "Noisy does not represent pictures as codes."
    honest = measured(Honest)[0].metrics
    assert 0.9 < honest["ssim"].value < 1
    assert honest["psnr"].n == {"test": 50}
    assert honest["psnr"].unit == "dB"
    assert honest["rfd-handcrafted"].n == {"test": 50}


def test_a_painter_that_reconstructs_by_gradients_is_measured_too(measured):
    assert value(measured, Searching, "ssim") == pytest.approx(value(measured, Honest, "ssim"), rel=1e-3)


def test_reconstructions_as_a_set_are_measured_beside_their_own_originals(landscape):
    real = landscape.split("test").uint8()[:60]
    originals = embed(real, "handcrafted")
    assert reconstruction_distance(originals, originals).value == pytest.approx(0, abs=1e-6)
    values = []
    for strength in (2, 8):
        noise = np.random.default_rng(0).normal(0, strength, real.shape)
        versions = embed(np.clip(real + noise, 0, 255).round().astype(np.uint8), "handcrafted")
        values.append(reconstruction_distance(originals, versions).value)
    assert 0 < values[0] < values[1]


def test_the_page_stands_alone_and_shows_what_it_should(measured):
    page = (measured(Honest)[1] / "report.html").read_text()
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)
    assert not re.findall(r"<script|<link|@import|url\((?!#)", page)
    assert measured(Honest)[0].verdict.headline in page
    for title in ("Numbers", "Does it copy?", "Categories", "Reconstructions", "Details"):
        assert f"<h2>{title}</h2>" in page
    assert "<h2>Reconstructions</h2>" not in (measured(Noisy)[1] / "report.html").read_text()


def test_facts_are_kept_as_json_can_hold_them(measured):
    result, out = measured(Honest)
    assert result.facts == {"out": str(out), "loss": None}


def test_the_same_request_gives_the_same_numbers(landscape, measured, tmp_path):
    train = landscape.split("train")
    again = measure(
        Honest.of(train),
        landscape.split("test"),
        train=train,
        out=tmp_path,
        count=100,
        seed=3,
        network="handcrafted",
        facts={"out": measured(Honest)[1], "loss": None},
    )
    assert {**again.to_json(), "seconds": {}} == {**measured(Honest)[0].to_json(), "seconds": {}}


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"count": 49}, UsageError, "count is 49, but 50 pictures are needed at least"),
        ({"seed": -1}, UsageError, "seed must be 0 or more, not -1"),
        ({"network": "incepton"}, UnknownName, "did you mean 'inception'"),
    ],
)
def test_wrong_requests_are_refused(landscape, tmp_path, values, error, words):
    train = landscape.split("train")
    with pytest.raises(error, match=words):
        measure(Noisy.of(train), landscape.split("test"), train=train, out=tmp_path / "out", **values)
    assert not (tmp_path / "out").exists()


def test_a_named_network_without_weights_is_an_error_that_names_the_file(landscape, tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    train = landscape.split("train")
    with pytest.raises(WeightsMissing, match="weights of 'inception' are not installed"):
        measure(Noisy.of(train), landscape.split("test"), train=train, out=tmp_path / "out", network="inception")


def test_without_any_weights_it_goes_on_and_says_so(landscape, tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    train, lines = landscape.split("train"), []
    result = measure(
        Noisy.of(train), landscape.split("test"), train=train, out=tmp_path / "out", count=60, progress=lines.append
    )
    assert result.network.name == "handcrafted"
    assert "`impasto doctor` says how" in result.notes[0]
    assert "fd-handcrafted is not FID" in result.notes[0]
    assert lines[:2] == [*result.notes[:2]]


def test_damaged_weights_are_said_and_the_numbers_name_the_network_that_took_their_place(
    landscape, tmp_path, monkeypatch
):
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = tmp_path / "pt_inception-2015-12-05-6726825d.pth"
    file.write_bytes(b"half a file")
    train, lines = landscape.split("train"), []
    result = measure(
        Noisy.of(train), landscape.split("test"), train=train, out=tmp_path / "out", count=60, progress=lines.append
    )
    assert result.notes[0].startswith(f"The network 'inception' was left out. {file} is damaged or another file")
    assert lines[0] == result.notes[0]
    assert {"fd-handcrafted", "kd-handcrafted"} <= set(result.metrics)
    with pytest.raises(WeightsDamaged, match="is damaged or another file"):
        measure(Noisy.of(train), landscape.split("test"), train=train, out=tmp_path / "out", network="inception")


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_painted(landscape, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    train = landscape.split("train")
    painter = Noisy.of(train)
    monkeypatch.setattr(painter, "paint", lambda *a, **k: pytest.fail("painted first"))
    with pytest.raises(ImpastoError, match=r"Could not write .*file/measure"):
        measure(painter, landscape.split("test"), train=train, out=tmp_path / "file" / "measure", count=60)


def test_pictures_of_another_size_are_never_compared(landscape, tmp_path):
    train = store(60, 60, side=64).split("train")
    with pytest.raises(UsageError, match=r"paints at 64 px and .* holds pictures of 32 px"):
        measure(Noisy.of(train), landscape.split("test"), train=train, out=tmp_path)


def test_sets_that_were_embedded_differently_are_never_compared():
    small, large = (embed(store(20, 20, side).split("train").uint8(), "handcrafted") for side in (32, 64))
    check_same_method(small, small)
    with pytest.raises(UsageError, match="'handcrafted-1-32px' and 'handcrafted-1-64px'"):
        check_same_method(small, large)


def test_broken_pictures_stop_it_and_leave_nothing(landscape, tmp_path):
    train = landscape.split("train")
    with pytest.raises(ImpastoError, match=r"1 of 60 pictures by Broken hold numbers that are not finite"):
        measure(
            Broken.of(train), landscape.split("test"), train=train, out=tmp_path / "o", count=60, network="handcrafted"
        )
    assert not (tmp_path / "o").exists()


def test_a_small_test_split_gives_reasons_instead_of_numbers(tmp_path):
    small = store(60, 12)
    train = small.split("train")
    result = measure(Honest.of(train), small.split("test"), train=train, out=tmp_path, count=50, network="handcrafted")
    metrics = result.metrics
    assert "of the test split there are 12" in metrics["fd-handcrafted"].reason
    assert "of the test split there are 12" in metrics["rfd-handcrafted"].reason
    assert "there are 12" in metrics["copying"].reason
    assert metrics["sharpness"].value > 0
    assert metrics["ssim"].n == {"test": 12}


def test_pictures_without_a_category_are_left_out_of_what_is_said_of_categories(landscape, tmp_path):
    train, test = (landscape.split(name) for name in ("train", "test"))
    train = replace(train, labels=np.where(np.arange(180) < 60, -1, train.labels))
    test = replace(test, labels=np.where(np.arange(120) < 30, -1, test.labels))
    result = measure(Honest.of(train), test, train=train, out=tmp_path, count=100, network="handcrafted")
    assert result.categories.judge.trained_on == 120
    assert result.categories.judge.accuracy > 0.9
    assert result.metrics["category-fidelity"].real.n == {"test": 90}
    assert result.metrics["sharpness"].real.n == {"test": 100}
    assert any(note.startswith("30 of the 120 pictures that were measured against have no") for note in result.notes)
    none = replace(test, labels=np.full(120, -1))
    result = measure(Honest.of(train), none, train=train, out=tmp_path, count=50, network="handcrafted")
    assert result.categories is None
    assert result.metrics["mode-coverage"].reason == "No picture of the test split has a category."


def test_a_store_without_labels_has_no_categories(tmp_path):
    plain = store(60, 60, labelled=False)
    train = plain.split("train")
    result = measure(Noisy.of(train), plain.split("test"), train=train, out=tmp_path, count=50, network="handcrafted")
    assert result.categories is None
    assert "no label column" in result.metrics["mode-coverage"].reason


def test_curves_of_the_run_are_shown_and_trained_pictures_noted(landscape, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    lines = [{"kind": "train", "step": i, "logs": {"loss": 1 / (i + 1)}} for i in range(30)]
    (run / "events.jsonl").write_text("\n".join(json.dumps(line) for line in lines) + '\n{"kind": "tra')
    train = landscape.split("train")
    options = {"count": 50, "network": "handcrafted", "facts": {"run": run}}
    result = measure(Noisy.of(train), train, train=train, out=tmp_path, **options)
    assert "<h2>Training</h2>" in (tmp_path / "report.html").read_text()
    assert any("trained on in part" in note for note in result.notes)


class Shrunk(nn.Module):
    """A feature network without weights: the pixels of pictures of 8 px."""

    size = 8

    def forward(self, levels):
        return (levels / 50 - 2.5).flatten(1), None


@pytest.fixture
def shrunk(monkeypatch):
    """A second feature space that costs nothing."""
    monkeypatch.setitem(embedding.NETWORKS, "shrunk", Shrunk)
    monkeypatch.setitem(WEIGHTS, "shrunk", ())
    monkeypatch.setattr(embedding, "load_weights", lambda *_, **__: ({}, 64 * "0"))
    monkeypatch.setattr(spaces, "find_weights", lambda *_, **__: None)
    return "shrunk"


def test_distances_are_measured_in_both_spaces_and_the_rest_in_the_first(landscape, tmp_path, shrunk, monkeypatch):
    train = landscape.split("train")
    painter = Honest.of(train)
    painted = []
    monkeypatch.setattr(painter, "paint", lambda *a, paint=painter.paint, **k: painted.append(a) or paint(*a, **k))
    result = measure(
        painter, landscape.split("test"), train=train, out=tmp_path, count=60, network=f"handcrafted+{shrunk}"
    )
    assert painted.count((60,)) == 1
    first = {name.replace("-handcrafted", "-X") for name in result.metrics if "shrunk" not in name}
    second = {name.replace("-shrunk", "-X") for name in result.metrics if "shrunk" in name}
    assert {"kd-X", "fd-X", "fdinf-X", "mind-X", "is-X", "mifd-X", "rfd-X"} == first & second
    assert second - first == {"precision-X", "recall-X", "density-X", "coverage-X"}
    assert [name for name, number in result.metrics.items() if number.headline == 1] == ["kd-handcrafted", "kd-shrunk"]
    assert result.metrics["kd-shrunk"].title == "Kernel distance from real pictures (by shrunk)"
    assert result.metrics["recall-shrunk"].headline == 0
    assert result.metrics["recall-shrunk"].method["network"] == "shrunk"
    assert [space.name for space in result.more_spaces] == ["shrunk"]
    assert Measurement.read(tmp_path / "measure.json").to_json() == result.to_json()
    page = (tmp_path / "report.html").read_text()
    assert "features of the network handcrafted and of shrunk" in page
    assert page.index("by shrunk") < page.index("Recall:")


def test_a_network_that_a_loss_used_is_named_and_its_numbers_do_not_rank(landscape, tmp_path, shrunk):
    train = landscape.split("train")
    painter = Noisy.of(train)
    described = painter.describe()
    painter.describe = lambda: described | {"frozen": {"shrunk": "hash"}}
    result = measure(
        painter, landscape.split("test"), train=train, out=tmp_path, count=50, network=f"{shrunk}+handcrafted"
    )
    assert result.loss_networks == ("shrunk",)
    assert not result.metrics["kd-shrunk"].ranks
    assert result.metrics["kd-handcrafted"].ranks
    assert "The painter learned from pretrained networks: shrunk." in (tmp_path / "report.html").read_text()
    # Noise is neither copied nor free of copies.
    assert not result.metrics["copying"].ranks
    assert result.metrics["copying"].remark == "says nothing as long as the paintings are noise"


def test_numbers_beside_each_other_are_of_equal_counts(measured):
    metrics = measured(Honest)[0].metrics
    for name in ("precision", "recall", "density", "coverage", "mind-handcrafted", "fdinf-handcrafted"):
        assert metrics[name].n == {"painted": 100, "real": 100}
        assert metrics[name].real.n == {"train": 100, "real": 100}
        assert metrics[name].method.get("k", 5) == 5
    assert metrics["mifd-handcrafted"].real.n == {"test": 100, "real": 120, "train": 180}
    assert metrics["kd-handcrafted"].anchor.n == {"blurred": 180, "real": 120}


def test_real_pictures_are_embedded_once(weights, tmp_path, monkeypatch):
    tiny = store(50, 50)
    train, test = tiny.split("train"), tiny.split("test")
    kept = tmp_path / "kept"
    result = measure(Copycat.of(train), test, train=train, out=tmp_path, count=50, network="mobilenetv2", cache=kept)
    # Test pictures, and training pictures as they are, mirrored and blurred.
    assert len(list(kept.iterdir())) == 4
    network = result.network.name
    assert network == "mobilenetv2"
    assert result.metrics["is-mobilenetv2"].value > 1
    assert result.metrics["copying"].value > 0.9
    assert result.metrics["lpips-diversity"].value > 0

    # Neither embedded nor even read again.
    monkeypatch.setattr("impasto.metrics.embedding._embed", lambda *_: pytest.fail("it was embedded again"))
    monkeypatch.setattr("impasto.data.store.Split.uint8", lambda *_: pytest.fail("the pictures were read again"))
    assert len(embed_split(train, network, cache=kept)) == len(embed_split(train, network, mirrored=True, cache=kept))


@pytest.mark.parametrize("changed", ["", "mirrored", "blurred"])
def test_a_split_is_read_a_part_at_a_time(weights, changed, monkeypatch):
    split = store(50, 50).split("train")
    numbers = []
    uint8 = Split.uint8
    monkeypatch.setattr(Split, "uint8", lambda self, rows: (numbers.append(len(rows)), uint8(self, rows))[1])
    features = embed_split(split, "mobilenetv2", **{changed: True} if changed else {})
    assert len(features) == len(split)
    assert sum(numbers) == len(split)
    assert max(numbers) <= BATCH
    monkeypatch.undo()
    pixels = split.uint8()
    whole = {"": pixels, "mirrored": pixels[:, :, ::-1], "blurred": _blurred(pixels)}[changed]
    assert torch.equal(features.values, embed(whole, "mobilenetv2").values)
