"""Install evercart from this folder, with one extra, beside the Python that runs this, showing what is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VENV = Path(sys.prefix)
LOG = VENV / "pip.log"
NO_GIT = (
    "git was not found: install it to fetch later versions (Debian and Ubuntu: apt install git; "
    "macOS: xcode-select --install)."
)


def shown(line: str) -> str | None:
    """Return what a person sees of a line that pip says, if anything.

    >>> shown("  Downloading numpy-2.4.6-cp311-cp311-linux_x86_64.whl (16.9 MB)")
    '  numpy 2.4.6, 16.9 MB'
    """
    words = line.replace("Using cached", "Cached").split()
    if not words:
        return None
    if words[0] in ("Downloading", "Cached", "Processing") and words[1].endswith(".whl"):
        name, version = Path(words[1]).name.split("-")[:2]
        size = " ".join(words[2:4]).strip("()") if words[0] != "Processing" else "a file of this machine"
        return f"  {name} {version}, {size}"
    if line.startswith("Installing collected"):
        return f"  writing {len(words) - 3} packages"
    return line.rstrip() if words[0] in ("ERROR:", "error:") else None


def main(extra: str) -> int:
    """Run pip, keep all it says in a file, and return its exit code."""
    if shutil.which("git") is None:
        print(NO_GIT, file=sys.stderr)
    print(f"installing evercart[{extra}] into {VENV.name}", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "--progress-bar", "off", "-c", "constraints.txt"]
    quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUNBUFFERED": "1"}
    command = [*pip, "-e", f".[{extra}]"]
    with (
        LOG.open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=quiet) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            if text := shown(line):
                print(text, flush=True)
    if process.returncode:
        print(f"the install failed; everything pip said is in {LOG}", file=sys.stderr)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
