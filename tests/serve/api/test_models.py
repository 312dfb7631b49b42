"""The addresses of models, of the quarantine."""

from __future__ import annotations

import pytest

HELD = "the number of a row that is held"
VIEW = {"kind": "view", "id": "a", "event_us": 1_675_000_000_000_000, "item": None}


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


def test_apps_with_what_is_live(shop, ask):
    status, said = ask(shop, get("/v1/apps"))
    assert status == 200
    found = {one["name"]: one for one in said}
    assert list(found) == ["repurchase", "spend", "recommend"]
    assert found["spend"]["model"] == shop.current("spend").model
    assert (found["spend"]["ranks"], found["spend"]["keys"][0]) == (False, "user")
    assert (found["recommend"]["ranks"], found["recommend"]["keys"]) == (True, ["user", "session", "item"])


def test_versions_of_one_app_one_of_them_live(shop, ask):
    status, said = ask(shop, get("/v1/versions?app=spend"))
    assert status == 200
    assert [one["revision"] for one in said] == [one.address for one in shop.versions("spend")]
    (live,) = [one for one in said if one["live"]]
    assert live["model"] == shop.current("spend").model
    assert {one["app"] for one in ask(shop, get("/v1/versions"))[1]} == {"repurchase", "spend", "recommend"}


def test_a_report(shop, ask):
    status, said = ask(shop, get("/v1/report"))
    assert (status, said["shop"], said["events"]) == (200, "shop", shop.log.next_offset)
    assert said["learned"] == shop.checkpoints.next_offset()
    assert [one["name"] for one in said["apps"]] == ["repurchase", "spend", "recommend"]


def test_the_gate_objects_then_is_overruled_then_all_is_taken_back(shop, ask):
    live = shop.current("spend").model
    other = next(one.id for one in shop.shelf.models("spend") if one.id != live)

    async def work(service, client):
        asked = await client.post("/v1/spend/promote", json={"model": other})
        forced = await client.post("/v1/spend/promote", json={"model": other, "force": True})
        back = await client.post("/v1/spend/rollback", json={})
        return asked, forced, back

    asked, forced, back = ask(shop, work)
    assert asked.status_code == 409
    assert asked.json()["error"].startswith("promote spend: expected no objection of the gate, got ")
    assert (forced.status_code, forced.json()["to_model"], forced.json()["why"]) == (200, other, "force")
    assert (forced.json()["who"], back.json()["to_model"]) == ("local", live)
    assert shop.current("spend").model == live


def test_what_is_mended_enters(shop, ask):
    async def work(service, client):
        await client.post("/v1/events", json=[VIEW])
        held = (await client.get("/v1/quarantine?field=item")).json()
        number = held["rows"][0]["number"]
        again = await client.post("/v1/quarantine/retry", json={"numbers": [number]})
        mended = await client.post("/v1/quarantine/retry", json={"numbers": [number], "edits": {"item": "x"}})
        return held, again.json(), mended.json(), (await client.get("/v1/quarantine")).json()

    held, again, mended, after = ask(shop, work)
    assert held["counts"] == {"item: a value, which view needs": 1}
    assert (again["entered"], again["refused"][0]["field"]) == (0, "item")
    assert mended == {"entered": 1, "refused": []}
    assert after == {"counts": {}, "rows": []}


@pytest.mark.parametrize(
    ("asks", "status", "text"),
    [
        (get("/v1/versions?app=nope"), 404, "query.app: expected one of repurchase spend recommend, got 'nope'"),
        (get("/v1/quarantine?limit=0"), 400, "query.limit: expected float >= 1.0"),
        (post("/v1/nope/promote", {"model": "x"}), 404, "app: expected one of repurchase spend recommend, got 'nope'"),
        (post("/v1/spend/promote", {}), 400, "body: object missing required field model"),
        (post("/v1/quarantine/retry", {"numbers": [99]}), 404, f"quarantine: expected {HELD}, got 99"),
    ],
)
def test_what_is_not_there(shop, ask, asks, status, text):
    found, said = ask(shop, asks)
    assert (found, said["error"]) == (status, text)
