from __future__ import annotations

import pytest

from impasto import errors
from impasto.errors import ImpastoError, UnknownName, UsageError, suggestion

NO_FAILURES = {"Interrupted", "suggestion"}
"""Public names that are not errors of impasto."""


def test_every_error_is_public_and_in_the_tree():
    classes = {n for n, e in vars(errors).items() if isinstance(e, type) and issubclass(e, Exception)}
    assert classes == set(errors.__all__) - NO_FAILURES
    assert all(issubclass(getattr(errors, name), ImpastoError) for name in classes)


def test_the_drawing_at_the_top_shows_every_error():
    drawn = errors.__doc__
    assert drawn is not None
    assert all(name in drawn for name in errors.__all__ if name != "suggestion")


def test_exit_codes_tell_a_wrong_request_from_a_failure():
    wrong_request = {"UsageError", "ConfigError", "UnknownName", "NotCapable"}
    for name in set(errors.__all__) - NO_FAILURES:
        assert getattr(errors, name).exit_code == (2 if name in wrong_request else 1), name


def test_unknown_name_says_what_was_asked_what_is_near_and_what_there_is():
    error = UnknownName("preset", "smal", ["tiny", "small"])
    assert str(error) == "There is no preset 'smal'; did you mean 'small'? There are: tiny, small."
    assert isinstance(error, UsageError)


def test_unknown_name_without_a_near_one_or_any():
    assert str(UnknownName("preset", "xyz", [])) == "There is no preset 'xyz'. There are: none."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Impresionism", "; did you mean 'Impressionism'?"),
        ("impressionism", "; did you mean 'Impressionism'?"),
        ("q", "."),
    ],
)
def test_suggestion_ignores_case_and_keeps_silent_about_far_names(name, expected):
    assert suggestion(name, ["Impressionism", "Realism"]) == expected
