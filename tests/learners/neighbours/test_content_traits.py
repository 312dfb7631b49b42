"""What is said of a candidate by its content: read off small catalogues."""

from __future__ import annotations

from typing import Any

import numpy as np

from evercart.events.batch import SKETCH, Events
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.content import Content
from evercart.learners.neighbours.content_traits import TRAITS
from evercart.units import DAY_US, MISSING

SHOES, PANS, ACME = 11, 12, 21


def asked(fold: Content, rows: list[dict[str, Any]]) -> tuple[Any, Candidates]:
    """Step over rows of any kind, given as what differs from an empty one; `at` is the day."""
    is_asked = np.array([row["kind"] == 7 for row in rows])
    sketch = np.array([row.get("text", [0] * 4) for row in rows], np.uint64)
    woven = Events.of(
        kind=[row["kind"] for row in rows],
        logged_us=[round(row.get("at", 0) * DAY_US) for row in rows],
        number=np.where(is_asked, np.cumsum(is_asked) - 1, -1),
        price=[row.get("price", MISSING) for row in rows],
        **{name: [row.get(name, 0) for row in rows] for name in ("session", "user", "item", "category", "brand")},
        **{name: sketch[:, word] for word, name in enumerate(SKETCH)},
    )
    return fold.step(fold.start(), woven)


def trait(out: Candidates, item: int, name: str) -> float:
    return float(out.x[out.item.tolist().index(item), TRAITS.index(name)])


def item(number: int, category: int = SHOES, brand: int = 0, **more: Any) -> dict[str, Any]:
    return {"kind": 3, "item": number, "category": category, "brand": brand, **more}


def view(number: int, session: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": 1, "item": number, "session": session, **more}


def question(session: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": 7, "session": session, **more}


def test_shares_say_how_much_of_the_session_is_alike() -> None:
    rows = [item(1), item(2, PANS, ACME), item(3, SHOES, ACME), item(4), item(5, PANS)]
    _, out = asked(Content(fading=0.5), [*rows, view(1), view(2), view(4), question()])
    assert trait(out, 3, "same_category") == 1.0
    assert np.isclose(trait(out, 3, "category_share"), (1 + 0.25) / 1.75)
    assert np.isclose(trait(out, 5, "category_share"), 0.5 / 1.75)
    assert np.isclose(trait(out, 3, "brand_share"), 0.5 / 1.75)
    assert trait(out, 3, "same_brand") == 0.0
    assert (trait(out, 2, "own"), trait(out, 3, "own")) == (1.0, 0.0)


def test_ages_rates_prices() -> None:
    rows = [item(1, price=100), item(2, price=200), view(2, 9), view(2, 9), item(3, at=9, price=50), view(1, at=9.5)]
    _, out = asked(Content(half_s=7 * 86400.0), [*rows, question(at=9.5)])
    assert (trait(out, 3, "day_old"), trait(out, 3, "week_old"), trait(out, 3, "unclicked")) == (1.0, 1.0, 1.0)
    assert (trait(out, 2, "day_old"), trait(out, 2, "week_old"), trait(out, 2, "unclicked")) == (0.0, 0.0, 0.0)
    assert trait(out, 2, "rate_of_best") == 1.0 > trait(out, 3, "rate_of_best") > 0.0
    assert np.isclose(trait(out, 2, "price_gap"), np.log(2))
    assert np.isclose(trait(out, 3, "price_gap"), np.log(2))
    assert (trait(out, 2, "dearer"), trait(out, 3, "dearer")) == (1.0, 0.0)


def test_titles_are_compared_by_their_sketches() -> None:
    one, other = [0x0123456789ABCDEF] * 4, [0x0123456789ABCDE0] * 4
    rows = [item(1, text=one), item(2, text=other), item(3), view(1), question()]
    _, out = asked(Content(texts="ngrams-256"), rows)
    assert np.isclose(trait(out, 2, "cosine_last"), np.cos(np.pi / 16))
    assert trait(out, 3, "cosine_last") == 0.0
    _, out = asked(Content(), rows)
    assert trait(out, 2, "cosine_last") == 0.0
