"""Both clients, verb by verb, against a real service of a shop that has learned."""

from __future__ import annotations

import asyncio
import inspect
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from evercart import AsyncClient, Client, Shop
from evercart.client import Refused
from evercart.serve.keystore import KeyStore
from evercart.serve.settings import Settings
from evercart.serve.wire import Guessed, Listed, Profile, Quarantined, Report
from evercart.testing.serving import served


@pytest.fixture(scope="module")
def shop(learned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("clients") / "shop"
    shutil.copytree(learned, folder)
    with Shop.open(folder) as shop:
        yield shop


@pytest.fixture(scope="module")
def key(shop: Shop) -> str:
    return KeyStore(shop.folder, shop.clock).create("site", ["ingest", "decide", "read"]).text


@pytest.fixture(scope="module")
def url(shop: Shop, key: str) -> Iterator[str]:
    with served(shop, Settings(wait_ms=10_000)) as url:  # each decision is in the log when its answer comes
        until_s = time.monotonic() + 120
        while httpx.get(f"{url}/readyz").status_code != 200:
            assert time.monotonic() < until_s
            time.sleep(0.05)
        yield url


Work = Callable[[Any, Callable[[Any], Any]], Any]


@pytest.fixture(params=[Client, AsyncClient])
def with_client(request: pytest.FixtureRequest, url: str, key: str) -> Callable[[Work], Any]:
    """Return what lets a coroutine work with either client; `got` awaits what has to be awaited."""

    async def got(value: Any) -> Any:
        return await value if inspect.isawaitable(value) else value

    async def run(work: Work) -> Any:
        if request.param is AsyncClient:
            async with AsyncClient(url, key) as client:
                return await work(client, got)
        with Client(url, key) as direct:
            return await work(direct, got)

    return lambda work: asyncio.run(run(work))


def test_every_read_is_answered_with_its_type(shop: Shop, with_client: Callable[[Work], Any]) -> None:
    user = shop.log.names(0, 1).to_pylist()[0]["user"] or "u1"

    async def work(client: Any, got: Any) -> None:
        names = [app.name for app in await got(client.apps())]
        assert {"repurchase", "spend", "recommend"} <= set(names)
        shown = await got(client.recommend(user=user, k=3, why=True))
        assert isinstance(shown, Listed)
        assert len(shown.items) == 3
        assert isinstance(await got(client.similar(shown.items[0].item, k=2)), Listed)
        guessed = await got(client.decide("repurchase", user=user))
        assert isinstance(guessed, Guessed)
        assert 0 < guessed.guess < 1
        assert isinstance(await got(client.profile(user)), Profile)
        assert {one.app for one in await got(client.versions("spend"))} == {"spend"}
        assert isinstance(await got(client.quarantine(limit=5)), Quarantined)
        report = await got(client.report())
        assert isinstance(report, Report)
        assert report.events > 0

    with_client(work)


def test_what_is_buffered_is_in_the_log(shop: Shop, with_client: Callable[[Work], Any]) -> None:
    async def work(client: Any, got: Any) -> list[str]:
        decided = await got(client.decide("spend", user="ann"))
        ids = [client.event("view", user="ann", session="s", item="tea"), client.outcome(decided.decision, value=3.5)]
        await got(client.flush())
        return [*ids, decided.decision]

    view, outcome, decision = with_client(work)
    at = shop.log.find(pa.chunked_array([[view, outcome, decision]]))
    assert (at >= 0).all()
    (row,) = shop.log.names(int(at[1]), int(at[1]) + 1).to_pylist()
    assert (row["ref"], row["value"]) == (decision, 3.5)


def test_a_name_is_one_whatever_is_in_it(shop: Shop, with_client: Callable[[Work], Any]) -> None:
    odd = "a/b?c=d&e#f %2F ü"

    async def work(client: Any, got: Any) -> None:
        order = {"kind": "order", "user": odd, "item": odd, "quantity": 1000, "amount": 500}
        taken = await got(client.send([order]))
        assert (taken.accepted, taken.refused) == (1, [])
        assert (await got(client.profile(odd))).user == odd
        assert isinstance(await got(client.similar(odd)), Listed)

    with_client(work)


def test_a_decision_sent_again_is_not_made_again(with_client: Callable[[Work], Any]) -> None:
    async def work(client: Any, got: Any) -> None:
        decided = await got(client.decide("spend", user="ann"))
        with pytest.raises(Refused) as caught:
            await got(client.decide("spend", user="ann", id=decided.decision))
        assert caught.value.status == 409
        assert str(caught.value) == f"id: expected one that is not in the log, got '{decided.decision}'"
        assert caught.value.request

    with_client(work)


def test_a_decision_on_its_way_into_the_log_is_not_made_again_either(shop: Shop, key: str) -> None:
    with served(shop, Settings(wait_ms=0)) as url, Client(url, key) as client:  # before its states are loaded, too
        assert not client.decide("spend", user="ann", id="hasty").confirmed
        with pytest.raises(Refused, match=r"^id: expected one that is not in the log, got 'hasty'$"):
            client.decide("spend", user="ann", id="hasty")
        with pytest.raises(Refused, match=r"^decide spend\.user: expected a name, got ''$"):
            client.decide("spend", user="", id="wrong")
        assert client.decide("spend", user="ann", id="wrong").decision == "wrong"


def test_each_event_is_answered_for(with_client: Callable[[Work], Any]) -> None:
    async def work(client: Any, got: Any) -> None:
        good, bad = {"kind": "view", "item": "tea", "id": f"{type(client).__name__}-1"}, {"kind": "view", "id": "bad"}
        taken = await got(client.send([good, bad]))
        assert (taken.accepted, [one.row for one in taken.refused]) == (1, [2])
        assert taken.refused[0].error == "event 2: item: expected a value, which view needs, got 'null'"
        again = await got(client.send([{**good, "event_us": 1_700_000_000_000_000}]))
        assert (again.accepted, again.duplicates, len(again.refused)) == (0, 0, 1)  # the same id with another body

    with_client(work)


def test_a_key_without_the_scope_is_told(with_client: Callable[[Work], Any]) -> None:
    async def work(client: Any, got: Any) -> None:
        with pytest.raises(Refused) as caught:
            await got(client.promote("spend", "continual"))
        assert (caught.value.status, str(caught.value)) == (403, "key: expected one with the scope operate, got 'site'")

    with_client(work)


def test_an_operator_promotes_then_rolls_back(shop: Shop, url: str) -> None:
    key = KeyStore(shop.folder, shop.clock).create("boss", ["operate", "read"]).text
    with Client(url, key) as client:
        with pytest.raises(Refused) as caught:
            client.promote("spend", "no-such-model")
        assert caught.value.status == 409
        assert str(caught.value).startswith("model: expected one of the models ")
        other = next(one.name for one in shop.shelf.models("spend") if one.id != shop.current("spend").model)
        moved = client.promote("spend", other, force=True)
        assert (moved.app, moved.who) == ("spend", "boss")
        back = client.rollback("spend")
        assert back.to_model == moved.from_model
        assert client.retry().entered == 0
