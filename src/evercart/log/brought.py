"""Brought: a log that can be asked for columns that it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, cast

from evercart.events.batch import Events
from evercart.log.log import READ_ROWS, Log


def brought(log: Log, columns: Collection[str], bring: Callable[[Iterator[Events]], Iterator[Events]]) -> Log:
    """Return a log whose `read` brings further columns along where one of them is asked for; all else is the log's.

    bring    yields the batches it is given, the columns beside
    """
    return cast(Log, _Brought(log, columns, bring))


class _Brought:
    def __init__(
        self, log: Log, further: Collection[str], bring: Callable[[Iterator[Events]], Iterator[Events]]
    ) -> None:
        self._log, self._further, self._bring = log, frozenset(further), bring

    def read(
        self,
        start: int,
        stop: int | None = None,
        *,
        columns: Sequence[str] = (),
        kinds: Collection[int] | None = None,
        rows: int = READ_ROWS,
    ) -> Iterator[Events]:
        """Yield rows; see `Log.read`."""
        plain = [name for name in columns if name not in self._further]
        batches = self._log.read(start, stop, columns=plain, kinds=kinds, rows=rows)
        return batches if len(plain) == len(columns) else self._bring(batches)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)
