"""Moves that an operator asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from evercart.learners.mean import Mean
from evercart.publish.moves import Move
from evercart.serve.moving import Objected, promote, rollback
from evercart.serve.problem import Conflict, Unknown
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons

APP = contested(("twin", Mean(prior=0.5 + 1e-9)))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Shop.open(tmp_path / "shop", create=True, given=(APP,)) as shop:
        table = coupons(800)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        yield Service(shop)


def done(asked: Coroutine[Any, Any, Move]) -> Move:
    return asyncio.run(asked)


def live(service: Service) -> str:
    current = service.shop.current("coupons")
    assert current is not None
    return service.shop.shelf.model(current.model).name


def test_the_gates_objections_come_one_by_one(service: Service) -> None:
    with pytest.raises(Objected, match=r"^promote coupons: expected no objection of the gate, got .evidence: ") as told:
        done(promote(service, "coupons", "twin", False, "ann"))
    assert told.value.status == 409
    assert len(told.value.objections) >= 1
    assert "--force" not in str(told.value)
    assert live(service) == "continual"


def test_it_is_overruled_by_name_then_taken_back(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    assert done(promote(service, "coupons", "twin", True, "ann")).forced
    assert live(service) == "twin"
    assert done(rollback(service, "coupons", None, "bob")).who == "bob"
    assert live(service) == "continual"
    assert "by ann (force)" in caplog.text
    assert "by bob (person)" in caplog.text


def test_what_cannot_be_is_told(service: Service) -> None:
    with pytest.raises(Unknown, match=r"^app: expected one of coupons, got 'nope'$"):
        done(promote(service, "nope", "twin", False, "ann"))
    with pytest.raises(Conflict, match=r"^rollback coupons: expected a model that reigned before, got 'none'$"):
        done(rollback(service, "coupons", None, "ann"))
    with pytest.raises(Conflict, match=r"^promote coupons: expected a model other than the one that is live, got"):
        done(promote(service, "coupons", "continual", True, "ann"))
    with pytest.raises(Conflict, match=r"expected one of the"):
        done(rollback(service, "coupons", "deadbeef", "ann"))


def test_two_at_once_are_done_one_after_the_other(service: Service) -> None:
    async def both() -> list[Any]:
        moves = (promote(service, "coupons", "twin", True, who) for who in ("ann", "bob"))
        return await asyncio.gather(*moves, return_exceptions=True)

    found = asyncio.run(both())
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "Move"]
    assert live(service) == "twin"
