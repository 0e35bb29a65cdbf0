"""A warning when more threads want to compute than the machine has cores."""

from __future__ import annotations

import os

import torch

__all__ = ["oversubscription"]


def oversubscription() -> str | None:
    """A sentence that warns of other work on the machine's cores; None while there is room for this training."""
    cores = os.cpu_count() or 1
    threads = torch.get_num_threads()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if busy + threads > 1.5 * cores:
        return (
            f"{busy:.1f} threads run here already and this training takes {threads} more on {cores} cores: waiting for "
            "one another makes all of them much slower. Set OMP_NUM_THREADS so that the sum is the number of cores."
        )
    return None
