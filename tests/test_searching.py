"""Settings are chosen on the early half of a log, weighed on the later one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("optuna")

from evercart import searching
from evercart.apps import app
from evercart.errors import UserError
from evercart.evaluate.compare import Difference
from evercart.labels.pairs import Tick
from evercart.learners.mean import Mean
from evercart.searching import Searched, search, space
from evercart.testing.redeems import orders, redeems
from evercart.units import DAY_S

EVENTS = orders(1_200, alike_s=3 * DAY_S)


def searched(events: Any = EVENTS, **how: Any) -> Searched:
    return search(redeems(), iter([events]), Tick(), lambda: 0.0, **{"trials": 6, **how})


def test_the_winner_is_never_worse_where_it_was_chosen() -> None:
    found = searched()
    assert (found.racer, found.trials) == ("continual", 6)
    assert found.early[1] <= found.early[0]
    assert 0.05 <= found.settings["optimizer.rate"] <= 5.0
    assert found.gap.mean == pytest.approx(found.later[1] - found.later[0])
    assert searched() == found


def test_the_later_half_chooses_nothing() -> None:
    found, half = searched(), len(EVENTS) // 2 + 20
    other = orders(1_200, alike_s=2 * DAY_S, seed=3)
    columns = {name: np.concatenate([EVENTS[name][:half], other[name][half:]]) for name in EVENTS.columns}
    turned = searched(type(EVENTS)(columns))
    assert (turned.settings, turned.early) == (found.settings, found.early)
    assert turned.later != found.later


def test_a_kept_study_goes_on(tmp_path: Path) -> None:
    searched(trials=2, study=tmp_path / "trials.db")
    assert searched(trials=3, study=tmp_path / "trials.db").trials == 5


def test_what_is_searched_of_a_net() -> None:
    pytest.importorskip("torch")
    deep = dict(app("repurchase", {"deep": True}).challengers)["deep"]
    assert space(deep) == {"rate": 1e-3, "memory": (0, 1 << 18, 1 << 21), "decay": (0.0, 1e-4, 1e-3, 1e-2, 1e-1)}


def test_what_cannot_be_searched() -> None:
    text = r"^tune: expected a net, or a learner whose optimizer has alpha, rate or l2, got 'Mean'$"
    with pytest.raises(UserError, match=text):
        space(Mean())
    with pytest.raises(UserError, match=r"^tune.trials: expected at least 1, got 0$"):
        searched(trials=0)


def test_the_lines_to_paste_are_settings() -> None:
    settings = {"rate": 0.01, "learner.optimizer.alpha": 0.5, "depth": "lora"}
    found = Searched("spend", "deep", 1, settings, (1.0, 1.0), (1.0, 1.0), Difference(0.0, 0.0, 0.0), 0.0)
    lines = ["[tune.spend]", 'of = "deep"', "rate = [0.01]", '"learner.optimizer.alpha" = [0.5]', 'depth = ["lora"]']
    assert found.paste.splitlines() == lines


def test_without_optuna_the_pip_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(searching, "import_module", absent)
    with pytest.raises(UserError) as error:
        searched()
    assert str(error.value) == "tune: expected the extra tune (pip install 'evercart[tune]'), got 'no optuna'"
