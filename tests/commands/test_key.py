"""Commands about keys."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from evercart.serve.keys import Keys
from evercart.testing.console import evercart


def knows(folder: Path, *texts: str) -> list[str]:
    """Return whom a service of the shop takes the bearers of keys for."""
    with closing(Keys(folder / "shop")) as keys:
        return [keys.of_text(text.encode()).name for text in texts]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    evercart("init", folder=tmp_path)
    return tmp_path


def test_a_key_is_made_listed_rotated_revoked(folder: Path) -> None:
    assert "No keys: the service answers this machine alone." in evercart("key", "list", folder=folder)
    words = ("site", "--scope", "ingest", "--scope", "decide", "--rate", 100, "--days", 90)
    first = json.loads(evercart("key", "create", *words, "--json", folder=folder))
    assert (first["scopes"], first["rate"], first["state"]) == (["ingest", "decide"], 100, "valid")
    assert knows(folder, first["text"]) == ["site"]

    table = evercart("key", "list", folder=folder)
    assert "ingest decide" in table
    assert first["text"] not in table
    assert first["text"] not in evercart("key", "list", "--json", folder=folder)

    said = evercart("key", "rotate", "site", "--hours", 1, folder=folder)
    assert "This is site's key. It is not shown again: keep it now." in said
    assert "The key before it works until" in said
    second = said.split()[0]
    assert knows(folder, first["text"], second) == ["site", "site"]

    assert evercart("key", "revoke", "site", folder=folder).count("revoked") == 2
    rows = json.loads(evercart("key", "list", "--json", folder=folder))["keys"]
    assert [row["state"] for row in rows] == ["revoked", "revoked"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("create", "site", "--scope", "x"), "scope: expected one of the scopes ingest decide read operate, got 'x'"),
        (("create", "site"), "Missing option '--scope'"),
        (("create", "a b", "--scope", "read"), "name: expected 1 to 64 letters, digits or ._@-, got 'a b'"),
        (("revoke", "site"), "key: expected the id or name of a valid key; see `evercart key list`, got 'site'"),
        (("rotate", "site"), "key: expected the id or name of a valid key; see `evercart key list`, got 'site'"),
        (("list", "--shop", "none"), "none: expected a shop (a folder with shop.toml); see `evercart init`, got"),
    ],
)
def test_mistakes(folder: Path, words: tuple[str, ...], text: str) -> None:
    assert text in evercart("key", *words, folder=folder, code=2)
    assert not (folder / "shop" / "keys.db").exists()


@pytest.mark.parametrize("command", ["create", "list", "revoke", "rotate"])
def test_help_with_an_example(tmp_path: Path, command: str) -> None:
    said = evercart("key", command, "--help", folder=tmp_path)
    assert f"Example: evercart key {command}" in said
    assert "--json" in said
