"""The door: keys, sessions, rates, addresses, in the order in which they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from evercart.clock import Clock
from evercart.serve.caller import LOCAL, NOBODY, Caller
from evercart.serve.guards.door import Door
from evercart.serve.guards.session import Sessions
from evercart.serve.keys import Keys
from evercart.serve.keystore import KeyStore
from evercart.serve.metrics import Metrics
from evercart.serve.problem import NotAllowed, TooMany, WhoAreYou
from evercart.serve.settings import Settings
from evercart.shop import Shop
from evercart.testing.serving import served
from evercart.units import DAY_US, SECOND_US


class House:
    """A door with all that belongs to it, by a clock that a test turns."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.us = 1_000 * DAY_US
        clock = Clock(now_us=lambda: self.us, wall_s=lambda: self.us / SECOND_US)
        self.keys, self.metrics = Keys(folder, clock, lambda work: work()), Metrics()
        self.sessions = Sessions(folder, self.keys, 3600, clock)
        self.door = Door(self.keys, self.sessions, Settings(**settings), self.metrics, clock.wall_s)

    def key(self, name: str = "site", **options: Any) -> str:
        made = self.keys.create(name, ["decide"], **options).text
        self.turn(1)
        return made

    def turn(self, seconds: float) -> None:
        self.us += round(seconds * SECOND_US)

    def ask(self, key: str = "", client: str = "192.0.2.7", method: str = "GET", **headers: str) -> Caller:
        said = [(b"host", b"shop.example")] if "host" not in headers else []
        said += [(b"authorization", f"Bearer {key}".encode())] if key else []
        said += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        asgi = {"headers": said, "method": method, "scheme": "http", "client": (client, 5)}
        return self.door.caller(asgi, dict(said))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.keys.close()


def test_without_keys_this_machine_alone_is_let_in(house: House) -> None:
    assert house.ask(client="127.0.0.1", host="localhost:8321") == LOCAL
    with pytest.raises(NotAllowed):
        house.ask()


def test_with_keys_a_key_is_asked_for_even_here(house: House) -> None:
    key = house.key()
    assert house.ask(client="127.0.0.1", host="localhost:8321") == NOBODY
    assert house.ask(key).name == "site"
    assert (
        house.ask(key, origin="https://elsewhere.example").name == "site"
    )  # a key is no cookie: only its owner has it


def test_no_rate_costs_no_memory(house: House) -> None:
    key = house.key()
    for _ in range(1_000):
        house.ask(key)
    assert len(house.door._asked) == 0


def test_a_key_s_own_rate_goes_before_the_setting(tmp_path: Path) -> None:
    house = House(tmp_path, rate=2)
    keys = {
        "as set": (house.key("a"), 2),
        "more": (house.key("b", rate=5), 5),
        "any": (house.key("c", rate=0), 50),
    }
    for key, most in keys.values():
        passed = 0
        for _ in range(50):
            try:
                passed += house.ask(key).name != ""
            except TooMany as told:
                assert told.retry_s
        assert passed == most
    with pytest.raises(TooMany) as caught:
        house.ask(keys["as set"][0])
    assert str(caught.value) == "key: expected at most 2 requests a second, got 'more'"
    house.turn(0.5)
    assert house.ask(keys["as set"][0]).name == "a"
    assert house.metrics.throttled["rate"] == 48 + 45 + 1
    house.keys.close()


def test_wrong_keys_are_slowed_by_address_yet_right_ones_pass(house: House) -> None:
    key = house.key()
    told = []
    for number in range(30):
        with pytest.raises((WhoAreYou, TooMany)) as caught:
            house.ask(f"ev_{number:08x}_x")
        told.append(caught.type)
    assert (told[:20], told[20:]) == ([WhoAreYou] * 20, [TooMany] * 10)
    assert str(caught.value) == "key: expected at most 1 wrong ones a second from an address, got 'more'"
    assert house.ask(key).name == "site"
    with pytest.raises(WhoAreYou):
        house.ask("ev_00000000_x", client="192.0.2.8")
    assert (house.metrics.wrong_keys, house.metrics.throttled) == (31, {"wrong keys": 10})


def test_a_thousand_wrong_keys_from_a_thousand_addresses_are_forgotten(house: House) -> None:
    house.key()
    for number in range(3_000):
        with pytest.raises(WhoAreYou):
            house.ask(f"ev_{number:08x}_{'0' * 64}", client=f"10.0.{number >> 8}.{number & 255}")
    assert len(house.door._wrong) == 1_024
    assert len(house.keys._by_id) == 1
    assert house.keys._seen == {}


def test_a_session_is_a_caller_where_nothing_changes(house: House) -> None:
    session = house.sessions.begin(house.key(), ("192.0.2.7", 5))
    cookie = house.sessions.cookie(session, {}).split(";")[0]
    assert house.ask(cookie=cookie).name == "site"
    assert house.ask(cookie=cookie, method="POST") == NOBODY
    assert house.ask(cookie=cookie, method="POST", x_csrf_token=house.sessions.csrf(session)).name == "site"
    assert house.ask(cookie="evercart=1") == NOBODY


def test_a_running_service_hears_of_keys(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop, served(shop) as url, httpx.Client(base_url=url) as client:
        store = KeyStore(tmp_path / "shop", Clock())
        assert client.get("/metrics").status_code == 200
        text = store.create("site", ["read"], rate=2).text
        assert _soon(lambda: client.get("/metrics").status_code == 401)
        client.headers["authorization"] = f"Bearer {text}"
        assert [client.get("/metrics").status_code for _ in range(2)] == [200, 200]
        refused = next(one for one in (client.get("/metrics") for _ in range(100)) if one.status_code == 429)
        assert (refused.headers["retry-after"], refused.json()["error"]) == (
            "1",
            "key: expected at most 2 requests a second, got 'more'",
        )
        store.revoke("site")
        assert _soon(lambda: client.get("/healthz").status_code == 401)


def _soon(holds: Any) -> bool:
    """Return whether it holds within half a minute; how soon it does is told in `tests/serve/test_keys.py`."""
    ends = monotonic() + 30
    while not (held := holds()) and monotonic() < ends:
        sleep(0.05)
    return bool(held)
