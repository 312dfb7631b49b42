"""What titles say of items, of shoppers, reaches the apps that ask for it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.apps import APPS
from evercart.errors import UserError
from evercart.events.batch import SKETCH, Events
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.sketch import sketched
from evercart.features.titles import BANDS, SIGNS, Titles, titles
from evercart.units import DAY_S, DAY_US

ITEM, ORDER, VIEW, ASKED = 3, 2, 1, 7
SHOES, ALIKE, PAN = "red running shoes, size 40", "red running shoes, size 41", "iron pan"
CATALOGUE = [(ITEM, 0, at + 1, title) for at, title in enumerate((SHOES, ALIKE, PAN, ""))]


def rows(*given: tuple[int, int, int, str], user: int = 5) -> Events:
    """Return rows: kind, day, item, title."""
    asked = [one[0] == ASKED for one in given]
    sketch = sketched(HashedNgrams()([one[3] for one in given]))
    return Events.of(
        kind=[one[0] for one in given],
        logged_us=[one[1] * DAY_US for one in given],
        item=[one[2] for one in given],
        user=[user] * len(given),
        number=np.where(asked, np.cumsum(asked) - 1, -1),
        **{name: sketch[:, word] for word, name in enumerate(SKETCH)},
    )


def signs(text: str) -> np.ndarray:
    (word,) = sketched(HashedNgrams()([text]))[:, 0].tolist()
    return np.array([1.0 if word >> at & 1 else -1.0 for at in range(SIGNS)])


def test_a_shopper_is_the_mean_of_what_was_bought_or_seen() -> None:
    table = Titles("ngrams-256", looked=0.5)
    bought = [
        (ITEM, 0, 1, ""),
        (ORDER, 1, 1, ""),
        (ORDER, 1, 4, ""),
        (VIEW, 1, 3, ""),
        (ORDER, 1, 9, ""),
        (ASKED, 1, 0, ""),
    ]
    state, x = table.step(table.start(), rows(*CATALOGUE, *bought))
    np.testing.assert_allclose(x[0], (signs(SHOES) + 0.5 * signs(PAN)) / 1.5, rtol=1e-6)
    asked = rows((ASKED, 1, 0, ""))
    assert np.array_equal(table.peek(state, asked), x)
    assert not table.peek(state, rows((ASKED, 1, 0, ""), user=6)).any()


def test_the_last_lines_count() -> None:
    table = Titles("ngrams-256", lately=4)
    bought = [*[(ORDER, 1, 3, "")] * 30, *[(ORDER, 2, 1, "")] * 30, (ASKED, 2, 0, "")]
    _, x = table.step(table.start(), rows(*CATALOGUE, *bought))
    np.testing.assert_allclose(x[0], signs(SHOES), atol=1e-3)


def test_items_called_alike_share_more_slots() -> None:
    table = Titles("ngrams-256", "item")
    state, x = table.step(table.start(), rows(*CATALOGUE, *[(ASKED, 1, item, "") for item in (1, 2, 3, 4, 9)]))
    assert x[:3].min() >= 1 and not x[3:].any()
    assert (x[0] == x[1]).sum() > (x[0] == x[2]).sum()
    assert x.shape == (5, BANDS) and x.max() < table.columns[0].slots
    assert np.array_equal(table.peek(state, rows(*[(ASKED, 1, item, "") for item in (1, 2, 3, 4, 9)])), x)


def test_who_is_long_silent_is_forgotten() -> None:
    for of in ("user", "item"):
        table = Titles("ngrams-256", of, keep_s=DAY_S)
        given = [*CATALOGUE, (ORDER, 0, 1, ""), (ASKED, 1, 1, ""), (ASKED, 2, 1, "")]
        state, x = table.step(table.start(), rows(*given[:-1]))
        assert x[0].any() and not table.peek(state, rows(given[-1])).any()
        state, x = table.step(state, rows(given[-1]))
        assert not x.any() and not len(state.packed().users.links["last_us"].nonzero()[0])


@pytest.mark.parametrize("name", ["repurchase", "spend", "profile", "behaviour"])
def test_a_challenger_reads_titles_where_an_app_is_told_to(name: str) -> None:
    plain, told = APPS[name](), APPS[name](texts="ngrams")
    assert told.titles == ("ngrams-256",) and not plain.titles and set(told.reads) >= set(SKETCH)
    assert "titles" in dict(told.challengers) and "titles" not in dict(plain.challengers)
    assert APPS[name](texts="none") == plain
    assert len(told.columns) == len(plain.columns) + len(told.tables[-1].columns)
    rng = np.random.default_rng(1)
    x = rng.integers(0, 2, (40, len(told.columns))).astype(np.float32)
    other = x.copy()
    other[:, len(plain.columns) :] = rng.integers(0, 2, (40, len(told.columns) - len(plain.columns)))
    y = x[:, len(plain.columns)].astype(np.float64)
    said = {racer: [_said(learner, one, y) for one in (x, other)] for racer, learner in told.challengers}
    said["continual"] = [_said(told.champion, one, y) for one in (x, other)]
    assert {racer for racer, (one, two) in said.items() if not np.array_equal(one, two)} == {"titles"}


def _said(learner: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    from evercart.learners.prequential import prequential

    return learner.step(learner.start(), prequential(x, y))[1][::2]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"of": "place"}, "titles.of: expected user or item, got 'place'"),
        ({"looked": -1}, "titles.looked: expected a finite number of at least 0, got -1"),
        ({"lately": 0}, "titles.lately: expected a finite number of at least 1, got 0"),
        ({"keep_s": 0}, "titles.keep_s: expected more than 0, got 0"),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        Titles("ngrams-256", **wrong)
    with pytest.raises(UserError, match=r"^encoder: expected one of auto"):
        titles("letters")
