"""Worded: what messages say, brought right of the log where a fold asks for it."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from evercart.events.batch import TEXT, Events, missing
from evercart.events.kinds import number
from evercart.log.brought import brought
from evercart.log.log import Log

_SAYS: Final = (number("message"), number("decision"))


def worded(log: Log) -> Log:
    """Return a log that can be asked for the column `TEXT`: of messages, of decisions about one; "" elsewhere."""
    return brought(log, (TEXT,), partial(map, partial(_beside, log)))


def _beside(log: Log, events: Events) -> Events:
    texts = np.full(len(events), missing(TEXT), object)
    says = np.flatnonzero(np.isin(events.kind, _SAYS))
    if len(says):
        at = events.offset[says]
        named = log.names(int(at[0]), int(at[-1]) + 1, _SAYS, ("offset", TEXT))
        named = named.filter(named[TEXT].is_valid())
        places = np.searchsorted(events.offset, named["offset"].to_numpy())
        here = events.offset[np.minimum(places, len(events) - 1)] == named["offset"].to_numpy()
        texts[places[here]] = named[TEXT].to_numpy()[here]
    return Events({**events.columns, TEXT: texts})
