"""An app's net has policies of its own, beside those of its light champion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.backtest import linear_opponents
from evercart.compare import compare
from evercart.errors import UserError
from evercart.evaluate.comparison import Comparison
from evercart.evaluate.comparison_page import comparison_page
from evercart.labels.pairs import Tick
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW
from evercart.nets import nets
from evercart.policies import online
from evercart.testing.redeems import TABLE, orders, redeems
from evercart.units import DAY_S

torch = pytest.importorskip("torch")

NET = Deep(TABLE.columns, Mlp((16,)), steps=AdamW(0.05), batch=8)
APP = replace(redeems(), challengers=(("deep", NET),))
EVENTS = orders(400, alike_s=3 * DAY_S)
QUARTER_US = int(EVENTS.logged_us[len(EVENTS) // 4])
OWN = ("deep", "deep fine-tuned", "deep replayed", "deep joint")


def compared(**more: int) -> Comparison:
    opponents, clock = linear_opponents(APP)[:1], iter(range(10**9))
    told = (APP, iter([EVENTS]), Tick(), QUARTER_US, lambda: float(next(clock)))
    return compare(*told, nightly=False, opponents=opponents, **more)


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compared()


def test_only_challengers_with_a_net_inside_count() -> None:
    assert nets(APP) == {"deep": NET}
    assert list(online(APP, 5)) == ["continual", "reacting", "published nightly", "deep", "frozen"]


def test_a_net_learns_on_is_trained_by_night_or_anew(found: Comparison) -> None:
    assert found.policies == ("continual", "reacting", "published nightly", "refit weekly", "frozen", *OWN)
    assert found.fits["deep fine-tuned"] == found.fits["deep replayed"] > 20 * found.fits["deep joint"] > 0
    said = found.summary()["policies"]
    assert all(said[name]["passes"] in (1, 3) for name in OWN[1:])
    assert all(np.isfinite(said[name]["loss"]) for name in OWN)
    assert "deep" not in found.passes


def test_who_waits_for_the_night_is_staler(found: Comparison) -> None:
    hours = [found.staleness[name].mean_h for name in ("deep", "deep fine-tuned", "deep joint")]
    assert hours == sorted(hours)
    assert found.staleness["deep"] == found.staleness["continual"]


def test_joint_training_may_come_each_night(found: Comparison) -> None:
    more = compared(joint_days=1)
    assert more.fits["deep joint"] == more.fits["deep fine-tuned"]
    assert more.staleness["deep joint"] == found.staleness["deep fine-tuned"]
    with pytest.raises(UserError, match=r"^compare.joint_days: expected at least 1, got 0$"):
        compared(joint_days=0)


def test_the_page_says_what_was_chosen(found: Comparison) -> None:
    page = comparison_page(found, "shop", "now")
    assert all(f"<td>{name}</td>" in page for name in OWN)
    assert f"deep joint: {found.fits['deep joint']} fits of" in page
