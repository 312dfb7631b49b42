"""A net's exported graph answers in its place, through a real service, as long as it is of just the live weights."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace

import pyarrow as pa
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime", reason="needs the extra deep (onnxruntime)")

from evercart.apps.deeper import factored
from evercart.apps.repurchase import repurchase
from evercart.clock import Clock
from evercart.export.kept import path_of, statement_of
from evercart.exporting import export
from evercart.gate.rules import DEFAULT
from evercart.publish.guard import Finite
from evercart.serve.answering.forms import Forms
from evercart.shop import Shop
from evercart.testing.shop import START_US, SimulatedShop
from evercart.units import DAY_US

NOW_US = START_US + 31 * DAY_US


@pytest.fixture(scope="module")
def app():
    """Repurchase with a net as its champion."""
    plain = repurchase()
    return replace(plain, champion=factored(plain.columns), challengers=(), guards=(Finite(),), gate=DEFAULT)


@pytest.fixture(scope="module")
def netted(app, tmp_path_factory):
    """Return the folder of a shop whose net has learned, exported."""
    folder = tmp_path_factory.mktemp("netted") / "shop"
    with Shop.open(folder, create=True, given=(app,), clock=Clock(now_us=lambda: NOW_US)) as shop:
        events = SimulatedShop(shoppers=60, items=60, days=30).table()
        shop.log.import_history("history", lambda skip: iter([events.slice(skip)]))
        shop.run()
        (lane,) = shop.ring().lanes()
        done = export(shop.shelf, lane, shop.current("repurchase").model, "onnx", path_of(folder, app.name, "onnx"))
        assert done.apart <= 1e-5
    return folder


@pytest.fixture
def told():
    """Hear what a shop tells of."""
    return []


@pytest.fixture
def shop(app, netted, told, tmp_path):
    """Return a shop whose net has an export."""
    shutil.copytree(netted, tmp_path / "shop")
    with Shop.open(tmp_path / "shop", given=(app,), clock=Clock(now_us=lambda: NOW_US), told=told.append) as opened:
        yield opened


def users(shop):
    return list(dict.fromkeys(shop.log.names(0, 3_000)["user"].drop_null().to_pylist()))[:20]


def deciding(shop):
    async def work(service, client):
        said = [await client.post("/v1/repurchase/decide", json={"user": user}) for user in users(shop)]
        apps = await client.get("/v1/apps")
        return [one.json() for one in said], apps.json()[0]

    return work


def test_the_graph_answers_as_the_learner_does(shop, ask, told):
    said, about = ask(shop, deciding(shop))
    statement_of(path_of(shop.folder, "repurchase", "onnx")).unlink()
    path_of(shop.folder, "repurchase", "onnx").unlink()
    plain, without = ask(shop, deciding(shop))
    assert {one["form"] for one in said} == {"onnx"} and {one["form"] for one in plain} == {""}
    assert (about["form"], without["form"], about["model"]) == ("onnx", "", without["model"])
    assert [one["guess"] for one in said] == pytest.approx([one["guess"] for one in plain], rel=0, abs=1e-5)
    assert len({one["guess"] for one in said}) > 5
    assert [one["revision"] for one in said] == [one["revision"] for one in plain]
    assert told == []
    (at,) = shop.log.find(pa.chunked_array([[said[0]["decision"]]]))
    (row,) = shop.log.names(int(at), int(at) + 1).to_pylist()
    assert json.loads(row["properties"]) == {"form": "onnx"}
    found = shop.verify()
    assert (found.agreed, found.formed, found.differing) == (40, 20, [])


def test_pages_say_so(shop, ask):
    async def work(service, client):
        (said, *_), _ = await deciding(shop)(service, client)
        return [(await client.get(path)).text for path in ("/apps/repurchase", f"/decisions/{said['decision']}")]

    for page in ask(shop, work):
        assert "its exported file (onnx)" in page


def test_a_file_put_there_later_answers_from_then_on(shop, ask):
    path = path_of(shop.folder, "repurchase", "onnx")
    aside = path.with_name("aside")
    path.rename(aside)
    statement = statement_of(path).read_bytes()
    statement_of(path).unlink()

    async def work(service, client):
        before = service.forms()
        aside.rename(path)
        statement_of(path).write_bytes(statement)
        while not service.forms():
            await asyncio.sleep(0.01)
        said = await client.post("/v1/repurchase/decide", json={"user": users(shop)[0]})
        return before, said.json()["form"]

    assert ask(shop, work) == ({}, "onnx")


@pytest.mark.parametrize(
    ("change", "rule", "got"),
    [
        ({"model": "another"}, "an export of the live model {model}", "another"),
        ({"fingerprint": "older"}, "an export of the state {fingerprint}", "older"),
        ({"form": "int8"}, "the plain form of what is live", "int8"),
        ({"sha256": "00"}, "contents with sha256 00", "{sha256}"),
    ],
)
def test_a_file_that_is_wrong_or_stale_does_not_answer(shop, ask, told, change, rule, got):
    path = path_of(shop.folder, "repurchase", "onnx")
    stated = json.loads(statement_of(path).read_text())
    statement_of(path).write_text(json.dumps(stated | change))
    said, _ = ask(shop, deciding(shop))
    assert {one["form"] for one in said} == {""} and said[0]["fallback"] == ""
    text = f"{path}: expected {rule}, got '{got}'; the learner itself answers"
    assert told == [text.format(**stated)]


def test_a_file_that_is_no_graph_does_not_answer(shop, ask, told):
    path = path_of(shop.folder, "repurchase", "onnx")
    from evercart.export.kept import digest

    stated = json.loads(statement_of(path).read_text())
    path.write_bytes(b"no graph")
    statement_of(path).write_text(json.dumps(stated | {"sha256": digest(b"no graph")}))
    said, _ = ask(shop, deciding(shop))
    assert {one["form"] for one in said} == {""}
    assert told == [
        f"{path}: expected a graph that onnxruntime reads, got 'InvalidProtobuf'; the learner itself answers"
    ]


def test_a_file_without_a_statement_does_not_answer(shop, told):
    path = path_of(shop.folder, "repurchase", "onnx")
    statement_of(path).unlink()
    forms = Forms(shop.folder, told.append)
    weights = object()
    assert forms.moved("repurchase")
    assert forms.of("repurchase", weights) is forms.of("repurchase", weights) is weights
    assert not forms.moved("repurchase")
    rule = "a statement of `evercart export`"
    assert told == [f"{statement_of(path)}: expected {rule}, got 'FileNotFoundError'; the learner itself answers"]
