"""Texts: what items are called, brought right of the log as sketches that their rows carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

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
from evercart.log.brought import brought
from evercart.log.log import Log

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
        raise UserError(expected("texts", "one encoder for all", " ".join(wanted)))
    return brought(log, SKETCH, partial(Texts(_kept(encoder(wanted[0]))).read, log)) if wanted else log


def _kept(given: Cached) -> Encoder:
    """Return an encoder whose vectors outlive the process, unless counting letters anew is as fast."""
    return given if isinstance(given.of, HashedNgrams) else Cached(Stored(given.of), given.most)
