"""Odd turns break no net, no cure, no head: what they leave is sound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

pytest.importorskip("torch")

from evercart.features.columns import Column
from evercart.fold import pack
from evercart.harden.blends import Trades
from evercart.harden.harden import Harden
from evercart.harden.slopes import Pgd
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.learners.by_tick import ByTick
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes, Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.table import Table
from evercart.remember.dark import Dark
from evercart.remember.distilled import Distilled
from evercart.remember.elastic import Elastic
from evercart.remember.exemplars import Exemplars
from evercart.remember.forget import Forget
from evercart.remember.lda import Lda
from evercart.remember.memories import Herded, Recent, Reservoir
from evercart.remember.news import News
from evercart.remember.projected import Projected
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay
from evercart.remember.ridge import Ridge

COLUMNS = (Column("a"), Column("b"), Column("s", slots=5))
OPEN = News(every=2, rest=1)


def net(head: Any, **more: Any) -> Deep:
    return Deep(COLUMNS, Mlp((16,)), head, batch=3, **more)


LEARNERS: dict[str, Any] = {
    "binary": net(Binary(), table=Table(16, 4)),
    "squared": net(Squared()),
    "classes": net(Classes(3)),
    "replay": Remembering(net(Classes(3)), Replay(Exemplars(200, Reservoir()), 2, apart=True)),
    "dark": Remembering(net(Binary()), Dark(Exemplars(200, Herded()), 2)),
    "distilled": Remembering(net(Classes(3)), Distilled(news=OPEN)),
    "elastic": Remembering(net(Squared()), Elastic(look=1, news=OPEN)),
    "projected": Remembering(net(Binary()), Projected(Exemplars(200, Recent()), 2)),
    "hardened": Harden(net(Classes(3)), Pgd(0.1, 2), Trades()),
    "fading": Forget(net(Binary()), 4),
    "lda": Forget(ByTick(Lda(3, 3)), 4),
    "ridge": Forget(ByTick(Ridge(3, 3, 8)), 4),
}
WILD = (np.nan, np.inf, -np.inf, 3e38, -1e30, 1e-45, 0.0, 1.0, 2.0, 7.5)
LABELS = (np.nan, -1.0, 0.0, 1.0, 2.0, 3.0, 0.5, 1e300, -1e300, np.inf)
KINDS = (ASKED, HINT, SETTLED, SETTLED, CORRECTION, ABANDONED)


@st.composite
def odd(draw: Any) -> Turns:
    """Draw turns that nobody sends: numbers twice, no number at all, labels of no class, no weight."""
    rows = draw(st.integers(0, 12))

    def column(values: tuple[Any, ...], kind: Any, shape: Any = rows) -> Any:
        return draw(arrays.arrays(kind, shape, elements=st.sampled_from(values)))

    what = column(KINDS, np.int8)
    y = np.where((what == ASKED) | (what == ABANDONED), np.nan, column(LABELS, float))
    was = np.where(what == CORRECTION, column(LABELS, float), np.nan)
    weight = column((0.0, 0.25, 1.0), float) if draw(st.booleans()) else np.zeros(rows)
    tick, place = np.sort(column((0, 1, 2, 3), np.int64)), np.arange(rows)
    x = column(tuple(map(np.float32, WILD)), np.float32, (rows, len(COLUMNS)))
    return Turns(what, tick, place, place, column((0, 1, 2), np.int64), y, was, weight, place.astype(np.uint64), x)


@pytest.mark.parametrize("name", LEARNERS)
@settings(max_examples=15)
@given(turns=st.lists(odd(), min_size=1, max_size=3))
def test_the_state_stays_sound(name: str, turns: list[Turns]) -> None:
    learner = LEARNERS[name]
    state = learner.start()
    for number, one in enumerate(turns):
        one.tick[:] += 4 * number
        state, guesses = learner.step(state, one)
        assert guesses.shape == (len(one),)
        assert np.isfinite(guesses[one.what == ASKED]).all()
    for path, value in pack(state).items():
        if path.split(".")[-1].split("|")[-1] in ("y", "was") or value.dtype.kind != "f":
            continue  # labels wait as they came
        assert np.isfinite(value).all(), path
