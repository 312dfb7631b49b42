"""Commit: the events of many requests, with decisions, checked together, appended together, told apart again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import expected
from evercart.events.check import check
from evercart.events.findings import ROW, Refusal
from evercart.events.kinds import kind_name
from evercart.events.kinds import number as kind_number
from evercart.events.quarantine import Quarantine
from evercart.events.schema import SCHEMA, table_of
from evercart.log import Log
from evercart.log.log import Appended
from evercart.serve.sent import Sent, held, raw
from evercart.serve.wire import RefusedEvent, Taken

SOURCE: Final = "HTTP"  # of rows in quarantine
_ANSWERING: Final = ("outcome", "feedback", "chargeback", "resolved")
_ANSWERS: Final = pa.array([kind_number(name) for name in _ANSWERING], pa.int16())
Numbers = NDArray[np.int64]
_SHIFT: Final = 1 << 32  # a row's number: that of its request, shifted, with its own


class Taking(NamedTuple):
    """The events of a request, with what its sender waits for."""

    sent: Sent
    done: asyncio.Future[Taken]


class Decided(NamedTuple):
    """A decision's row, by the columns of the log, with what its answer waits for: "" or why it is not logged."""

    row: Mapping[str, Any]
    done: asyncio.Future[str]


class Done(NamedTuple):
    """What became of a commit: results of those who wait, rows added, events among them, the log's next offset."""

    told: Sequence[tuple[asyncio.Future[Any], Any]]
    rows: int
    events: int
    next_offset: int

    @classmethod
    def failed(cls, taking: Sequence[Taking], deciding: Sequence[Decided], error: Exception) -> Self:
        """Return that nothing was logged."""
        told: list[tuple[asyncio.Future[Any], Any]] = [(one.done, error) for one in taking]
        return cls(told + [(one.done, str(error)) for one in deciding], 0, 0, -1)


@dataclass(frozen=True)
class Commit:
    """Appends to one log; used by one thread.

    A row that may not enter is in quarantine before its sender is told; sent again, it is there once.
    """

    log: Log
    quarantine: Quarantine
    now_us: Callable[[], int]

    def __call__(self, taking: Sequence[Taking], deciding: Sequence[Decided]) -> Done:
        """Log all of it, in the order of events, then decisions; raises `UserError` where the log takes nothing."""
        now_us = self.now_us()
        tables, numbers, refused = self._checked(taking, now_us)
        self._hold(refused)
        events = sum(table.num_rows for table in tables)
        rows = [*tables, *([table_of([one.row for one in deciding])] if deciding else [])]
        appended = self._appended(rows, now_us, own=not events)
        again, same = _told_apart(appended, numbers, events)
        self._hold(again)
        orphans = self._orphans(tables, numbers)
        told: list[tuple[asyncio.Future[Any], Any]] = []
        refused_by = _by_request([*refused, *again])
        twice, alone = Counter(number // _SHIFT for number in same), Counter(number // _SHIFT for number in orphans)
        for at, one in enumerate(taking):
            told.append((one.done, _taken(one.sent, refused_by.get(at, []), twice[at], alone[at], appended)))
        taken_ids = {int(at) - events for at in (*appended.same, *appended.other) if at >= events}
        told += [(one.done, "its id is taken" if at in taken_ids else "") for at, one in enumerate(deciding)]
        return Done(told, appended.added, events, appended.next_offset)

    def _appended(self, tables: Sequence[pa.Table], now_us: int, *, own: bool) -> Appended:
        """Append; rows that the service writes itself leave a log its history's clock."""
        rows = tables[0] if len(tables) == 1 else pa.concat_tables([SCHEMA.empty_table(), *tables])
        if not rows.num_rows:
            return Appended(0, 0, 0, rows, self.log.next_offset)
        return self.log.append(rows, now_us, own=own)

    def _checked(self, taking: Sequence[Taking], now_us: int) -> tuple[list[pa.Table], Numbers, list[Refusal]]:
        """Return what may enter, with each row's number, and what may not."""
        rows = [(at * _SHIFT + number, row) for at, one in enumerate(taking) for number, row in one.sent.rows]
        table, refused = raw(rows) if rows else (None, [])
        parts = [table] if table is not None and table.num_rows else []
        for at, one in enumerate(taking):
            if one.sent.table is not None and one.sent.table.num_rows:
                own = np.arange(1, one.sent.events + 1) + at * _SHIFT
                parts.append(one.sent.table.append_column(ROW, pa.array(own)))
        good: list[pa.Table] = []
        numbers = [np.empty(0, np.int64)]
        for part in parts:
            checked = check(part, now_us=now_us)
            good.append(checked.good)
            numbers.append(checked.rows)
            refused += checked.bad
        return good, np.concatenate(numbers), refused

    def _hold(self, refused: Sequence[Refusal]) -> None:
        """Put rows into quarantine, known by what they hold: sent again they are there once."""
        if refused:
            named = [one._replace(row=_mark(one.body)) for one in refused]
            self.quarantine.add(SOURCE, SOURCE, tuple(named))

    def _orphans(self, tables: Sequence[pa.Table], numbers: Numbers) -> list[int]:
        """Return the numbers of the rows that answer what this log does not hold."""
        found: list[int] = []
        at = 0
        for table in tables:
            answers = np.flatnonzero(pc.is_in(table["kind"], value_set=_ANSWERS).to_numpy())
            if len(answers):
                stands = self.log.find(table["ref"].take(pa.array(answers)))
                found += numbers[at + answers[stands < 0]].tolist()
            at += table.num_rows
        return found


def _told_apart(appended: Appended, numbers: Numbers, events: int) -> tuple[list[Refusal], list[int]]:
    """Return what was refused because its id stands in the log with another body; the numbers of duplicates."""
    again: list[Refusal] = []
    if not (len(appended.other) or len(appended.same)):
        return again, []
    for at, row in zip(appended.other.tolist(), appended.refused.to_pylist(), strict=True):
        if at < events:
            rule, got = row.pop("rule"), row.pop("got")
            row["kind"] = kind_name(row["kind"])
            again.append(Refusal(int(numbers[at]), "id", rule, got, held(row)))
    return again, numbers[appended.same[appended.same < events]].tolist()


def _by_request(refused: Sequence[Refusal]) -> dict[int, list[Refusal]]:
    found: dict[int, list[Refusal]] = {}
    for one in refused:
        found.setdefault(one.row // _SHIFT, []).append(one)
    return found


def _taken(sent: Sent, refused: list[Refusal], twice: int, orphans: int, appended: Appended) -> Taken:
    told = [
        RefusedEvent(row, one.field, one.rule, one.value, expected(f"event {row}: {one.field}", one.rule, one.value))
        for one in sorted(refused)
        for row in (one.row % _SHIFT,)
    ]
    return Taken(sent.events - len(told) - twice, twice, told, appended.next_offset, orphans)


def _mark(body: str) -> int:
    """Return a number, below 2^60, that tells one body from another."""
    return int.from_bytes(blake2b(body.encode(errors="replace"), digest_size=8).digest()) >> 4
