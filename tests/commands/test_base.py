"""What every command shares."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from evercart.testing.console import evercart


def test_json_goes_where_a_pipe_reads(tmp_path: Path) -> None:
    said = json.loads(evercart("init", "--json", folder=tmp_path))
    assert said["events"] == 0


def test_warnings_do_not(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    (tmp_path / "shop" / "checkpoints").mkdir()
    (tmp_path / "shop" / "checkpoints" / "control.json").write_text("{")
    assert json.loads(evercart("status", "--json", folder=tmp_path))["learned"] == 0


def imported_by(code: str, folder: Path) -> set[str]:
    """Return which packages that are slow to import a process of its own has loaded."""
    code = f"import sys; from pathlib import Path; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return {"numba", "pandas", "plotly", "pyarrow"} & set(done.stdout.split())


def test_no_command_waits_for_pandas(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    code = "import evercart.cli; from evercart.commands.base import open_shop; import pyarrow as pa; "
    assert imported_by(code + "open_shop(Path('shop')).close(); pa.array([1])", tmp_path) == {"numba", "pyarrow"}


def test_help_waits_for_none_of_them(tmp_path: Path) -> None:
    assert imported_by("import evercart.cli", tmp_path) == set()
