"""The store of keys: made, listed, taken back, followed by others; no secret on disk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from evercart.clock import Clock
from evercart.errors import UserError
from evercart.serve.keystore import KeyStore, digest
from evercart.units import DAY_US, SECOND_US


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.us = 1_000 * DAY_US

    def clock(self) -> Clock:
        return Clock(now_us=lambda: self.us, wall_s=lambda: self.us / SECOND_US)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def store(tmp_path: Path, hands: Hands) -> KeyStore:
    return KeyStore(tmp_path, hands.clock())


def test_a_key_is_made_listed_and_its_secret_is_nowhere(store: KeyStore) -> None:
    made = store.create("site", ["decide", "ingest", "decide"], rate=100, days=90)
    assert re.fullmatch(r"ev_[0-9a-f]{8}_[0-9a-f]{64}", made.text)
    assert store.list() == (made.key,)
    assert made.key.scopes == ("ingest", "decide")
    assert made.key.expires_us == made.key.created_us + 90 * DAY_US
    assert made.text.split("_")[2].encode() not in store.path.read_bytes()
    assert made.text not in repr(store.list())


def test_only_the_owner_may_read_the_file(store: KeyStore) -> None:
    store.create("site", ["read"])
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_a_store_that_nobody_wrote_to_leaves_no_file(store: KeyStore) -> None:
    assert store.list() == ()
    assert not store.path.exists()


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no scope": ({"scopes": []}, "scope: expected at least one of ingest decide read operate, got 'none'"),
    "a scope of no kind": (
        {"scopes": ["rea"]},
        "scope: expected one of the scopes ingest decide read operate, got 'rea' (nearest: 'read')",
    ),
    "no name": ({"name": ""}, "name: expected 1 to 64 letters, digits or ._@-, got ''"),
    "a long name": ({"name": "a" * 65}, f"name: expected 1 to 64 letters, digits or ._@-, got '{'a' * 65}'"),
    "HTML": ({"name": "<b>"}, "name: expected 1 to 64 letters, digits or ._@-, got '<b>'"),
    "a line feed": ({"name": "a\n"}, "name: expected 1 to 64 letters, digits or ._@-, got 'a\\n'"),
    "less than no rate": ({"rate": -1}, "rate: expected at least 0 requests/s, got -1"),
    "a rate that is no number": ({"rate": float("nan")}, "rate: expected at least 0 requests/s, got nan"),
    "no days": ({"days": 0}, "days: expected more than 0, at most 36500, got 0"),
    "days without end": ({"days": 1e9}, "days: expected more than 0, at most 36500, got 1000000000.0"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(store: KeyStore, case: str) -> None:
    said, text = MISTAKES[case]
    with pytest.raises(UserError) as caught:
        store.create(**{"name": "site", "scopes": ["read"], **said})
    assert str(caught.value) == text
    assert store.list() == ()


def test_a_name_is_had_by_one_valid_key(store: KeyStore, hands: Hands) -> None:
    store.create("site", ["read"], days=1)
    with pytest.raises(UserError) as caught:
        store.create("site", ["read"])
    assert str(caught.value) == "name: expected one that no valid key has; see `evercart key rotate`, got 'site'"
    hands.us += DAY_US
    assert store.list()[0].state(hands.us) == "expired"
    assert store.create("site", ["read"]).key.name == "site"


def test_revoking_by_name_or_id(store: KeyStore, hands: Hands) -> None:
    one, two = store.create("one", ["read"]).key, store.create("two", ["read"]).key
    assert store.revoke("one") == (one,)
    assert store.revoke(two.id) == (two,)
    assert {key.state(hands.us) for key in store.list()} == {"revoked"}
    with pytest.raises(UserError) as caught:
        store.revoke("one")
    assert str(caught.value) == "key: expected the id or name of a valid key; see `evercart key list`, got 'one'"


def test_a_rotated_key_overlaps_with_its_successor(store: KeyStore, hands: Hands) -> None:
    first = store.create("site", ["read"], rate=5, days=10)
    hands.us += DAY_US
    second = store.rotate("site", overlap_s=60)
    assert second.text != first.text
    assert second.key._replace(id="", created_us=0, expires_us=0) == first.key._replace(
        id="", created_us=0, expires_us=0
    )
    assert second.key.expires_us == hands.us + 10 * DAY_US
    old = store.list()[0]
    assert (old.state(hands.us), old.state(hands.us + 60 * SECOND_US)) == ("valid", "expired")


def test_rotating_lengthens_no_life(store: KeyStore, hands: Hands) -> None:
    first = store.create("site", ["read"], days=1).key
    store.rotate("site", overlap_s=30 * 86_400)
    assert store.list()[0].expires_us == first.expires_us


def test_rotating_at_once(store: KeyStore, hands: Hands) -> None:
    store.create("site", ["read"])
    store.rotate("site", overlap_s=0)
    assert [key.state(hands.us) for key in store.list()] == ["expired", "valid"]


def test_sessions_that_ended_are_kept_until_they_expire(store: KeyStore, hands: Hands) -> None:
    assert store.end("a", hands.us + 1)
    assert store.end("a", hands.us + 1)
    hands.us += 2
    assert store.end("b", hands.us + 1)


def test_too_many_ended_sessions_are_told(store: KeyStore, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evercart.serve.keystore._MOST_ENDED", 2)
    assert [store.end(mark, hands.us + 1) for mark in "abc"] == [True, True, False]


def test_a_damaged_file_is_told(store: KeyStore) -> None:
    store.path.write_bytes(b"x" * 5000)
    with pytest.raises(UserError, match=r"keys\.db: expected keys that can be read and written, got 'file is not"):
        store.list()


def test_the_hash_is_of_the_whole_text() -> None:
    assert digest("ev_00000000_a") != digest("ev_00000001_a")
    assert digest("a") == digest(b"a")
