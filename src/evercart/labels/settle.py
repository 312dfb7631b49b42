"""The kernel of Pairs: one walk over the rows, in which each question is met a bounded number of times.

On-time answers cost what they settle. An answer logged d seconds late also passes the questions that were
asked of its key in those d seconds.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel
from evercart.labels.book import Book, Counts, Said
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED
from evercart.slots import add, find, release

OPEN: Final = 0
HINTED: Final = 1
ANSWERED: Final = 2  # a yes came; out of its key's chain
CLOSED: Final = 3
NONE: Final = -1
NAN: Final = float("nan")

_ASKED: Final = int(Counts.asked)
_SETTLED: Final = int(Counts.settled)
_HINTED: Final = int(Counts.hinted)
_CORRECTED: Final = int(Counts.corrected)
_TOO_LATE: Final = int(Counts.too_late)
_ABANDONED: Final = int(Counts.abandoned)


class Rule(NamedTuple):
    """The configuration as the kernel takes it; times in microseconds."""

    window: int
    late: int
    hint: int  # -1: no hints
    hint_weight: float
    is_total: bool
    scale: float


class Rows(NamedTuple):
    """The columns of a woven batch that settle questions."""

    logged_us: NDArray[np.int64]
    happened_us: NDArray[np.int64]
    number: NDArray[np.int64]
    key: NDArray[np.uint64]
    is_answer: NDArray[np.bool_]
    adds: NDArray[np.int64]
    goes_live: NDArray[np.bool_]


@kernel
def _say(turns: Said, row: int, what: int, number: int, y: float, was: float, weight: float) -> None:
    at = turns.size[0]
    turns.row[at] = row
    turns.what[at] = what
    turns.number[at] = number
    turns.y[at] = y
    turns.was[at] = was
    turns.weight[at] = weight
    turns.size[0] = at + 1


@kernel
def _unlink(book: Book, number: int) -> None:
    """Take a question out of its key's chain; the last one takes the key along."""
    mask = len(book.rows.key) - 1
    slot = book.rows.slot[number & mask]
    if slot == NONE:
        return
    older, newer = book.rows.older[number & mask], book.rows.newer[number & mask]
    if older != NONE:
        book.rows.newer[older & mask] = newer
    if newer != NONE:
        book.rows.older[newer & mask] = older
    else:
        book.chains.newest[slot] = older
    if book.chains.closed[slot] == number:
        book.chains.closed[slot] = older  # windows close in the order of asking
    book.rows.slot[number & mask] = NONE
    book.chains.links[slot] -= 1
    if book.chains.links[slot] == 0:
        book.chains.newest[slot] = 0
        book.chains.closed[slot] = 0
        book.chains.total[slot] = 0
        release(book.keys, slot)


@kernel
def _settle(rule: Rule, book: Book, turns: Said, row: int, number: int, y: float) -> None:
    """Say a label; what a hint has already weighed is not weighed again."""
    if book.rows.status[number & (len(book.rows.key) - 1)] != HINTED:
        _say(turns, row, SETTLED, number, y, NAN, 1.0)
    else:
        if y != 0.0:
            _say(turns, row, HINT, number, y, 0.0, rule.hint_weight)
        _say(turns, row, SETTLED, number, y, NAN, 1.0 - rule.hint_weight)
    book.counts[_SETTLED] += 1


@kernel
def _close(rule: Rule, book: Book, turns: Said, row: int, number: int) -> None:
    """Close a window: silence, or the sum, becomes the label."""
    at = number & (len(book.rows.key) - 1)
    if book.rows.status[at] == ANSWERED:
        return
    slot = book.rows.slot[at]
    if rule.is_total:
        book.rows.value[at] = book.chains.total[slot] - book.rows.value[at] if slot != NONE else 0
    _settle(rule, book, turns, row, number, book.rows.value[at] * rule.scale if rule.is_total else 0.0)
    book.rows.status[at] = CLOSED
    if slot != NONE:
        book.chains.closed[slot] = number


@kernel
def _pass_time(rule: Rule, book: Book, turns: Said, row: int, now: int) -> None:
    """Close windows, give hints, drop questions that no correction can reach any more."""
    mask = len(book.rows.key) - 1
    while book.due[1] < book.ends[1] and book.rows.asked_us[book.due[1] & mask] + rule.window < now:
        _close(rule, book, turns, row, book.due[1])
        book.due[1] += 1
    book.due[0] = max(book.due[0], book.due[1])
    while rule.hint >= 0 and book.due[0] < book.ends[1] and book.rows.asked_us[book.due[0] & mask] + rule.hint < now:
        at = book.due[0] & mask
        if book.rows.status[at] == OPEN:
            _say(turns, row, HINT, book.due[0], 0.0, NAN, rule.hint_weight)
            book.rows.status[at] = HINTED
            book.counts[_HINTED] += 1
        book.due[0] += 1
    keep = rule.window + rule.late
    while book.ends[0] < book.due[1] and book.rows.asked_us[book.ends[0] & mask] + keep < now:
        _unlink(book, book.ends[0])
        book.ends[0] += 1


@kernel
def _ask(book: Book, turns: Said, row: int, now: int, number: int, key: np.uint64, x: NDArray[np.float32]) -> None:
    mask = len(book.rows.key) - 1
    at = number & mask
    book.rows.asked_us[at] = now
    book.rows.key[at] = key
    book.rows.status[at] = OPEN
    book.rows.value[at] = 0
    book.rows.x[at, :] = x
    book.rows.slot[at] = NONE
    book.rows.older[at] = NONE
    book.rows.newer[at] = NONE
    if key != 0:
        slot = find(book.keys, key)
        if slot == NONE:
            slot = add(book.keys, key)
            book.chains.newest[slot] = NONE
            book.chains.closed[slot] = NONE
        newest = book.chains.newest[slot]
        if newest != NONE:
            book.rows.newer[newest & mask] = number
        book.rows.older[at] = newest
        book.rows.slot[at] = slot
        book.rows.value[at] = book.chains.total[slot]
        book.chains.newest[slot] = number
        book.chains.links[slot] += 1
    book.ends[1] = number + 1
    book.counts[_ASKED] += 1
    _say(turns, row, ASKED, number, NAN, NAN, 1.0)


@kernel
def _say_yes(rule: Rule, book: Book, turns: Said, row: int, slot: int, happened: int) -> None:
    mask = len(book.rows.key) - 1
    number = book.chains.newest[slot]
    while number != NONE and book.rows.asked_us[number & mask] >= happened:
        number = book.rows.older[number & mask]
    while number != NONE and book.rows.asked_us[number & mask] + rule.window >= happened:
        older = book.rows.older[number & mask]
        if book.rows.status[number & mask] == CLOSED:
            _say(turns, row, CORRECTION, number, 1.0, 0.0, 1.0)
            book.counts[_CORRECTED] += 1
        else:
            _settle(rule, book, turns, row, number, 1.0)
        book.rows.status[number & mask] = ANSWERED
        _unlink(book, number)
        number = older


@kernel
def _add(rule: Rule, book: Book, turns: Said, row: int, slot: int, happened: int, amount: int) -> None:
    mask = len(book.rows.key) - 1
    book.chains.total[slot] += amount
    number, closed = book.chains.newest[slot], book.chains.closed[slot]
    while number > closed and book.rows.asked_us[number & mask] >= happened:
        book.rows.value[number & mask] += amount  # asked after it happened: not part of that window
        number = book.rows.older[number & mask]
    while closed != NONE and book.rows.asked_us[closed & mask] + rule.window >= happened:
        if book.rows.asked_us[closed & mask] < happened and amount != 0:
            was = book.rows.value[closed & mask]
            book.rows.value[closed & mask] = was + amount
            _say(turns, row, CORRECTION, closed, (was + amount) * rule.scale, was * rule.scale, 1.0)
            book.counts[_CORRECTED] += 1
        closed = book.rows.older[closed & mask]


@kernel
def _abandon(book: Book, turns: Said, row: int) -> None:
    """Drop what history left open: it is not answered "no"."""
    mask = len(book.rows.key) - 1
    for number in range(book.ends[0], book.ends[1]):
        status = book.rows.status[number & mask]
        if status in (OPEN, HINTED):
            _say(turns, row, ABANDONED, number, NAN, NAN, 0.0)
            book.counts[_ABANDONED] += 1
        _unlink(book, number)
    book.ends[0] = book.ends[1]
    book.due[0] = book.ends[1]
    book.due[1] = book.ends[1]


@kernel
def settle(rule: Rule, book: Book, rows: Rows, x: NDArray[np.float32], turns: Said, first: int) -> int:
    """Walk the rows from `first` on; return where room for turns ran out, else the number of rows."""
    question = 0
    for row in range(first):
        question += rows.number[row] >= 0
    for row in range(first, len(rows.key)):
        if len(turns.row) - turns.size[0] < 3 * (book.ends[1] - book.ends[0]) + 2:
            return row
        now = rows.logged_us[row]
        if rows.goes_live[row]:
            _abandon(book, turns, row)
        _pass_time(rule, book, turns, row, now)
        if rows.number[row] >= 0:
            _ask(book, turns, row, now, rows.number[row], rows.key[row], x[question])
            question += 1
        elif rows.is_answer[row]:
            slot = find(book.keys, rows.key[row])
            if slot == NONE:
                book.counts[_TOO_LATE] += now - rows.happened_us[row] > rule.window + rule.late
            elif rule.is_total:
                _add(rule, book, turns, row, slot, rows.happened_us[row], rows.adds[row])
            else:
                _say_yes(rule, book, turns, row, slot, rows.happened_us[row])
    return len(rows.key)
