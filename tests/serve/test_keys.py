"""Keys as a running service knows them: found in memory, watched for changes, never open by accident."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

import pytest

from evercart.clock import Clock
from evercart.errors import UserError
from evercart.serve.caller import LOCAL, NOBODY
from evercart.serve.keys import TWICE, WRONG, Keys
from evercart.serve.keystore import KeyStore
from evercart.serve.problem import WhoAreYou
from evercart.units import DAY_US, SECOND_US


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.us = 1_000 * DAY_US

    def clock(self) -> Clock:
        return Clock(now_us=lambda: self.us, wall_s=lambda: self.us / SECOND_US)

    def turn(self, seconds: float) -> None:
        self.us += round(seconds * SECOND_US)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def store(tmp_path: Path, hands: Hands) -> KeyStore:
    """What another process, the command line, writes through."""
    return KeyStore(tmp_path, hands.clock())


Begin = Callable[[], Keys]


@pytest.fixture
def begin(tmp_path: Path, hands: Hands) -> Iterator[Begin]:
    """What a service does as it starts; closed at the end."""
    begun: list[Keys] = []

    def one() -> Keys:
        begun.append(Keys(tmp_path, hands.clock(), at_once))
        return begun[-1]

    yield one
    for keys in begun:
        keys.close()


def at_once(work: Any) -> None:
    work()


def asked(*headers: tuple[str, str]) -> dict[str, Any]:
    return {"headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]}


def bearing(text: str) -> dict[str, Any]:
    return asked(("host", "shop.example"), ("authorization", f"Bearer {text}"))


def test_without_keys_everybody_is_local(begin: Begin) -> None:
    keys = begin()
    assert not keys.any()
    assert keys.caller(asked()) == LOCAL
    assert keys.caller(bearing("ev_00000000_x")) == LOCAL
    assert not keys.path.exists()


def test_a_key_says_who_asks(begin: Begin, hands: Hands, store: KeyStore) -> None:
    made = store.create("site", ["decide"], rate=7)
    keys = begin()
    assert keys.any()
    for said in (
        bearing(made.text),
        asked(("authorization", f"bearer {made.text}")),
        asked(("authorization", f"BEARER   {made.text} ")),
        asked(("x-api-key", made.text)),
        asked(("authorization", "Basic abc"), ("x-api-key", made.text)),
    ):
        caller = keys.caller(said)
        assert caller == ("site", made.key.id, frozenset({"decide"}))
    assert keys.rate(made.key.id) == 7
    assert keys.rate("none") is None
    assert keys.caller(asked(("host", "x"))) == NOBODY
    assert keys.caller(asked(("authorization", "Basic abc"))) == NOBODY


def test_a_wrong_key_is_refused_without_an_echo(begin: Begin, hands: Hands, store: KeyStore) -> None:
    made = store.create("site", ["decide"])
    keys = begin()
    last = "1" if made.text[-1] == "0" else "0"
    for text in (
        "",
        "x",
        "ev_",
        f"ev_{made.key.id}_",
        made.text[:-1],
        made.text[:-1] + last,
        made.text + "0",
        made.text.upper(),
        "XX" + made.text[2:],
        "ev_ffffffff_" + made.text[12:],
        "\xff" * 20,
        "0" * 60_000,
    ):
        with pytest.raises(WhoAreYou) as caught:
            keys.caller(bearing(text))
        assert str(caught.value) == WRONG == "key: expected one that this shop knows, got one it does not"


def test_two_keys_in_one_request_are_refused(begin: Begin, hands: Hands, store: KeyStore) -> None:
    text = store.create("site", ["decide"]).text
    keys = begin()
    pair = ("authorization", f"Bearer {text}")
    with pytest.raises(WhoAreYou) as caught:
        keys.caller(asked(pair, pair))
    assert str(caught.value) == TWICE == "key: expected one, got several"
    assert keys.caller(asked(pair, ("accept", "a"), ("accept", "b"))).name == "site"


def test_revoking_takes_effect_within_a_second(begin: Begin, hands: Hands, store: KeyStore) -> None:
    text = store.create("site", ["decide"]).text
    keys = begin()
    store.revoke("site")
    hands.turn(0.5)
    assert keys.caller(bearing(text)).name == "site"
    hands.turn(0.5)
    with pytest.raises(WhoAreYou):
        keys.caller(bearing(text))
    assert keys.any()
    assert keys.caller(asked()) == NOBODY


def test_a_new_key_works_at_once(begin: Begin, hands: Hands, store: KeyStore) -> None:
    store.create("site", ["decide"])
    keys = begin()
    hands.turn(0.1)
    text = store.create("pages", ["read"]).text
    assert keys.caller(bearing(text)).name == "pages"


def test_unknown_keys_make_us_look_twenty_times_a_second_at_most(
    begin: Begin, hands: Hands, store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create("site", ["decide"])
    keys = begin()
    looks = []
    monkeypatch.setattr(keys, "_read", lambda: looks.append(hands.us))
    for number in range(1000):
        hands.turn(0.001)
        with pytest.raises(WhoAreYou):
            keys.caller(bearing(f"ev_{number:08x}_x"))
    assert 15 <= len(looks) <= 21


def test_the_first_key_shuts_a_service_that_was_open(begin: Begin, hands: Hands, store: KeyStore) -> None:
    keys = begin()
    assert keys.caller(asked()) == LOCAL
    store.create("site", ["decide"])
    hands.turn(1)
    assert keys.caller(asked()) == NOBODY


def test_a_file_that_goes_away_opens_nothing(begin: Begin, hands: Hands, store: KeyStore) -> None:
    text = store.create("site", ["decide"]).text
    keys = begin()
    store.path.unlink()
    hands.turn(1)
    assert keys.any()
    assert keys.caller(asked()) == NOBODY
    with pytest.raises(WhoAreYou):
        keys.caller(bearing(text))
    again = store.create("site", ["decide"]).text
    hands.turn(1)
    assert keys.caller(bearing(again)).name == "site"


def test_a_file_that_another_writes_leaves_what_was_known(
    begin: Begin, hands: Hands, store: KeyStore, caplog: pytest.LogCaptureFixture
) -> None:
    text = store.create("site", ["decide"]).text
    keys = begin()
    keys._aside = lambda work: None
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    hands.turn(0.9)
    began_s = perf_counter()
    with caplog.at_level(logging.WARNING):
        for _ in range(19):
            hands.turn(0.1)
            assert keys.caller(bearing(text)).name == "site"
        assert caplog.text == ""
        hands.turn(0.1)
        assert keys.caller(bearing(text)).name == "site"
    assert caplog.text.count("keys.db: could not be read (OperationalError); what was known still holds") == 1
    assert perf_counter() - began_s < 4  # nobody was waited for
    other.execute("ROLLBACK")
    other.close()
    store.revoke("site")
    hands.turn(1)
    with pytest.raises(WhoAreYou):
        keys.caller(bearing(text))


def test_a_damaged_file_is_told_when_a_service_begins(tmp_path: Path, store: KeyStore) -> None:
    store.path.write_bytes(b"x" * 5000)
    with pytest.raises(UserError, match=r"keys\.db: expected keys that can be read, got 'file is not a database'"):
        Keys(tmp_path)


def test_an_expired_key_is_good_for_nothing(begin: Begin, hands: Hands, store: KeyStore) -> None:
    made = store.create("site", ["decide"], days=1)
    keys = begin()
    assert keys.of_id(made.key.id) == keys.caller(bearing(made.text))
    hands.us += DAY_US
    with pytest.raises(WhoAreYou):
        keys.caller(bearing(made.text))
    assert keys.of_id(made.key.id) is None


def test_when_a_key_was_last_seen_is_written_once_a_minute(begin: Begin, hands: Hands, store: KeyStore) -> None:
    text = store.create("site", ["decide"]).text
    keys = begin()
    seen = []
    for _ in range(130):
        hands.turn(1)
        keys.caller(bearing(text))
        seen.append(store.list()[0].used_us)
    assert len(set(seen) - {None}) == 3
    keys.close()
    assert store.list()[0].used_us == hands.us


def test_sessions_that_ended_are_known_at_once(begin: Begin, hands: Hands, store: KeyStore) -> None:
    store.create("site", ["read"])
    keys, other = begin(), begin()
    assert keys.end("mark", hands.us + DAY_US)
    assert keys.ended("mark")
    hands.turn(1)
    assert other.ended("mark")
    assert not other.ended("another")


def test_finding_a_caller_is_cheap(begin: Begin, store: KeyStore) -> None:
    text = store.create("site", ["decide"]).text
    keys = begin()
    said = asked(*((f"x-header-{n}", "value") for n in range(9)), ("authorization", f"Bearer {text}"))
    best = 1.0
    for _ in range(20):
        began = perf_counter()
        for _ in range(500):
            keys.caller(said)
        best = min(best, (perf_counter() - began) / 500)
    assert best < 50e-6  # about 4 µs on a quiet machine; this catches a slow hash or a read of the file


def test_threads_may_ask_while_keys_change(begin: Begin, hands: Hands, store: KeyStore) -> None:
    texts = [store.create("site", ["decide"]).text]
    keys, failed = begin(), []

    def ask() -> None:
        for _ in range(300):
            hands.turn(0.4)
            try:
                keys.any()
                keys.caller(bearing(texts[-1]))
            except Exception as error:
                failed.append(error)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        store.create(f"other-{number}", ["read"])
    for thread in threads:
        thread.join()
    assert failed == []
