"""The kernel of Pairs: one walk over the rows, in which each question is met a bounded number of times.

On-time answers cost what they settle. An answer logged d seconds late also passes the questions that were
asked of its key in those d seconds.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel
from evercart.labels.book import ANSWERED, CLOSED, HINTED, OPEN, Book, Counts
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED
from evercart.slots import add, find, release

NONE: Final = -1
NAN: Final = float("nan")

_ASKED: Final = int(Counts.asked)
_SETTLED: Final = int(Counts.settled)
_HINTED: Final = int(Counts.hinted)
_CORRECTED: Final = int(Counts.corrected)
_TOO_LATE: Final = int(Counts.too_late)
_ABANDONED: Final = int(Counts.abandoned)
_NOBODY: Final = int(Counts.nobody)


class Rule(NamedTuple):
    """The configuration as the kernel takes it; times in microseconds."""

    window: int
    late: int
    hint: int  # -1: no hints
    hint_weight: float
    is_total: bool  # what comes is summed until the window closes
    scale: float
    most: float
    revised: bool  # what comes says 0 or 1; the last of two that differ holds


class Rows(NamedTuple):
    """The columns of a woven batch that settle questions."""

    logged_us: NDArray[np.int64]
    happened_us: NDArray[np.int64]
    number: NDArray[np.int64]
    key: NDArray[np.uint64]
    is_answer: NDArray[np.bool_]
    adds: NDArray[np.int64]
    goes_live: NDArray[np.bool_]


class Out(NamedTuple):
    """Where the kernel writes the turns; x and the clock are gathered afterwards."""

    size: NDArray[np.int64]  # (1,)
    turns: NDArray[np.void]  # (room,) of TURN


@kernel
def _say(out: Out, row: int, what: int, number: int, y: float, was: float, weight: float) -> None:
    turn = out.turns[out.size[0]]
    turn.row = row
    turn.what = what
    turn.number = number
    turn.y = y
    turn.was = was
    turn.weight = weight
    out.size[0] += 1


@kernel
def _unlink(book: Book, number: int) -> None:
    """Take a question out of its key's chain; the last one takes the key along."""
    about, mask = book.rows.about, len(book.rows.about) - 1
    question = about[number & mask]
    if question.slot == NONE:
        return
    chain = book.chains[question.slot]
    if question.older != NONE:
        about[question.older & mask].newer = question.newer
    if question.newer != NONE:
        about[question.newer & mask].older = question.older
    else:
        chain.newest = question.older
    if chain.closed == number:
        chain.closed = question.older  # windows close in the order of asking
    chain.links -= 1
    if chain.links == 0:
        chain.newest = 0
        chain.closed = 0
        chain.total = 0
        release(book.keys, question.slot)
    question.slot = NONE


@kernel
def _label(rule: Rule, value: int) -> float:
    return min(value * rule.scale, rule.most)


@kernel
def _settle(rule: Rule, book: Book, out: Out, row: int, number: int, y: float) -> None:
    """Say a label; what a hint has already weighed is not weighed again."""
    weight = 1.0
    if book.rows.about[number & (len(book.rows.about) - 1)].status == HINTED:
        weight -= rule.hint_weight
        if y != 0.0:
            _say(out, row, HINT, number, y, 0.0, rule.hint_weight)
    _say(out, row, SETTLED, number, y, NAN, weight)
    book.counts[_SETTLED] += 1


@kernel
def _close(rule: Rule, book: Book, out: Out, row: int, number: int) -> None:
    """Close a window: silence, or the sum, becomes the label."""
    question = book.rows.about[number & (len(book.rows.about) - 1)]
    if question.status == ANSWERED:
        return
    if question.slot != NONE:
        question.value = book.chains[question.slot].total - question.value
        book.chains[question.slot].closed = number
    _settle(rule, book, out, row, number, _label(rule, question.value) if rule.is_total else 0.0)
    question.status = CLOSED


@kernel
def _pass_time(rule: Rule, book: Book, out: Out, row: int, now: int) -> None:
    """Close windows, give hints, drop questions that no correction can reach any more."""
    about, mask = book.rows.about, len(book.rows.about) - 1
    while book.due[1] < book.ends[1] and about[book.due[1] & mask].asked_us + rule.window < now:
        _close(rule, book, out, row, book.due[1])
        book.due[1] += 1
    book.due[0] = max(book.due[0], book.due[1])
    while rule.hint >= 0 and book.due[0] < book.ends[1] and about[book.due[0] & mask].asked_us + rule.hint < now:
        if about[book.due[0] & mask].status == OPEN:
            _say(out, row, HINT, book.due[0], 0.0, NAN, rule.hint_weight)
            about[book.due[0] & mask].status = HINTED
            book.counts[_HINTED] += 1
        book.due[0] += 1
    while book.ends[0] < book.due[1] and about[book.ends[0] & mask].asked_us + rule.window + rule.late < now:
        _unlink(book, book.ends[0])
        book.ends[0] += 1


@kernel
def _ask(book: Book, out: Out, row: int, now: int, number: int, key: np.uint64, x: NDArray[np.float32]) -> None:
    mask = len(book.rows.about) - 1
    question = book.rows.about[number & mask]
    question.asked_us = now
    question.key = key
    question.older = NONE
    question.newer = NONE
    question.value = 0
    question.slot = NONE
    question.status = OPEN
    book.rows.x[number & mask, :] = x
    if key != 0:
        slot = find(book.keys, key)
        if slot == NONE:
            slot = add(book.keys, key)
            book.chains[slot].newest = NONE
            book.chains[slot].closed = NONE
        chain = book.chains[slot]
        if chain.newest != NONE:
            book.rows.about[chain.newest & mask].newer = number
        question.older = chain.newest
        question.slot = slot
        question.value = chain.total
        chain.newest = number
        chain.links += 1
    book.ends[1] = number + 1
    book.counts[_ASKED] += 1
    _say(out, row, ASKED, number, NAN, NAN, 1.0)
    if key == 0:  # silence would not mean no
        _say(out, row, ABANDONED, number, NAN, NAN, 0.0)
        book.counts[_NOBODY] += 1
        question.status = ANSWERED


@kernel
def _say_yes(rule: Rule, book: Book, out: Out, row: int, slot: int, happened: int) -> None:
    about, mask = book.rows.about, len(book.rows.about) - 1
    number = book.chains[slot].newest
    while number != NONE and about[number & mask].asked_us >= happened:
        number = about[number & mask].older
    while number != NONE and about[number & mask].asked_us + rule.window >= happened:
        question = about[number & mask]
        older = question.older
        if question.status == CLOSED:
            _say(out, row, CORRECTION, number, 1.0, 0.0, 1.0)
            book.counts[_CORRECTED] += 1
        else:
            _settle(rule, book, out, row, number, 1.0)
        question.status = ANSWERED
        _unlink(book, number)
        number = older


@kernel
def _revise(rule: Rule, book: Book, out: Out, row: int, slot: int, happened: int, value: int) -> None:
    """Say what a row says of the questions about its key, for the first time or anew; they stay in the chain."""
    about, mask = book.rows.about, len(book.rows.about) - 1
    number, y = book.chains[slot].newest, 1.0 if value > 0 else 0.0
    while number != NONE and about[number & mask].asked_us >= happened:
        number = about[number & mask].older
    while number != NONE and about[number & mask].asked_us + rule.window >= happened:
        question = about[number & mask]
        was = 1.0 if question.status == ANSWERED and question.value > 0 else 0.0
        if question.status == OPEN or question.status == HINTED:
            _settle(rule, book, out, row, number, y)
        elif y != was:
            _say(out, row, CORRECTION, number, y, was, 1.0)
            book.counts[_CORRECTED] += 1
        question.status, question.value = ANSWERED, value
        number = question.older


@kernel
def _add(rule: Rule, book: Book, out: Out, row: int, slot: int, happened: int, amount: int) -> None:
    about, mask = book.rows.about, len(book.rows.about) - 1
    chain = book.chains[slot]
    chain.total += amount
    number, closed = chain.newest, chain.closed
    while number > closed and about[number & mask].asked_us >= happened:
        about[number & mask].value += amount  # asked after it happened: not part of that window
        number = about[number & mask].older
    while closed != NONE and about[closed & mask].asked_us + rule.window >= happened:
        question = about[closed & mask]
        if question.asked_us < happened:
            was = _label(rule, question.value)
            question.value += amount
            if _label(rule, question.value) != was:
                _say(out, row, CORRECTION, closed, _label(rule, question.value), was, 1.0)
                book.counts[_CORRECTED] += 1
        closed = question.older


@kernel
def _abandon(book: Book, out: Out, row: int) -> None:
    """Drop what history left open: it is not answered "no"."""
    for number in range(book.ends[0], book.ends[1]):
        if book.rows.about[number & (len(book.rows.about) - 1)].status in (OPEN, HINTED):
            _say(out, row, ABANDONED, number, NAN, NAN, 0.0)
            book.counts[_ABANDONED] += 1
        _unlink(book, number)
    book.ends[0] = book.ends[1]
    book.due[:] = book.ends[1]


@kernel
def settle(rule: Rule, book: Book, rows: Rows, x: NDArray[np.float32], out: Out, first: int) -> int:
    """Walk the rows from `first` on; return where room for turns ran out, else the number of rows."""
    question = 0
    for row in range(first):
        question += rows.number[row] >= 0
    for row in range(first, len(rows.key)):
        if len(out.turns) - out.size[0] < 3 * (book.ends[1] - book.ends[0]) + 2:
            return row
        now = rows.logged_us[row]
        if rows.goes_live[row]:
            _abandon(book, out, row)
        _pass_time(rule, book, out, row, now)
        if rows.number[row] >= 0:
            _ask(book, out, row, now, rows.number[row], rows.key[row], x[question])
            question += 1
        elif rows.is_answer[row]:
            slot = find(book.keys, rows.key[row])
            if slot == NONE:
                book.counts[_TOO_LATE] += now - rows.happened_us[row] > rule.window + rule.late
            elif rule.is_total:
                _add(rule, book, out, row, slot, rows.happened_us[row], rows.adds[row])
            elif rule.revised:
                _revise(rule, book, out, row, slot, rows.happened_us[row], rows.adds[row])
            else:
                _say_yes(rule, book, out, row, slot, rows.happened_us[row])
    return len(rows.key)
