"""A case is a payment that was decided about, made, not answered."""

from __future__ import annotations

from pathlib import Path

from evercart.apps import app as app_of
from evercart.events.schema import table_of as rows
from evercart.log import open_log
from evercart.serve.looking.cases import about_payments, cases_of

FRAUD = app_of("fraud")
US = 1_800_000_000_000_000


def test_open_ones_by_their_loss(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", key=1)
    asked = {"kind": 7, "app": "fraud", "chance": 1.0, "feature_offset": 0, "event_us": US}
    said = [asked | {"id": f"d{at}", "amount": 100 * at, "guess": 0.5} for at in range(1, 7)]
    paid = [{"kind": 21, "id": f"p{at}", "ref": f"d{at}", "amount": 100 * at, "event_us": US} for at in range(1, 6)]
    heard = [{"kind": 22, "id": "c", "ref": "p1", "event_us": US}]
    heard += [{"kind": 23, "id": "r", "ref": "d2", "fraud": 0, "event_us": US}]
    assert cases_of(log, FRAUD) == ((), 0, False)
    log.append(rows([*said, *paid, *heard]), US)
    found = cases_of(log, FRAUD, most=2)
    assert [(one.decision["id"], one.payment, one.loss) for one in found.first] == [
        ("d5", "p5", 250),
        ("d4", "p4", 200),
    ]
    assert (found.open, found.cut, cases_of(log, FRAUD, read=3).cut) == (3, False, True)
    log.close()


def test_what_apps_have_cases() -> None:
    assert about_payments(FRAUD) and not about_payments(app_of("spend"))
