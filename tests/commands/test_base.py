"""What every command shares."""

from __future__ import annotations

import json
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
