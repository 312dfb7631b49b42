"""Commands about what may not enter."""

from __future__ import annotations

import json
from pathlib import Path

from evercart.testing.console import evercart

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_quarantine_is_listed_shown_mended_sent_again(tmp_path: Path) -> None:
    lines = (EXAMPLES / "purchases.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "bad.csv").write_text("\n".join([lines[0], lines[1].replace(lines[1].split(",")[0], "")]) + "\n")
    evercart("init", folder=tmp_path)
    evercart("ingest", "bad.csv", "--map", EXAMPLES / "purchases.toml", folder=tmp_path)
    said = json.loads(evercart("quarantine", "list", "--json", folder=tmp_path))
    held = said["rows"][0]
    assert len(said["rows"]) == 1
    assert held["rule"] in evercart("quarantine", "list", folder=tmp_path)
    assert held["field"] in evercart("quarantine", "show", held["number"], folder=tmp_path)
    again = json.loads(evercart("quarantine", "retry", "--json", folder=tmp_path))
    assert again["entered"] == 0
    edit = f"{held['field']}=mended-1"
    again = json.loads(evercart("quarantine", "retry", held["number"], "--set", edit, "--json", folder=tmp_path))
    assert again == {"entered": 1, "refused": []}
    assert json.loads(evercart("status", "--json", folder=tmp_path))["events"] == 1
