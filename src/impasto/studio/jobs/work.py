"""The program of a job's process: it runs the command, and writes down how that ended.

    python -m impasto.studio.jobs.work FOLDER

The folder holds `order.json`. The exit code goes into `exit.json`, because a service that is started later is not the
parent of this process and could not learn it otherwise; when there is no such file, the process was killed.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path

from impasto.files import write_json

__all__ = ["BORN", "EXIT", "ORDER", "main"]

ORDER = "order.json"
EXIT = "exit.json"
BORN = "process.json"


def main(folder: Path) -> None:
    """Run the command of a job folder in this process."""
    write_json(folder / BORN, {"pid": os.getpid()})
    sys.argv = ["impasto", *json.loads((folder / ORDER).read_text(encoding="utf8"))["arguments"]]
    code = 1
    try:
        runpy.run_module("impasto", run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        write_json(folder / EXIT, {"code": code})
    sys.exit(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
