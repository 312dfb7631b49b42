"""What is packed is what is held, no more."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from evercart.features.payments.payments import Payments
from evercart.features.payments.state import empty
from evercart.fold import fingerprint, pack, unpack

sys.path.insert(0, str(Path(__file__).parent))
from drawn_payments import payments_of


def test_a_memory_survives_its_packing() -> None:
    table = Payments()
    state, _ = table.step(table.start(), payments_of(500, seed=1))
    again = unpack(table.start(), pack(state))
    assert fingerprint(again) == fingerprint(state)
    more = payments_of(200, seed=2, first_us=10**12)
    assert fingerprint(table.step(again, more)[0]) == fingerprint(table.step(state, more)[0])


def test_packed_size_is_as_stated() -> None:
    table = Payments()
    before = sum(array.nbytes for array in pack(empty(2)).values())
    state, _ = table.step(table.start(), payments_of(5000, seed=3))
    held = sum(array.nbytes for array in pack(state).values())
    payers, parties = state.payers.keys.live, state.parties.keys.live
    assert held - before <= 5000 * (40 + 2 * 8 + 32) + payers * (140 + 40) + parties * (150 + 40)
    assert np.isfinite(state.risks["frauds"]).all()
