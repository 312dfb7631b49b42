"""What a live decision earned is told for the model that made it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from evercart import Shop
from evercart.clock import Clock
from evercart.earned import earned
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.testing.redeems import redeems
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US, SECOND_US


def test_orders_and_verdicts_that_name_a_decision(tmp_path: Path) -> None:
    table = SimulatedShop(seed=3, shoppers=20, items=15, days=20).table()
    now = [table["event_us"][-1].as_py() + SECOND_US]

    def row(kind: str, user: str | None, ref: str | None, **more: object) -> None:
        said = {"id": f"{kind} {ref}", "event_us": now[0], "kind": number(kind), "user": user, "ref": ref, **more}
        columns = {name: pa.array([value], SCHEMA.field(name).type) for name, value in said.items()}
        shop.log.append(conform(pa.table(columns)), now[0])

    with Shop.open(tmp_path / "s", create=True, given=(redeems(),), clock=Clock(now_us=lambda: now[0])) as shop:
        shop.log.import_history("h", lambda done: iter([table.slice(done)]))
        shop.run()
        one, other = (shop.decide("redeems", user=user) for user in ("u1", "u2"))
        now[0] += SECOND_US
        row("order", "u1", one.id, item="i1", quantity=1000, amount=700, cost=400, currency="EUR")
        row("feedback", None, one.id, verdict="good")
        now[0] += 3 * DAY_US
        row("order", "u2", None, item="i1", quantity=1000, amount=100, currency="EUR")
        assert earned(shop.log, [one.model]) == {one.model: ()}
        now[0] += 30 * DAY_US
        shop.log.heartbeat(now[0])
        found = {each.name: each for each in earned(shop.log, [one.model])[one.model]}
    assert other.model == one.model
    means = {name: (each.decisions, each.mean) for name, each in found.items()}
    assert means == {
        "orders": (2, 0.5),
        "revenue": (2, 350.0),
        "margin": (2, 150.0),
        "retention": (2, 0.5),
        "satisfaction": (1, 1.0),
    }
