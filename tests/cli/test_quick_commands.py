"""Commands that only look something up load nothing that takes long."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SLOW = {"torch", "numpy", "PIL", "pyarrow", "matplotlib", "jinja2", "huggingface_hub", "asyncio", "rich.progress"}
PROGRAM = """
import sys
from impasto.cli.app import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def loaded(*words: str, **environment: str) -> set[str]:
    """Names of the modules that a command has loaded when it ends well."""
    command = [sys.executable, "-c", PROGRAM, *words]
    env = {**os.environ, **environment}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "words",
    ["--version", "--help", "list", "list metrics", "list painters --json", "train --help", "paint --help", "explain"],
)
def test_looking_something_up_loads_nothing_slow(words):
    modules = loaded(*words.split())
    assert not modules & SLOW
    assert not {name for name in modules if name.startswith(("impasto.painters.", "impasto.metrics."))}


def test_tables_are_drawn_by_what_draws_some():
    assert "rich.table" in loaded("list")
    assert "rich.table" not in loaded("--version")


@pytest.mark.parametrize("line", ["impasto train dd", "impasto explain sharp", "impasto measure --network i"])
def test_completing_a_word_loads_nothing_slow(line):
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    assert not loaded(_IMPASTO_COMPLETE="complete_bash", **words) & SLOW
