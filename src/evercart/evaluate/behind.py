"""Behind: what would have been answered by all that was learned up to an earlier moment, which is then held still.

A question is asked of the sources, of the ranker, as they stood at the last midnight, the last Monday, or when the
first quarter had passed. What is asked about is known up to the question: a source says by a method `aside` how a
session goes on beside what stands still; any other reads what the question itself carries.

It stands outside the ring: its own cost is that of asking everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.places import Places
from evercart.events.batch import Events
from evercart.fold import clone
from evercart.learners.neighbours.candidates import Candidates, unite
from evercart.units import DAY_US

Ints = NDArray[np.int64]
_ROWS: Final = 512  # of the log at a time
_MONDAY: Final = 3  # 1970-01-01 was a Thursday

MODES: Final[dict[str, Callable[[Ints], Ints]]] = {
    "a day behind": lambda us: us // DAY_US,
    "a week behind": lambda us: (us // DAY_US + _MONDAY) // 7,
    "frozen": lambda us: np.zeros(len(us), np.int64),
}  # the number of the period of a moment: one is answered by what was known before it began


def edges(us: Ints, tick: Ints, begin_us: int, period: Callable[[Ints], Ints]) -> Ints:
    """Return the rows at which a state is held, in time order: the first tick at `begin_us`, that of each period.

    us, tick    (rows,) of the log

    >>> us = np.array([0, 1, 2, 3]) * DAY_US
    >>> edges(us, np.arange(4), DAY_US // 2, MODES["a day behind"]).tolist()
    [1, 2, 3]
    """
    starts = np.flatnonzero(np.diff(tick, prepend=tick[:1] - 1))
    starts = starts[us[starts] >= begin_us]
    held: Ints = starts[np.diff(period(us[starts]), prepend=-1) != 0]
    return held


def ahead(
    folds: Mapping[str, Any],
    states: Mapping[str, Any],
    sources: tuple[str, ...],
    events: Events,
    about: tuple[str, NDArray[np.uint64]],
    places: Places,
) -> None:
    """Answer the questions of the rows that come by the states as they are, which are left alone.

    folds, states   by name: "asks", "ranker", each of the sources
    events          the rows up to the next moment at which a state is held
    about           the column that says what a question is about, the keys (sorted) whose questions are put
    """
    asks, held = clone(states["asks"]), {name: clone(states[name]) for name in sources}
    for start in range(0, len(events), _ROWS):
        asks, woven = folds["asks"].step(asks, events.rows(slice(start, start + _ROWS)))
        woven = woven.rows(_among(woven[about[0]], about[1]))
        offered = []
        for name in sources:
            held[name], found = _asked(folds[name], held[name], woven)
            offered.append(found)
        one = offered[0] if len(offered) == 1 else unite(offered)
        score = folds["ranker"].guess(states["ranker"], one.x).astype(np.float32)
        places.put(woven["number"][woven.asked], one.question, one.item, score)


def _asked(source: Any, state: Any, woven: Events) -> tuple[Any, Candidates]:
    aside = hasattr(source, "aside")
    answered: tuple[Any, Candidates] = (
        source.aside(state, woven) if aside else source.step(state, woven.rows(woven.asked))
    )
    return answered


def _among(keys: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    among: NDArray[np.bool_] = known[at] == keys
    return among


def sample(keys: NDArray[np.uint64], every: int) -> NDArray[np.uint64]:
    """Return one in `every` of the keys that are not missing, in the order of their first rows; sorted.

    >>> sample(np.array([0, 9, 7, 9, 8], np.uint64), 2).tolist()
    [8, 9]
    """
    known, first = np.unique(keys[keys != 0], return_index=True)
    return np.sort(known[np.argsort(first)][::every])
