"""One row at a time or all at once: the same numbers, in time that does not grow."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from evercart.features.payments.payments import Payments
from evercart.fold import fingerprint
from evercart.queue import length

sys.path.insert(0, str(Path(__file__).parent))
from drawn_payments import payments_of


def test_cuts_change_nothing() -> None:
    table, rows = Payments(known_s=86_400, keep_s=400_000, forget_s=500_000), payments_of(300, seed=4)
    whole, _ = table.step(table.start(), rows)
    state = table.start()
    for at in range(len(rows)):
        state, _ = table.step(state, rows.rows(slice(at, at + 1)))
    assert fingerprint(state) == fingerprint(whole)


def test_what_is_held_is_bounded() -> None:
    table = Payments(most=100)
    state, _ = table.step(table.start(), payments_of(2000, seed=5))
    assert length(state.ends) == 100
    assert state.names.live <= 100


def test_a_row_costs_the_same_however_many_came_before() -> None:
    table, state = Payments(known_s=86_400, keep_s=400_000, forget_s=500_000), Payments().start()
    spent = []
    for part in range(6):
        rows = payments_of(20_000, seed=part, first_us=part * 10**15)
        began_s = time.process_time()
        state, _ = table.step(state, rows)
        spent.append(time.process_time() - began_s)
    assert min(spent[3:]) < 5 * min(spent[:3])
