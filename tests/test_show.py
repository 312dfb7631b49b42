"""Results as people and programs read them."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
from rich.console import Console

from evercart import show
from evercart.events.findings import Refusal
from evercart.events.quarantine import Held
from evercart.events.schema import SCHEMA
from evercart.ingest import SENT_AGAIN, Ingested
from evercart.testing.compared import compared


def text(shown) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(shown)
    return out.getvalue()


def test_an_import() -> None:
    done = Ingested("n", "orders.csv", 5, 3, 1, 0, 0, {"amount: at least 0": 1}, {"missing amount": 2})
    said = text(show.ingested(done))
    assert "quarantined · amount: at least 0" in said
    assert "cleaned · missing amount" in said
    assert show.ingested_json(done)["added"] == 3
    assert "nothing to do" in text(show.ingested(Ingested("n", "orders.csv", again=True)))


def test_markup_in_data_is_shown_as_it_is() -> None:
    assert "[red]x[/red]" in text(show.pairs({"name": "[red]x[/red]"}))
    held = Held(1, "a.csv", 2, "currency", "a code of ISO 4217", "[bold]EURO", "{}", False)
    assert "[bold]EURO" in text(show.held([held], {"currency: a code of ISO 4217": 1}))


def test_what_waits_is_told_as_a_person_reads_it() -> None:
    rule = "a time at most a day ahead"
    rows = [
        Held(1, "a.csv", 2, "event_us", rule, "4071024000000000", "{}", False),
        Held(2, SENT_AGAIN, 29038462474481, "id", "a new id", "'R1/1' with another amount", "{}", False),
    ]
    said = text(show.held(rows, {"id: a new id": 2}))
    assert "4071024000000000 (2099-01-02 08:00:00 UTC)" in said
    assert "29038462474481" not in said  # a hash, no place in a file
    assert "Quantities are in thousandths, money in minor units, times in microseconds since 1970." in said


def test_nothing_waits() -> None:
    assert text(show.held([], {})) == "Nothing waits.\n"


def test_events_show_the_columns_that_hold_something() -> None:
    rows = {name: pa.nulls(1, kind) for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True)}
    rows |= {"offset": pa.array([7]), "logged_us": pa.array([0]), "kind": pa.array(["order"]), "user": pa.array(["u1"])}
    said = text(show.rows(pa.table(rows)))
    assert "1970-01-01 00:00:00 UTC" in said
    assert "session" not in said
    assert show.rows_json(pa.table(rows)) == [{"offset": 7, "logged_us": 0, "kind": "order", "user": "u1"}]


def test_rows_sent_again() -> None:
    said = text(show.retried(1, [Refusal(4, "amount", "at least 0", "-5", "{}")]))
    assert "1 rows entered, 1 were refused again." in said
    assert "4: amount: expected at least 0, got -5" in said


def test_policies_side_by_side() -> None:
    said = text(show.comparison(compared(), Path("reports/compare-spend.html")))
    assert "% above continual" in said
    row = next(line for line in said.splitlines() if "refit weekly" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        *("refit weekly", "4", "+300.00", "+300.00 to +300.00", "10.00", "80.0", "160.0", "+50.00", "+10.00 to +90.00")
    ]
    assert "1970-02" in said
    assert [cell.strip() for cell in said.splitlines()[-3].split("│")[1:-1]] == ["all", "1", "4", "9"]
    assert said.endswith("The page: reports/compare-spend.html\n")
