"""Commands about live decisions."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

from evercart import Shop
from evercart.events.schema import SCHEMA, conform
from evercart.testing.console import COMMAND, evercart, example_shop

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example, with a live decision."""
    folder = example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)
    with Shop.open(folder / "shop") as opened:
        user = opened.log.names(0, opened.log.next_offset)["user"].drop_null()[0].as_py()
        opened.decide("spend", user=user, id="live")
    return folder


def test_verify_agrees_then_finds_what_was_altered(shop: Path) -> None:
    said = json.loads(evercart("verify", "--json", folder=shop))
    assert (said["decisions"], said["agreed"], said["differing"], said["unchecked"]) == (1, 1, [], {})
    assert "agreed, bit for bit" in evercart("verify", folder=shop)
    with Shop.open(shop / "shop") as opened:
        row = opened.log.names(opened.log.next_offset - 1, opened.log.next_offset).select(SCHEMA.names)
        forged = {"id": pa.array(["forged"]), "guess": pa.array([1e6])}
        for name, column in forged.items():
            row = row.set_column(SCHEMA.get_field_index(name), name, column)
        opened.log.append(conform(row), opened.clock.now_us())
    found = subprocess.run([*COMMAND, "verify"], cwd=shop, capture_output=True, text=True, check=False, timeout=100)
    assert found.returncode == 2
    assert "forged" in found.stdout
    assert "1000000.0" in found.stdout


def test_compact_says_what_it_let_go_of(shop: Path) -> None:
    said = json.loads(evercart("compact", "--json", folder=shop))
    assert (said["decisions"], said["bytes"]) == (0, 0)
    assert said["kept"] >= 1
    assert "kept" in evercart("compact", folder=shop)
