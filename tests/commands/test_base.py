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


def test_no_command_waits_for_pandas(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    code = "import sys; from evercart.commands.base import open_shop; from pathlib import Path; import pyarrow as pa;"
    code += "open_shop(Path('shop')).close(); pa.array([1]); print('pandas' in sys.modules, 'plotly' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
