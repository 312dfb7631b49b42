"""Console: commands as a user types them, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

from evercart.testing.forked import MOST_S, WITH, Done, Forked

COMMAND: Final = [sys.executable, "-c", "from evercart.cli import main; main()"]


def evercart(*words: object, folder: Path, code: int = 0) -> str:
    """Run a command in a folder; return what it printed, errors where it failed."""
    done = _run(list(map(str, words)), folder)
    if done.code != code or "Traceback" in done.err + done.out:
        text = f"exit code {done.code}: {done.err}"
        raise AssertionError(text)
    return done.out if code == 0 else done.err


def _run(words: list[str], folder: Path) -> Done:
    if sys.platform == "linux":  # elsewhere a process that has loaded much may not be safe to copy
        return _forked().run(words, folder)
    done = subprocess.run(
        [*COMMAND, *words], cwd=folder, env={**os.environ, **WITH}, capture_output=True, text=True, timeout=MOST_S
    )
    return Done(done.returncode, done.stdout, done.stderr)


@cache
def _forked() -> Forked:
    return Forked()


def example_shop(folder: Path, examples: Path) -> Path:
    """Run the README's two commands on the example, in a folder; return it."""
    evercart("ingest", examples / "purchases.csv", "--map", examples / "purchases.toml", folder=folder)
    evercart("run", folder=folder)
    return folder
