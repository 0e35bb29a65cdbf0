from __future__ import annotations

import errno
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch

from impasto.api.verb import verb
from impasto.errors import OutOfMemory
from impasto.memory import is_out_of_memory, keep_freed_memory, memory_errors_named, memory_of_machine


def test_errors_of_all_libraries_are_known() -> None:
    with pytest.raises(RuntimeError) as of_torch:
        torch.empty(2**60, dtype=torch.uint8)
    with pytest.raises(MemoryError) as of_numpy:
        np.empty(2**60, np.uint8)
    with pytest.raises(MemoryError) as of_python:
        bytearray(2**62)
    for error in (of_torch.value, of_numpy.value, of_python.value):
        assert is_out_of_memory(error)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert is_out_of_memory(cv2.error("Insufficient memory (Failed to allocate 3 bytes)"))
    assert is_out_of_memory(OSError(errno.ENOMEM, "Cannot allocate memory"))


@pytest.mark.parametrize("error", [RuntimeError("wrong shape"), ValueError("out of memory"), OSError(errno.EIO, "x")])
def test_other_errors_are_not(error: Exception) -> None:
    assert not is_out_of_memory(error)
    with pytest.raises(type(error)), memory_errors_named():
        raise error


def test_a_verb_says_it_in_a_sentence() -> None:
    @verb
    def fill(size: int) -> torch.Tensor:
        """Take memory."""
        return torch.empty(size, dtype=torch.uint8)

    with pytest.raises(OutOfMemory, match="There is not enough memory for this"):
        fill(2**60)


def test_the_memory_of_this_machine() -> None:
    memory = memory_of_machine()
    assert memory is None or 2**28 < memory < 2**50


FAULTS = """
import resource, numpy as np
from impasto.memory import keep_freed_memory
{call}
for _ in range(20):
    np.empty(2**26, np.uint8).fill(1)  # 64 MiB, 16,384 pages
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def test_freed_memory_is_used_again() -> None:
    if not keep_freed_memory():
        pytest.skip("this C library has no mallopt")
    # numpy asks for huge pages, of which there would be few either way.
    environment = {"NUMPY_MADVISE_HUGEPAGE": "0", "OPENBLAS_NUM_THREADS": "1"}
    by_default, kept = (
        int(subprocess.check_output([sys.executable, "-c", FAULTS.format(call=call)], env=environment))
        for call in ("", "keep_freed_memory()")
    )
    assert by_default - kept > 15 * 16_384
