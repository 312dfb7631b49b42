"""The copy command: progress, what it did, what to do next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart import Shop
from evercart.testing.console import evercart
from evercart.testing.postgres import PASSWORD, PrivateServer

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_a_shop_moves_to_a_server_then_back(
    server: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERCART_LOG", server.url("copied"))
    with Shop.open(tmp_path / "shop", create=True) as shop:
        rows = shop.ingest(EXAMPLES / "purchases.csv", EXAMPLES / "purchases.toml").added
    said = evercart("copy", "shop", server.url("copied"), folder=tmp_path)
    assert PASSWORD not in said
    assert 'Put into shop.toml: log = "postgresql://' in said
    done = json.loads(evercart("copy", "shop", "env:EVERCART_LOG", "--json", folder=tmp_path))
    assert (done["rows"], done["next_offset"], done["setting"]) == (0, rows, 'log = "env:EVERCART_LOG"')
    assert done["checksum"] in said
    back = json.loads(evercart("copy", "env:EVERCART_LOG", "back", "--shop", "shop", "--json", folder=tmp_path))
    assert (back["rows"], back["checksum"]) == (rows, done["checksum"])
    assert "expected a log, got 'none'" in evercart(
        "copy", "nowhere", "back", "--shop", "shop", folder=tmp_path, code=2
    )
