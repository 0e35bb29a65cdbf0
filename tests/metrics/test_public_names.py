from __future__ import annotations

import subprocess
import sys

import pytest

from impasto import catalogue, metrics


def test_every_public_name_is_there_and_no_module_hides_it():
    for name in metrics.__all__:
        assert callable(getattr(metrics, name)), name
    with pytest.raises(AttributeError, match="no attribute 'fid'"):
        _ = metrics.fid


def test_importing_the_room_brings_no_torch():
    code = "import sys, impasto.metrics; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_formulas_are_listed_with_year_and_source():
    cards = catalogue.metrics()
    wanted = {"ssim", "ms-ssim", "psnr", "sharpness-difference", "lpips", "frechet-distance", "kernel-distance"}
    wanted |= {"inception-score", "precision-recall-density-coverage", "mifid"}
    assert wanted <= cards.keys()
    assert all(card.year > 1900 and card.source and card.summary for card in cards.values())
