"""The addresses of a shop's apps."""

from __future__ import annotations

import asyncio
import json

import httpx
import pyarrow as pa
import pytest

from evercart.serve.service import Service


def get(path):
    async def work(service, client):
        found = await client.get(path)
        return found.status_code, found.json()

    return work


def post(path, body):
    async def work(service, client):
        found = await client.post(path, json=body)
        return found.status_code, found.json()

    return work


def newest(shop):
    """Return the newest view of the shop's history."""
    at = shop.log.next_offset
    return [row for row in shop.log.names(max(at - 3_000, 0), at).to_pylist() if row["kind"] == 1][-1]


def test_a_list_is_answered_logged_then_told(shop, ask):
    row = newest(shop)
    status, said = ask(shop, get(f"/v1/recommend?session={row['session']}&k=3&why=true"))
    assert status == 200
    assert [one["place"] for one in said["items"]] == [1, 2, 3]
    assert (said["fallback"], said["confirmed"], said["chance"]) == ("", True, 1.0)
    assert said["items"][0]["why"][0]["text"]
    (at,) = shop.log.find(pa.chunked_array([[said["decision"]]]))
    (logged,) = shop.log.names(int(at), int(at) + 1).to_pylist()
    assert (logged["app"], logged["session"], logged["model"]) == ("recommend", row["session"], said["model"])
    assert logged["revision"] == said["revision"]
    assert [one["item"] for one in json.loads(logged["properties"])["shown"]] == [one["item"] for one in said["items"]]
    assert shop.log.live_from is None  # a question is no event of the shop


def test_nobody_is_shown_what_is_popular_by_the_model(shop, ask):
    status, said = ask(shop, get("/v1/recommend?k=2"))
    assert (status, len(said["items"]), said["fallback"]) == (200, 2, "")


def test_similar_items(shop, ask):
    row = newest(shop)
    status, said = ask(shop, get(f"/v1/similar/{row['item']}?k=5"))
    assert (status, len(said["items"])) == (200, 5)
    assert row["item"] not in [one["item"] for one in said["items"]]


def test_a_number_is_answered_logged_then_told(shop, ask):
    status, said = ask(shop, post("/v1/repurchase/decide", {"user": newest(shop)["user"], "id": "mine"}))
    assert (status, said["decision"], said["unit"], said["confirmed"]) == (200, "mine", "chance", True)
    assert 0 < said["guess"] < 1
    assert shop.verify().differing == []
    assert shop.verify().agreed == 1


def test_a_decision_is_made_once(shop, ask):
    async def twice(service, client):
        body = {"user": "u1", "id": "mine"}
        await client.post("/v1/spend/decide", json=body)
        return await client.post("/v1/spend/decide", json=body)

    found = ask(shop, twice)
    assert (found.status_code, found.json()["error"]) == (409, "id: expected one that is not in the log, got 'mine'")


def test_an_id_is_a_name(shop, ask):
    for asked in (get("/v1/recommend?id="), post("/v1/spend/decide", {"user": "u1", "id": ""})):
        status, said = ask(shop, asked)
        assert (status, said["error"]) == (400, "id: expected a name, got ''")


def test_an_event_changes_the_next_answer(shop, ask):
    async def work(service, client):
        before = (await client.get("/v1/recommend?session=new&k=5")).json()
        event = {"kind": "view", "id": "mine", "event_us": service.shop.log.last_us, "item": newest(shop)["item"]}
        taken = (await client.post("/v1/events", json=event | {"session": "new"})).json()
        after = (await client.get("/v1/recommend?session=new&k=5")).json()
        return before, taken, after

    before, taken, after = ask(shop, work)
    assert after["offset"] >= taken["next_offset"]
    assert [one["item"] for one in before["items"]] != [one["item"] for one in after["items"]]


def test_a_profile(shop, ask):
    user = newest(shop)["user"]
    status, said = ask(shop, get(f"/v1/profile/{user}"))
    assert (status, said["user"]) == (200, user)
    assert said["expected"][0]["days"] == 28
    status, said = ask(shop, get("/v1/profile/nobody"))
    assert (status, said["error"]) == (404, "profile nobody: expected a shopper with an order in the log, got 'nobody'")


@pytest.mark.parametrize(
    ("asks", "status", "text"),
    [
        (get("/v1/recommend?k=0"), 400, "query.k: expected float >= 1.0"),
        (get("/v1/recommend?k=x"), 400, "query.k: expected float | null, got str"),
        (get("/v1/recommend?usr=a"), 400, "query.usr: expected one of id item k session user why, got 'a'"),
        (get("/v1/recommend?user=a&user=b"), 400, "query.user: expected one value, got 'a, b'"),
        (get("/v1/recommend?user="), 400, "recommend.user: expected a name, got ''"),
        (post("/v1/spend/decide", {}), 400, "body: object missing required field user"),
        (post("/v1/spend/decide", {"user": 5}), 400, "body.user: expected str, got int"),
        (post("/v1/spend/decide", {"user": ""}), 400, "decide spend.user: expected a name, got ''"),
        (post("/v1/spend/decide", {"user": "a", "k": 1}), 400, "body: object contains unknown field k"),
        (post("/v1/nope/decide", {"user": "a"}), 404, "address: expected one of the service's, got '/v1/nope/decide'"),
    ],
)
def test_what_cannot_be_asked(shop, ask, asks, status, text):
    found, said = ask(shop, asks)
    assert (found, said["error"]) == (status, text)


def test_before_anything_is_loaded_the_stated_default_answers(shop, ask):
    async def work(service: Service, client: httpx.AsyncClient):
        lists = (await client.get("/v1/recommend?k=3")).json()
        number = (await client.post("/v1/spend/decide", json={"user": "u1"})).json()
        ready = (await client.get("/readyz")).status_code
        while not service.ready:
            await asyncio.sleep(0.01)
        return lists, number, ready, (await client.get("/readyz")).status_code

    lists, number, before, after = ask(shop, work, ready=False, defaults={"spend": 12.5})
    assert (lists["items"], lists["fallback"], lists["empty"]) == ([], "default", "the states are being loaded")
    assert (number["guess"], number["fallback"], number["model"]) == (12.5, "default", "")
    assert (before, after) == (503, 200)


def test_without_a_model_what_is_popular_answers(empty, ask):
    async def work(service, client):
        events = [
            {"kind": "view", "id": f"e{n}", "event_us": 1_700_000_000_000_000, "session": f"s{n}", "item": item}
            for n, item in enumerate(["a", "b", "a"])
        ]
        await client.post("/v1/events", json=events)
        lists = (await client.get("/v1/recommend?session=s0&k=2")).json()
        number = (await client.post("/v1/spend/decide", json={"user": "u1"})).json()
        return lists, number

    lists, number = ask(empty, work)
    assert ([one["item"] for one in lists["items"]], lists["fallback"]) == (["a", "b"], "popular")
    assert (lists["model"], lists["confirmed"]) == ("", True)
    assert (number["guess"], number["fallback"]) == (None, "default")
