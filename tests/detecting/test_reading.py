"""Any table of payments is read, what is wrong is told by its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evercart.detecting.reading import Payments, Told, payments
from evercart.errors import UserError
from evercart.units import MISSING

NOW = 1_800_000_000_000_000
ROWS = "Time,V1,V2,Amount,Class\n0,1.5,-2,149.62,0\n2,,3,10,1\n1,-1,0.5,,0\n3,1,1,5,\n4,1,1,x,0\n"
MAP = """
[columns]
amount = "Amount"
fraud = "Class"
[time]
order = "Time"
epoch = "2013-09-01T00:00:00Z"
[fraud]
delay_s = 3600
numbers = ["V*"]
"""
LABELS = "expected the column that holds the labels"
OWN = "expected a table with delay_s, numbers, costs, reviews_a_day"
NUMBERS = "expected columns of the table: Time V1 V2 Amount Class"


def found(folder: Path, rows: str = ROWS, mapping: str = MAP) -> tuple[Payments, Told]:
    (folder / "p.csv").write_text(rows)
    (folder / "p.toml").write_text(mapping)
    return payments(folder / "p.csv", folder / "p.toml", NOW)


def test_rows_in_the_order_of_time_with_their_numbers(tmp_path: Path) -> None:
    read, how = found(tmp_path)
    assert np.diff(read.us).tolist() == [2_000_000, 1_000_000]
    assert read.amount.tolist() == [14962, 1000, 500]
    assert read.label.tolist() == [0, 1, -1]
    assert np.isnan(read.numbers["V1"][1])
    assert read.numbers["V2"].tolist() == [-2, 3, 1]
    assert read.parties == {}
    assert sum(read.refused.values()) == 2
    assert (how.delay_s, how.numbers, how.is_handbook) == (3600.0, ("V1", "V2"), False)


def test_parties_are_hashed_once_a_name(tmp_path: Path) -> None:
    rows = "t,who,where,paid,bad\n2020-01-01T00:00:00Z,a,x,5,0\n2020-01-02T00:00:00Z,a,,7,1\n"
    columns = '[columns]\nuser = "who"\nplace = "where"\namount = "paid"\nfraud = "bad"\n[time]\ncolumn = "t"\n'
    read, how = found(tmp_path, rows, columns)
    assert read.parties["user"][0] == read.parties["user"][1] != 0
    assert read.parties["place"].tolist()[1] == 0
    assert how.delay_s == 0
    assert MISSING not in read.amount


def test_coordinates_are_read_where_both_are_named(tmp_path: Path) -> None:
    rows = "t,who,north,east,paid,bad\n2020-01-01T00:00:00Z,a,48.2,16.4,5,0\n2020-01-02T00:00:00Z,a,,7,7,1\n"
    columns = '[columns]\nuser = "who"\namount = "paid"\nfraud = "bad"\nlatitude = "north"\n{}[time]\ncolumn = "t"\n'
    read, _ = found(tmp_path, rows, columns.format('longitude = "east"\n'))
    assert read.located["longitude"].tolist() == [16.4, 7]
    assert np.isnan(read.located["latitude"][1])
    assert found(tmp_path, rows, columns.format(""))[0].located == {}


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ('[columns]\namount = "Amount"', f"mapping.columns.fraud: {LABELS}, got 'nothing'"),
        (MAP.replace("3600", "-1"), "mapping.fraud.delay_s: expected seconds, from 0 to ten years, got -1"),
        (MAP.replace("V*", "W*"), f"mapping.fraud.numbers: {NUMBERS}, got 'W*'"),
        (MAP.replace("numbers", "number"), f"mapping.fraud: {OWN}, got "),
        (MAP + "costs = 3", "mapping.fraud.costs: expected a table, got 3"),
        (MAP + "costs = {margin = 2}", "costs.margin: expected a number from 0 to 1, got 2"),
        (MAP + "costs = {fee = 2}", "mapping.fraud.costs: expected one of the costs lost fraud_minor "),
        (MAP + "reviews_a_day = 1.5", "mapping.fraud.reviews_a_day: expected an integer of at least 0, got 1.5"),
        ('kind = "order"\n' + MAP, "mapping.columns.fraud: expected one of "),
        ("x", "mapping: expected a TOML file, got "),
    ],
)  # fmt: skip
def test_a_wrong_map_is_told(tmp_path: Path, mapping: str, text: str) -> None:
    with pytest.raises(UserError) as caught:
        found(tmp_path, mapping=mapping)
    assert str(caught.value).startswith(text.split("got {")[0])


def test_a_map_says_what_actions_cost(tmp_path: Path) -> None:
    _, how = found(tmp_path, mapping=MAP + "costs = {margin = 0.05, hour_minor = 2000}\nreviews_a_day = 7")
    assert (how.terms.costs.margin, how.terms.costs.hour_minor, how.terms.reviews_a_day) == (0.05, 2000, 7)
    assert found(tmp_path)[1].terms.reviews_a_day == 100


def test_a_table_without_a_map_or_without_labels(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(ROWS)
    with pytest.raises(UserError) as caught:
        payments(tmp_path / "p.csv", None, NOW)
    rule = "a map (--map) unless the columns are those of the Fraud Detection Handbook"
    assert str(caught.value) == f"--data: expected {rule}, got 'Time V1 V2 Amount Class'"
    with pytest.raises(UserError, match="expected payments with a label, got 'none'"):
        found(tmp_path, "Time,V1,V2,Amount,Class\n0,1,1,5,\n")
