"""What Windows and macOS lack is taken away, and the main commands still work."""

from __future__ import annotations

import subprocess
import sys

LACKING = """
import os, signal, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "pwd", "grp", "termios", "tty", "pty", "resource", "syslog", "curses"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in ("fcntl", "pwd", "grp", "termios", "tty", "pty", "resource", "syslog", "curses"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
for name in ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGQUIT", "SIGTSTP"):
    delattr(signal, name)
for name in ("fork", "sched_getaffinity", "getloadavg", "sysconf", "getuid", "geteuid", "getpgid", "killpg", "setsid",
             "nice", "statvfs", "mkfifo", "chown", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC"):
    delattr(os, name)
import warnings
warnings.filterwarnings("ignore", message="only soft file lock")
from impasto.cli.app import main
for line in sys.argv[1:]:
    try:
        main(line.split())
    except SystemExit as end:
        assert not end.code, line
"""


def test_the_main_commands_need_nothing_that_windows_lacks(tmp_path, scene):
    (tmp_path / "pictures").mkdir()
    for number in range(6):
        scene(number).save(tmp_path / "pictures" / f"{number}.png")
    lines = [
        "data prepare pictures --resolution 32 --out store",
        "data inspect store",
        "train vae store --out run --preset tiny --steps 2 --batch 2 --set samples=0 --set precision=fp32",
        "paint run --count 2 --out gallery",
        "paint --from gallery/0001.png",
    ]
    command = [sys.executable, "-c", LACKING, *lines]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 pictures in gallery" in done.stdout
    assert "bit for bit the same" in done.stdout
