"""Forked: a process that has imported the package, of which each command gets a copy.

`python -m evercart.testing.forked` is that process: it reads one line of JSON a command, answers each with its exit
code. What a process imports before its first command takes a second or two of CPU, a copy of it a hundredth.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np

from evercart.chance import uniform
from evercart.commands.base import spare_pandas

MOST_S: Final = 900  # that a command may take: a busy machine compiles for long
WITH: Final = {"COLUMNS": "400", "NO_COLOR": "1"}  # what a command prints is the same everywhere
_BEFORE: Final = (  # modules that most commands import
    *(f"evercart.{name}" for name in ("cli", "shop", "show", "ingest", "reporting")),
    "typer.rich_utils",
)
_READ: Final = {"encoding": "utf-8", "errors": "replace"}


class Done(NamedTuple):
    """What a command left behind; its code is negative where a signal ended it."""

    code: int
    out: str
    err: str


class Forked:
    """Runs commands one after the other, each in a process that ends with it."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "evercart.testing.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **WITH},
        )
        atexit.register(self.stop)

    def run(self, words: Sequence[str], folder: Path) -> Done:
        """Run a command in a folder with the environment of this moment."""
        with TemporaryDirectory() as kept, self._one_at_a_time:
            asked = {"words": words, "folder": str(folder), "env": {**os.environ, **WITH}, "kept": kept}
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            print(json.dumps(asked), file=self._process.stdin, flush=True)
            code = int(self._process.stdout.readline())
            return Done(code, *((Path(kept) / name).read_text(**_READ) for name in ("out", "err")))

    def stop(self) -> None:
        """End the process that is copied."""
        with self._process as ending:
            assert ending.stdin is not None
            ending.stdin.close()


def main() -> None:
    """Answer one command after the other, until there are no more; in a copy, be that command."""
    spare_pandas()
    for name in _BEFORE:
        importlib.import_module(name)
    uniform(1, np.arange(1), "forked")  # what Numba imports at the first kernel that it loads
    gc.freeze()  # else each copy looks through all of it as it ends, which takes half a second
    for line in sys.stdin:
        if not (copy := os.fork()):
            return _become(**json.loads(line))
        _, status = os.waitpid(copy, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def _become(words: list[str], folder: str, env: dict[str, str], kept: str) -> None:
    """Do what a process of its own would do, to the end."""
    from evercart import cli

    signal.alarm(MOST_S)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["evercart", *words]
    for name, number in (("out", 1), ("err", 2)):
        os.dup2(os.open(Path(kept) / name, os.O_WRONLY | os.O_CREAT), number)
    with open(os.devnull, encoding="utf-8") as sys.stdin:
        cli.main()


if __name__ == "__main__":
    main()
