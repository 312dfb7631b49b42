"""The command that copies a shop."""

from __future__ import annotations

import json
from pathlib import Path

from evercart.testing.console import evercart


def test_a_copy_is_a_shop(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    evercart("key", "create", "site", "--scope", "ingest", folder=tmp_path)
    said = json.loads(evercart("backup", "--to", "copy", "--json", folder=tmp_path))
    assert (said["folder"], said["log"]) == ("copy", "")
    one = json.loads(evercart("key", "list", "--json", folder=tmp_path))
    assert json.loads(evercart("key", "list", "--json", "--shop", "copy", folder=tmp_path)) == one
    assert "again" in evercart("backup", "--to", "again", "--shop", "copy", folder=tmp_path)
    again = evercart("backup", "--to", "copy", folder=tmp_path, code=2)
    assert again == "--to: expected a new folder, got 'copy'\n"
