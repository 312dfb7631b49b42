"""Texts: what items are called, brought right of the log as sketches that their rows carry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa

from evercart.errors import UserError, expected
from evercart.events.batch import SKETCH, Events
from evercart.events.kinds import number
from evercart.features.encoders.choose import encoder
from evercart.features.encoders.encoder import Cached, Encoder
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.sketch import WORDS, sketched
from evercart.features.encoders.stored import Stored
from evercart.log.log import READ_ROWS, Log

_ITEM: Final = number("item")


@dataclass(frozen=True)
class Texts:
    """Give each `item` row the sketch of its title, in the columns `SKETCH`; other rows have zeros there.

    See docs/decisions/0014-item-vectors.md.
    """

    encoder: Encoder

    def read(self, log: Log, batches: Iterable[Events]) -> Iterator[Events]:
        """Yield batches of a log with the sketches beside; titles are fetched only where there are item rows."""
        for batch in batches:
            rows = batch.kind == _ITEM
            if rows.any():
                at = batch.offset[rows]
                yield self.beside(batch, log.names(int(at[0]), int(at[-1]) + 1, kinds=(_ITEM,)))
            else:
                yield self.beside(batch, None)

    def beside(self, events: Events, names: pa.Table | None) -> Events:
        """Return the events with the sketches.

        names   rows of the log with `offset`, `text`, in order: those of the item rows, maybe of others; a row
                without a text, or that is not there, has zeros
        """
        sketches = np.zeros((len(events), WORDS), np.uint64)
        if names is not None and names.num_rows:
            told = names.filter(names["text"].is_valid())
            at = np.searchsorted(events.offset, told["offset"].to_numpy())
            here = (at < len(events)) & (events.offset[np.minimum(at, len(events) - 1)] == told["offset"].to_numpy())
            here &= events.kind[np.minimum(at, len(events) - 1)] == _ITEM
            texts = told["text"].filter(pa.array(here)).to_pylist()
            sketches[at[here]] = sketched(self.encoder(texts))
        return Events({**events.columns, **{name: sketches[:, word].copy() for word, name in enumerate(SKETCH)}})


def titled(log: Log, names: Iterable[str]) -> Log:
    """Return a log that can be asked for the columns `SKETCH`; where nobody names an encoder, the log itself.

    names    of the encoders that folds name; "" is none
    """
    wanted = sorted(set(names) - {""})
    if len(wanted) > 1:
        raise UserError(expected("content.texts", "one encoder for all", " ".join(wanted)))
    return cast(Log, _Titled(log, Texts(_kept(encoder(wanted[0]))))) if wanted else log


def _kept(given: Cached) -> Encoder:
    """Return an encoder whose vectors outlive the process, unless counting letters anew is as fast."""
    return given if isinstance(given.of, HashedNgrams) else Cached(Stored(given.of), given.most)


class _Titled:
    """A log whose `read` brings titles along; all else is the log's."""

    def __init__(self, log: Log, texts: Texts) -> None:
        self._log, self._texts = log, texts

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
        plain = [name for name in columns if name not in SKETCH]
        batches = self._log.read(start, stop, columns=plain, kinds=kinds, rows=rows)
        return batches if len(plain) == len(columns) else self._texts.read(self._log, batches)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)
