"""Console: commands as a user types them, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

COMMAND: Final = [sys.executable, "-c", "from evercart.cli import main; main()"]


def evercart(*words: object, folder: Path, code: int = 0) -> str:
    """Run a command in a folder; return what it printed, errors where it failed."""
    env = {**os.environ, "COLUMNS": "400", "NO_COLOR": "1"}
    done = subprocess.run(
        [*COMMAND, *map(str, words)], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode != code or "Traceback" in done.stderr + done.stdout:
        text = f"exit code {done.returncode}: {done.stderr}"
        raise AssertionError(text)
    return done.stdout if code == 0 else done.stderr


def example_shop(folder: Path, examples: Path) -> Path:
    """Run the README's two commands on the example, in a folder; return it."""
    evercart("ingest", examples / "purchases.csv", "--map", examples / "purchases.toml", folder=folder)
    evercart("run", folder=folder)
    return folder
