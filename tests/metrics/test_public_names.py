from __future__ import annotations

import subprocess
import sys

import pytest

from impasto import metrics


def test_every_public_name_is_a_function_or_class_and_no_module_hides_it():
    for name in metrics.__all__:
        assert callable(getattr(metrics, name)), name
    with pytest.raises(AttributeError, match="no attribute 'fid'"):
        _ = metrics.fid


def test_importing_the_room_brings_no_torch():
    code = "import sys, impasto.metrics; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
