"""Keys as tables."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from evercart.serve.keystore import Key, Made
from evercart.show_keys import key_json, keys, made
from evercart.units import DAY_US

KEY = Key("0a1b2c3d", "site", ("ingest", "decide"), None, DAY_US, 3 * DAY_US, None, None)


def text(shown: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(shown)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_table_says_what_each_may_do() -> None:
    said = text(keys([KEY, KEY._replace(rate=0, expires_us=None), KEY._replace(rate=2.5, revoked_us=5)], 4 * DAY_US))
    assert [word in said for word in ("ingest decide", "as set", "any", "2.5", "never")] == [True] * 5
    assert [word in said for word in ("expired", "valid", "revoked", "1970-01-04 00:00:00 UTC")] == [True] * 4


def test_no_keys_say_what_to_do() -> None:
    assert "`evercart key create` makes the first." in text(keys([], 0))


def test_a_new_key_is_one_line_of_its_own() -> None:
    said = text(made(Made(KEY, "ev_0a1b2c3d_" + "f" * 64), DAY_US))
    assert said.splitlines()[0] == "ev_0a1b2c3d_" + "f" * 64
    assert "until 1970-01-02 00:00:00 UTC" in said


def test_plain_objects() -> None:
    assert key_json(KEY, 0)["state"] == "valid"
