"""A simulated till: repeatable, in the log's form, with a ring that changes its ways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow.compute as pc
import pytest

from evercart.errors import UserError
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA
from evercart.testing.till import Till
from evercart.testing.ways import WAYS
from evercart.units import DAY_S, DAY_US

TILL = Till(seed=3, payers=300, places=60, days=21, a_day=400, share=0.05)


def test_the_same_seed_writes_the_same_payments_another_seed_others() -> None:
    assert TILL.payments().equals(TILL.payments())
    assert not TILL.payments().equals(Till(4, 300, 60, 21, 400, 0.05).payments())


def test_more_days_change_nothing_before_them() -> None:
    shorter = Till(3, 300, 60, 8, 400, 0.05).payments()
    assert TILL.payments().slice(0, shorter.num_rows).equals(shorter)


def test_good_payments_do_not_depend_on_the_ring() -> None:
    other = Till(3, 300, 60, 21, 400, 0.05, ways=("night",))
    (mine, theirs) = (till.paid() for till in (TILL, other))
    assert np.array_equal(mine.us[mine.fraud == 0], theirs.us[theirs.fraud == 0])
    assert np.array_equal(mine.amount[mine.fraud == 0], theirs.amount[theirs.fraud == 0])


def test_payments_come_in_order_with_the_stated_share_of_frauds() -> None:
    paid = TILL.paid()
    assert (np.diff(paid.us) >= 0).all()
    assert np.array_equal(np.unique((paid.us - TILL.start_us) // DAY_US), np.arange(21))
    assert 0.03 < paid.fraud.mean() < 0.06
    assert paid.amount.min() > 0


def test_events_are_the_log_s_with_each_fraud_s_chargeback_after_its_delay() -> None:
    till = Till(3, 300, 60, 21, 400, 0.05, delay_s=(2 * DAY_S, 9 * DAY_S))
    events, paid = till.events(), till.paid()
    assert events.schema == SCHEMA
    assert (np.diff(events["event_us"].to_numpy()) >= 0).all()
    assert len(pc.unique(events["id"])) == events.num_rows
    by_id = dict(zip(events["id"].to_pylist(), events["event_us"].to_pylist(), strict=True))
    back = events.filter(pc.equal(events["kind"], number("chargeback")))
    late = [us - by_id[ref] for us, ref in zip(back["event_us"].to_pylist(), back["ref"].to_pylist(), strict=True)]
    assert 2 * DAY_US <= min(late) < 3 * DAY_US and 8 * DAY_US < max(late) <= 9 * DAY_US
    in_time = paid.us[paid.fraud == 1] < till.start_us + 12 * DAY_US  # whose chargebacks have all come by the end
    assert set(paid.us[paid.fraud == 1][in_time]) <= {by_id[ref] for ref in back["ref"].to_pylist()}


def test_the_ring_does_something_else_each_week() -> None:
    weeks = [set(Till(seed=5).ways_of(day)) for day in range(0, 90, 7)]
    assert all(len(ways) == 2 and ways <= set(WAYS) for ways in weeks)
    assert all(one != other for one, other in pairwise(weeks))
    assert set.union(*weeks) == set(WAYS)


def test_stated_ways_are_kept_the_last_for_good() -> None:
    till = Till(ways=("large", "fresh+night"))
    assert [till.ways_of(day) for day in (6, 7, 80)] == [("large",), ("fresh", "night"), ("fresh", "night")]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"days": 0}, "till.days: expected at least 1, got 0"),
        ({"share": 1.0}, "till.share: expected from 0 to less than 1, got 1.0"),
        (
            {"delay_s": (5.0, 1.0)},
            "till.delay_s: expected seconds: the least, more than 0, then the most, got (5.0, 1.0)",
        ),
        (
            {"ways": ("large+magic",)},
            "till.ways: expected some of large fresh probing terminals night gifts, got 'large+magic'",
        ),
    ],
)
def test_what_makes_no_sense_is_told(wrong: dict[str, object], text: str) -> None:
    with pytest.raises(UserError) as told:
        Till(**wrong)  # type: ignore[arg-type]
    assert str(told.value) == text
