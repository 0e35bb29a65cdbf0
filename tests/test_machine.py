from __future__ import annotations

import json

import pytest
import torch

from impasto import doctor, machine
from impasto.machine import cost_of, device_name, fastest_precision, gflops, matrix_speeds

EMULATED = {"fp32": 160.0, "bf16": 0.8}
UNITS = {"fp32": 160.0, "bf16": 900.0}


class Timer:
    """Stands for a processor of a known speed: tells how long a product takes, and keeps count."""

    def __init__(self, speed: float, overhead: float = 0.0) -> None:
        self.speed = speed
        self.overhead = overhead
        self.spent = 0.0

    def __call__(self, side: int) -> float:
        seconds = 2 * side**3 / self.speed / 1e9 + self.overhead
        self.spent += seconds
        return seconds


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "machine.json"


@pytest.fixture
def measured(monkeypatch):
    """Puts speeds in place of measurements; gives the precisions that were measured."""

    def put(speeds):
        requests = []

        def measure(dtype, device):
            requests.append(dtype)
            return speeds["fp32" if dtype == torch.float32 else "bf16"]

        monkeypatch.setattr(machine, "_measured", measure)
        return requests

    return put


@pytest.mark.parametrize("speed", [0.01, 0.8, 30.0, 160.0, 900.0, 50_000.0])
def test_any_speed_is_measured_in_a_fraction_of_a_second(speed):
    timer = Timer(speed)
    assert gflops(timer) == pytest.approx(speed)
    assert timer.spent < (0.12 if speed > 0.1 else 0.3)


def test_the_time_to_start_a_product_does_not_count_for_fast_devices():
    assert gflops(Timer(50_000.0, overhead=20e-6)) > 25_000
    assert gflops(Timer(0.8, overhead=20e-6)) == pytest.approx(0.8, rel=0.05)


def test_one_product_that_was_interrupted_does_not_count():
    timer = Timer(160.0)
    calls = []

    def interrupted(side):
        calls.append(side)
        return timer(side) + (0.008 if len(calls) % 3 == 0 else 0.0)

    assert gflops(interrupted) == pytest.approx(160.0)


def test_real_products_have_a_speed_and_leave_torch_as_it_was():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    speeds = matrix_speeds("cpu")
    assert speeds["fp32"] > 0
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads


def test_a_device_that_refuses_a_precision_has_no_speed_in_it(monkeypatch):
    def refuse(*_):
        raise RuntimeError("no kernel for bfloat16")

    monkeypatch.setattr(machine, "gflops", refuse)
    assert matrix_speeds("cpu") == {"fp32": 0.0, "bf16": 0.0}


def test_the_faster_precision_is_chosen(measured):
    measured(UNITS)
    assert fastest_precision() == "bf16"
    assert cost_of("bf16") is None
    assert cost_of("fp32") is None


def test_an_emulated_precision_is_not_chosen_and_its_cost_is_named(measured):
    measured(EMULATED)
    assert fastest_precision() == "fp32"
    assert cost_of("bf16") == "bf16 runs at 0.8 GFLOP/s on this processor, 200 times slower than fp32"
    assert cost_of("fp32") is None


def test_a_precision_that_is_missing_is_not_chosen(measured):
    measured({"fp32": 160.0, "bf16": 0.0})
    assert fastest_precision() == "fp32"
    assert cost_of("bf16") == "bf16 is not available on this processor"


def test_a_difference_within_the_noise_is_no_cost(measured):
    measured({"fp32": 160.0, "bf16": 155.0})
    assert cost_of("bf16") is None


def test_measured_once_and_kept_for_the_machine(measured, cache):
    requests = measured(EMULATED)
    assert matrix_speeds() == matrix_speeds() == EMULATED
    assert len(requests) == 2
    (key,) = json.loads(cache.read_text())
    assert device_name() in key
    assert torch.__version__ in key
    measured(UNITS)
    assert matrix_speeds() == EMULATED
    assert matrix_speeds(renew=True) == UNITS
    assert matrix_speeds() == UNITS


def test_another_machine_with_the_same_home_measures_for_itself(measured, cache, monkeypatch):
    measured(EMULATED)
    matrix_speeds()
    monkeypatch.setattr(machine, "_processor_facts", lambda: {"model name": "Other", "flags": "sse avx512_bf16"})
    measured(UNITS)
    assert matrix_speeds() == UNITS
    assert len(json.loads(cache.read_text())) == 2


@pytest.mark.parametrize("content", ["{half", "[]", '{"KEY": 3}', '{"KEY": {"fp32": 1.0}}', '{"KEY": {"fp32": "x"}}'])
def test_a_damaged_cache_is_measured_anew(measured, cache, content):
    cache.parent.mkdir()
    cache.write_text(content.replace("KEY", machine._key("cpu")))
    measured(EMULATED)
    assert matrix_speeds() == EMULATED
    assert json.loads(cache.read_text())[machine._key("cpu")] == EMULATED


def test_a_cache_that_cannot_be_written_is_no_error(measured, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "file"))
    measured(EMULATED)
    assert fastest_precision() == "fp32"


def test_the_doctor_measures_anew_and_says_what_is_slow(measured):
    measured(UNITS)
    assert not any("bf16" in sentence for sentence in doctor.examine().missing)
    measured(EMULATED)
    examination = doctor.examine()
    assert examination.speed == EMULATED
    assert any("200 times slower than fp32. Paint and train" in sentence for sentence in examination.missing)
