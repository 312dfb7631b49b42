"""Nets that race beside the light models, where the settings say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from shops import loss, turned, year  # noqa: E402

from evercart.apps import app  # noqa: E402
from evercart.backtest import replay  # noqa: E402
from evercart.errors import UserError  # noqa: E402
from evercart.labels.pairs import Tick  # noqa: E402
from evercart.learners.mean import Mean  # noqa: E402
from evercart.testing.behaving import BEHAVING  # noqa: E402
from evercart.testing.shop import SimulatedShop  # noqa: E402


def test_repurchase_has_a_net_that_learns():
    deep = app("repurchase", {"deep": True})
    assert [name for name, _ in deep.challengers] == ["restarted", "deep"]
    raced = replace(deep, challengers=(("base", Mean()), deep.challengers[1]))
    replayed = turned(raced, year())
    assert np.isfinite(replayed.scored.guesses).all()
    assert loss(raced, replayed, racer=2) < loss(raced, replayed, racer=1)


def test_behaviour_has_a_net_of_all_outcomes():
    deep = app("behaviour", {"deep": True})
    assert [name for name, _ in deep.challengers] == ["apart", "deep"]
    shop = SimulatedShop(seed=2, shoppers=30, items=30, days=30, emitters=BEHAVING)
    replayed = replay(deep, shop.stream(shop.table().num_rows, columns=deep.reads), Tick(), None, lambda: 0.0)
    assert len(replayed.scored) > 500
    assert np.isfinite(replayed.scored.guesses).all()
    assert loss(deep, replayed, racer=2) < 1.05 * loss(deep, replayed)


def test_without_a_word_nothing_changes():
    assert app("repurchase", {"deep": False}) == app("repurchase")
    assert [name for name, _ in app("behaviour").challengers] == ["apart"]


def test_a_gpu_that_is_not_there_is_refused():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    for name in ("repurchase", "behaviour"):
        with pytest.raises(UserError) as caught:
            app(name, {"deep": True, "device": "cuda"})
        assert str(caught.value) == "deep.device: expected cpu, as torch finds no GPU here, got 'cuda'"
