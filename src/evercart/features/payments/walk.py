"""The kernel of Payments: one walk over the rows, each payment met a bounded number of times."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.payments import habit as habits
from evercart.features.payments import risk as risks
from evercart.features.payments.habit import HABIT, Odd, is_odd, pay, say_habit
from evercart.features.payments.risk import RISK, count, say_risk, strike, take_back
from evercart.features.payments.state import FRAUD, GOOD, PENDING, PaymentsState
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.recent import NONE, drop, seen, silent, touch
from evercart.slots import add, find, release

HABITS: Final = len(habits.COLUMNS)
RISKS: Final = len(risks.COLUMNS)
NO_HABIT: Final = np.zeros(1, HABIT)[0]
NO_RISK: Final = np.zeros(1, RISK)[0]
_PAYS, _ACCUSES, _CLEARS = 1, 2, 3
PAYS, ACCUSES, CLEARS = _PAYS, _ACCUSES, _CLEARS  # what a row does, beside 0: nothing


class Rule(NamedTuple):
    """The configuration as the kernel takes it; times in microseconds."""

    odd: Odd
    known: int
    keep: int  # payments
    forget: int  # payers, parties
    most: int


class Rows(NamedTuple):
    """The columns of a woven batch that matter."""

    us: NDArray[np.int64]
    does: NDArray[np.int8]
    asked: NDArray[np.bool_]
    name: NDArray[np.uint64]  # of a payment; of what answers: that of the payment
    payer: NDArray[np.uint64]
    parties: NDArray[np.uint64]  # (rows, parties)
    amount: NDArray[np.float64]


@kernel
def walk(state: PaymentsState, rule: Rule, rows: Rows, x: NDArray[np.float32]) -> None:
    """Walk the rows; write what stands at questions into x, (questions, columns), which says "unknown" so far."""
    question = 0
    for row in range(len(rows.us)):
        _pass_time(state, rule, rows.us[row])
        if rows.asked[row]:
            _say(state, rule, rows, row, x[question])
            question += 1
        elif rows.does[row] == _PAYS:
            _pay(state, rule, rows, row)
        elif rows.does[row] != 0:
            slot = find(state.names, rows.name[row]) if rows.name[row] != U64(0) else NONE
            if slot != NONE:
                _tell(state, state.number[slot], rows.us[row], rows.does[row] == _ACCUSES)


@kernel
def glance(state: PaymentsState, rule: Rule, rows: Rows, x: NDArray[np.float32]) -> None:
    """Write what would stand at questions, each as if it were the next row."""
    for row in range(len(rows.us)):
        _say(state, rule, rows, row, x[row])
        _foresee(state, rule, rows, row, x[row])


@kernel
def _pass_time(state: PaymentsState, rule: Rule, now: int) -> None:
    """Take old payments for good, forget older ones, forget who was silent for long."""
    mask = len(state.paid.us) - 1
    while state.due[0] < state.ends[1] and state.paid.us[state.due[0] & mask] + rule.known < now:
        _good(state, state.due[0], state.paid.us[state.due[0] & mask] + rule.known)
        state.due[0] += 1
    while state.ends[0] < state.due[0] and state.paid.us[state.ends[0] & mask] + rule.keep < now:
        _forget(state)
    while silent(state.payers, now, rule.forget):
        state.habits[state.payers.ends[0]] = NO_HABIT
        drop(state.payers, state.payers.ends[0])
    while silent(state.parties, now, rule.forget):
        state.risks[state.parties.ends[0]] = NO_RISK
        drop(state.parties, state.parties.ends[0])


@kernel
def _forget(state: PaymentsState) -> None:
    """Let the oldest payment go."""
    at = state.ends[0] & (len(state.paid.us) - 1)
    slot = find(state.names, state.paid.name[at]) if state.paid.name[at] != U64(0) else NONE
    if slot != NONE and state.number[slot] == state.ends[0]:
        state.number[slot] = 0
        release(state.names, slot)
    state.ends[0] += 1


@kernel
def _pay(state: PaymentsState, rule: Rule, rows: Rows, row: int) -> None:
    """Take in a payment, of which nothing is known yet."""
    now, number = rows.us[row], state.ends[1]
    if number - state.ends[0] >= rule.most:
        if state.due[0] == state.ends[0]:
            _good(state, state.due[0], now)
            state.due[0] += 1
        _forget(state)
    at, odd = number & (len(state.paid.us) - 1), False
    if rows.payer[row] != U64(0) and not np.isnan(rows.amount[row]):
        payer = state.habits[touch(state.payers, rows.payer[row], now)]
        odd = is_odd(payer, rule.odd, rows.amount[row])
        pay(payer, rule.odd, now, rows.amount[row])
    for party in range(rows.parties.shape[1]):
        if rows.parties[row, party] != U64(0):
            touch(state.parties, rows.parties[row, party], now)
    state.paid.us[at], state.paid.name[at], state.paid.odd[at] = now, rows.name[row], 1 if odd else 0
    state.paid.what[at], state.paid.told_us[at] = PENDING, 0
    state.paid.parties[at, :] = rows.parties[row]
    state.ends[1] = number + 1
    if rows.name[row] != U64(0):
        state.number[add(state.names, rows.name[row])] = number


@kernel
def _good(state: PaymentsState, number: int, us: int) -> None:
    """Take a payment for good, unless something is known of it."""
    at = number & (len(state.paid.us) - 1)
    if state.paid.what[at] == PENDING:
        state.paid.what[at] = GOOD
        for party in range(state.paid.parties.shape[1]):
            slot = _party(state, at, party)
            if slot != NONE:
                count(state.risks[slot], us, 0.0, 1.0)
                state.risks[slot].heard_us = max(state.risks[slot].heard_us, state.paid.us[at])
                state.risks[slot].any.good += 1
                state.risks[slot].plain.good += 1


@kernel
def _tell(state: PaymentsState, number: int, now: int, is_fraud: bool) -> None:
    """Take in what came of a payment: for the first time, or another than before."""
    at = number & (len(state.paid.us) - 1)
    was = state.paid.what[at]
    if is_fraud == (was == FRAUD) and was != PENDING:
        return
    state.paid.what[at] = FRAUD if is_fraud else GOOD
    told_us = state.paid.told_us[at]
    state.paid.told_us[at] = now if is_fraud else 0
    for party in range(state.paid.parties.shape[1]):
        slot = _party(state, at, party)
        if slot == NONE:
            continue
        risk = state.risks[slot]
        count(risk, now, 1.0 if is_fraud else 0.0, 1.0 if was == PENDING else 0.0)
        risk.heard_us = max(risk.heard_us, state.paid.us[at])
        if was == FRAUD:
            take_back(risk, told_us)
        if is_fraud:
            strike(risk.any, now)
            if state.paid.odd[at] == 0:
                strike(risk.plain, now)
        else:
            risk.any.good += 1
            risk.plain.good += 1


@kernel
def _party(state: PaymentsState, at: int, party: int) -> int:
    key = state.paid.parties[at, party]
    return find(state.parties.keys, key) if key != U64(0) else NONE


@kernel
def _say(state: PaymentsState, rule: Rule, rows: Rows, row: int, to: NDArray[np.float32]) -> None:
    now = rows.us[row]
    slot = seen(state.payers, rows.payer[row], now, rule.forget)
    if slot != NONE and not np.isnan(rows.amount[row]):
        say_habit(state.habits[slot], now, rows.amount[row], to[:HABITS])
    for party in range(rows.parties.shape[1]):
        known = seen(state.parties, rows.parties[row, party], now, rule.forget)
        if known != NONE:
            first = HABITS + party * RISKS
            say_risk(state.risks[known], now, rule.known, to[first : first + RISKS])


@kernel
def _foresee(state: PaymentsState, rule: Rule, rows: Rows, row: int, to: NDArray[np.float32]) -> None:
    """Count, for a question, payments that would be taken for good before it."""
    now, mask, number = rows.us[row], len(state.paid.us) - 1, state.due[0]
    if number == state.ends[1] or state.paid.us[number & mask] + rule.known >= now:
        return
    for party in range(rows.parties.shape[1]):
        key = rows.parties[row, party]
        known = seen(state.parties, key, now, rule.forget)
        if known == NONE:
            continue
        one = state.risks[known : known + 1].copy()
        number = state.due[0]
        while number < state.ends[1] and state.paid.us[number & mask] + rule.known < now:
            at = number & mask
            for other in range(state.paid.parties.shape[1]):
                if state.paid.parties[at, other] == key and state.paid.what[at] == PENDING:
                    count(one[0], state.paid.us[at] + rule.known, 0.0, 1.0)
                    one[0].heard_us = max(one[0].heard_us, state.paid.us[at])
                    one[0].any.good += 1
                    one[0].plain.good += 1
            number += 1
        first = HABITS + party * RISKS
        say_risk(one[0], now, rule.known, to[first : first + RISKS])
