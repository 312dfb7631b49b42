"""What a backtest of recommendation says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from evercart.evaluate.recommended import BASKETS
from evercart.testing.ranked import invented


def test_the_summary_holds_all_that_was_promised() -> None:
    done = invented()
    said = json.loads(json.dumps(done.summary(), allow_nan=False))
    assert (said["app"], said["task"], said["mode"], said["questions"]) == (
        "recommend", "next click", "after every click", 60,
    )  # fmt: skip
    assert {f"{gain}@{cut}" for gain in ("recall", "mrr", "ndcg") for cut in (5, 10, 20)} <= set(said["blend"])
    assert (said["blend"]["cpu_s"], said["blend"]["tail"], said["blend"]["novelty"]) == (1.25, 0.25, 3.0)
    assert said["first_exposure"] == {"median_h": 2.0, "never": pytest.approx(1 / 3)}
    assert 0 < said["calibration"]["error"] < 1
    gap = said["differences"]["recall@20"]
    assert gap["baseline"] == "plain"
    assert gap["mean"] == pytest.approx(said["blend"]["recall@20"] - said["baselines"]["plain"]["recall@20"])
    assert set(gap["against"]) == {"plain", "plainer"}


def test_a_stale_blend_is_judged_where_it_was_asked() -> None:
    done = invented()
    said, blend = done.summary()["stale"]["frozen"], done.blend.rank
    assert said["questions"] == 45
    assert said["after every click"]["recall@20"] == pytest.approx((blend[15:] >= 0).mean())
    gap = said["differences"]["recall@20"]
    assert gap["mean"] == pytest.approx(said["after every click"]["recall@20"] - said["recall@20"])
    assert gap["low"] < gap["mean"] < gap["high"]


def test_a_basket_is_one_question_of_several_answers() -> None:
    one = invented(60)
    hits = replace(one.hits, number=np.arange(60) // 3)
    done = replace(one, hits=hits, task=BASKETS, familiar=hits.place > 1)
    said = done.summary()
    assert (said["questions"], said["answers"], said["task"]) == (20, 60, "next basket")
    assert said["blend"]["recall@20"] == pytest.approx((hits.rank >= 0).mean())
    assert said["slices"]["known shopper"]["questions"] == 20
    assert said["slices"]["new shopper"]["questions"] == 10
    assert "new to the shopper" in said["slices"]
    first = [any(hits.rank[at : at + 3] == 0) for at in range(0, 60, 3)]
    assert (done.sure.right * done.sure.questions)[done.sure.questions > 0].sum() == pytest.approx(sum(first))


def test_days_are_those_of_the_answers() -> None:
    done = invented(60, days=10)
    days, means, counts = done.by_day("recall", done.blend)
    assert days.tolist() == list(range(10))
    assert counts.tolist() == [6] * 10
    assert float(means.mean()) == pytest.approx(float((done.blend.rank >= 0).mean()))


def test_shorter_lists_have_fewer_cuts() -> None:
    assert invented(cut=10).cuts == (5, 10)
    assert invented(cut=3).cuts == (3,)
