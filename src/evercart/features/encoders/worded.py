"""Worded: what messages say, brought right of the log where a fold asks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, cast

import numpy as np

from evercart.events.batch import TEXT, Events, missing
from evercart.events.kinds import number
from evercart.log.log import READ_ROWS, Log

_SAYS: Final = (number("message"), number("decision"))


def worded(log: Log) -> Log:
    """Return a log that can be asked for the column `TEXT`: of messages, of decisions about one; "" elsewhere."""
    return cast(Log, _Worded(log))


class _Worded:
    """A log whose `read` brings texts along; all else is the log's."""

    def __init__(self, log: Log) -> None:
        self._log = log

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
        plain = [name for name in columns if name != TEXT]
        batches = self._log.read(start, stop, columns=plain, kinds=kinds, rows=rows)
        return batches if len(plain) == len(columns) else map(self._beside, batches)

    def _beside(self, events: Events) -> Events:
        texts = np.full(len(events), missing(TEXT), object)
        says = np.flatnonzero(np.isin(events.kind, _SAYS))
        if len(says):
            at = events.offset[says]
            named = self._log.names(int(at[0]), int(at[-1]) + 1, _SAYS, ("offset", TEXT))
            named = named.filter(named[TEXT].is_valid())
            places = np.searchsorted(events.offset, named["offset"].to_numpy())
            here = events.offset[np.minimum(places, len(events) - 1)] == named["offset"].to_numpy()
            texts[places[here]] = named[TEXT].to_numpy()[here]
        return Events({**events.columns, TEXT: texts})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)
