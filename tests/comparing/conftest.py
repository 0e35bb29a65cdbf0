from __future__ import annotations

import made_up
import pytest

from impasto.comparing.results import Results


@pytest.fixture(scope="session")
def pictures(tmp_path_factory, stored):
    """The store of the made-up comparison, of nine categories."""
    return stored(tmp_path_factory.mktemp("pictures") / "store", count=90, categories=made_up.CATEGORIES)


@pytest.fixture
def comparison(tmp_path, pictures):
    """Makes up a comparison in a folder of its own: `comparison(seeds=(0,), states=…)`."""

    def make(**changes) -> made_up.MadeUp:
        return made_up.made_up(tmp_path, pictures, **changes)

    return make


@pytest.fixture(scope="session")
def finished(tmp_path_factory, pictures) -> Results:
    """The results of a finished comparison of eight entries and three seeds."""
    return made_up.made_up(tmp_path_factory.mktemp("finished"), pictures).results()
