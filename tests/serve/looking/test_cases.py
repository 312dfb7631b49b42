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
    assert cases_of(log, FRAUD) == ((), 0, False, (), 0)
    log.append(rows([*said, *paid, *heard]), US)
    found = cases_of(log, FRAUD, most=2)
    assert [(one.decision["id"], one.payment, one.loss) for one in found.first] == [
        ("d5", "p5", 250),
        ("d4", "p4", 200),
    ]
    assert (found.open, found.cut, cases_of(log, FRAUD, read=3).cut) == (3, False, True)
    assert [(one.case.payment, one.fraud, one.kind, one.who) for one in found.last] == [
        ("p2", False, "resolved", ""),
        ("p1", True, "chargeback", ""),
    ]
    log.close()


def test_closed_ones_by_their_last_answer_with_who_gave_it(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", key=1)
    asked = {"kind": 7, "app": "fraud", "chance": 1.0, "feature_offset": 0, "event_us": US, "guess": 0.5, "amount": 9}
    history = [asked | {"id": f"d{at}", "action": 2} for at in range(3)]
    history += [{"kind": 21, "id": f"p{at}", "ref": f"d{at}", "amount": 9, "event_us": US} for at in range(3)]
    history[3]["currency"] = "JPY"
    anna, odd = '{"reviewer": "anna"}', '{"reviewer": 7}'
    told = [("p0", 1, anna), ("p1", 1, "no json"), ("d0", 0, odd), ("p9", 1, anna)]
    history += [
        {"kind": 23, "id": f"r{at}", "ref": ref, "fraud": fraud, "properties": said, "event_us": US}
        for at, (ref, fraud, said) in enumerate(told)
    ]
    log.append(rows(history), US)
    found = cases_of(log, FRAUD, most=1)
    (last,) = found.last
    assert (found.closed, found.open, last.case.payment, last.fraud, last.who) == (2, 1, "p0", False, "")
    assert (last.case.currency, last.case.decision["action"], last.us) == ("JPY", 2, US)
    assert [one.who for one in cases_of(log, FRAUD).last] == ["", ""]
    log.close()


def test_what_apps_have_cases() -> None:
    assert about_payments(FRAUD) and not about_payments(app_of("spend"))
