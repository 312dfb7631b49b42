"""The package as a program."""

from __future__ import annotations

import subprocess
import sys

import evercart


def test_the_package_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "evercart", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{evercart.__version__}\n"
