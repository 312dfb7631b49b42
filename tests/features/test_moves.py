"""What each row does to a table."""

from __future__ import annotations

import numpy as np

from evercart.events.batch import Events
from evercart.features.moves import NOTHING, READ, WRITE, moves
from evercart.features.needs import Decay, Last, Recent, Tally, Variety
from evercart.features.plan import Plan
from evercart.units import MISSING

ROWS = Events.of(
    kind=[2, 2, 2, 1, 0, 7, 2],
    user=[5, 5, 0, 5, 0, 5, 5],
    item=[3, 0, 3, 3, 0, 3, 3],
    amount=[10, MISSING, 10, 10, MISSING, 10, 0],
    number=[-1, -1, -1, -1, -1, 0, 4],
)


def test_questions_read_and_rows_with_a_measure_of_a_known_key_write() -> None:
    plan = Plan((Tally("order", 9, "amount"), Tally("order", 9)), keep_us=9)
    what = moves(plan, ROWS, ROWS["user"])
    assert what.act.tolist() == [WRITE, WRITE, NOTHING, NOTHING, NOTHING, READ, READ]
    assert what.values.tolist() == [[10, 1], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]]


def test_a_row_without_the_value_does_not_write() -> None:
    for need in (Tally("order", 9, "amount"), Decay("order", 9, "amount"), Last("order", "amount")):
        assert moves(Plan((need,), 9), ROWS, ROWS["user"]).act.tolist()[:3] == [WRITE, NOTHING, NOTHING]
    for another in (Variety("order", 9, "item"), Recent("order", "item", 1, 9)):
        assert moves(Plan((another,), 9), ROWS, ROWS["user"]).act.tolist()[:3] == [WRITE, NOTHING, NOTHING]


def test_absence_has_its_marks() -> None:
    needs = (Decay("order", 9), Last("order"), Recent("order", "item", 1, 9), Variety("order", 9, "item"))
    what = moves(Plan(needs, 9), ROWS, ROWS["user"])
    np.testing.assert_array_equal(what.flows[:3, 0], [1, 1, np.nan])
    assert what.moments[:3, 0].tolist() == [True, True, False]
    assert what.items[:3, 0].tolist() == [4, 0, 0]
    assert (what.members[:, 0] != 0).tolist() == [True, False, False, False, False, False, False]


def test_sets_do_not_share_pairs() -> None:
    columns = {**ROWS.columns, "session": ROWS["item"]}
    plan = Plan((Variety("order", 9, "item"), Variety("order", 9, "session")), 9)
    members = moves(plan, Events(columns), ROWS["user"]).members
    assert members[0, 0] != members[0, 1]
