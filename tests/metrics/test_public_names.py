from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

from impasto import metrics


def test_no_module_hides_a_public_name():
    # A module of the room that bore a public name would take its place once it was imported.
    for module in pkgutil.iter_modules(metrics.__path__):
        importlib.import_module(f"impasto.metrics.{module.name}")
    for name in metrics.__all__:
        assert callable(getattr(metrics, name)), name
    with pytest.raises(AttributeError, match="no attribute 'fid'"):
        _ = metrics.fid


def test_importing_the_room_brings_no_torch():
    code = "import sys, impasto.metrics; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
