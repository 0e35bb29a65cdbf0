"""torchrun, with the exit code of the process that failed, by which a cluster tells a wrong command from a crash.

    python -m impasto.jobs.launch --standalone --nproc-per-node=2 -m impasto train ddpm STORE --minutes 60 --out RUN

torchrun itself exits with 1, whatever the exit codes of its processes are.

Source: PyTorch 2.13, `torch.distributed.run`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from impasto.errors import UsageError

__all__ = ["launch"]


def launch(arguments: Sequence[str]) -> int:
    """Run processes that train together until all of them have ended.

    Args:
        arguments: All words after `torchrun`.

    Returns:
        An exit code: 0 if all processes ended well; 2 if one of them was given a wrong command; else that of the
        process that failed first, or 128 + the number of the signal that ended it.
    """
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import main

    try:
        main(list(arguments))
    except ChildFailedError as error:
        print(error, file=sys.stderr)
        # The others are ended by a signal then, often within the second by which torchrun tells what came first.
        if any(failure.exitcode == UsageError.exit_code for failure in error.failures.values()):
            return UsageError.exit_code
        code = error.get_first_failure()[1].exitcode
        return code if code > 0 else 128 - code
    return 0


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1:]))
