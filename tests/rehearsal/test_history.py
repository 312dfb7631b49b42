"""Moves, verdicts are read back from a log under the names of models."""

from __future__ import annotations

import math
from pathlib import Path

from evercart.gate.rules import EnoughLabels
from evercart.rehearsal.history import history
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing


def test_what_the_gate_said_has_its_figures(tmp_path: Path) -> None:
    app = contested(("seeing", seeing()))
    with Shop.open(tmp_path / "shop", create=True, given=(app,)) as shop:
        for part in (0, 1):
            rows = coupons(250 + 1000 * part, 250 * part)
            shop.log.import_history(f"part {part}", lambda skip, rows=rows: iter([rows.slice(skip)]))
            shop.run()
        found, plain = history(shop, app), history(shop, contested())
    assert [(move.before, move.to, move.why) for move in found.moves] == [
        ("", "continual", "first"),
        ("continual", "seeing", "gate"),
    ]
    refused, passed = found.verdicts
    assert (refused.passed, passed.passed) == (False, True)
    assert refused.objections[0].startswith("labels: expected at least 300")
    assert (passed.champion, passed.challenger, passed.objections) == ("continual", "seeing", ())
    assert passed.nats > passed.need > 5.1 > refused.questions / 300
    assert plain.moves == found.moves
    assert not found.alarms


def test_without_a_rule_for_evidence_none_is_needed(tmp_path: Path) -> None:
    from dataclasses import replace

    app = replace(contested(("seeing", seeing())), gate=(EnoughLabels(10_000),))
    with Shop.open(tmp_path / "shop", create=True, given=(app,)) as shop:
        shop.log.import_history("all", lambda skip: iter([coupons(250).slice(skip)]))
        shop.run()
        (one,) = history(shop, app).verdicts
    assert math.isnan(one.need)
