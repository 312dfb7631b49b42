"""Folds that pair questions with what came of them, each with input that hurts."""

from __future__ import annotations

from typing import Any

from keeping import PAYING, Check, Told, chatted, of

from evercart.labels.answers import says, total, yes
from evercart.labels.further import Further
from evercart.labels.lists import Lists
from evercart.labels.named import Named
from evercart.labels.outcomes import Gains
from evercart.labels.pairs import Pairs
from evercart.labels.precedents import Precedents
from evercart.testing import Answered
from evercart.testing.browsed import Offered
from evercart.testing.turned import COLUMNS
from evercart.units import DAY_US, HOUR_S

RESOLVED = (yes("chargeback", by="ref"), says("resolved", "fraud", by="ref"))
VALUED = Gains((("view", 0.1), ("order", 1.0)), value="amount", usual=500)
TAKEN_BACK = Gains((("view", 1.0), ("order", -0.75)))


def pairs(answer: Any, **more: Any) -> Check:
    stream = Answered(2, ("order", "view", "decision"))
    return of(Pairs((answer,), window_s=HOUR_S, late_s=600, width=2, **more), stream)


FOLLOWED = Offered()


CHECKS: dict[type[Any], list[Check]] = {
    Further: [
        of(Further(Lists(2, window_s=HOUR_S, longest=3), ("order",), window_s=600), FOLLOWED),
        of(Further(Lists(2, by="user", window_s=600, longest=4), ("order", "view"), "session", 600, 2), FOLLOWED),
    ],
    Lists: [
        of(Lists(2, window_s=HOUR_S, longest=3), Offered()),
        of(Lists(2, by="user", window_s=600, longest=4, most=2), Offered()),
        of(Lists(2, by="user", several=True, gains=VALUED, window_s=600, longest=4, most=9), Offered()),
        of(Lists(2, by="user", several=True, gains=TAKEN_BACK, window_s=600, longest=4, most=9), Offered()),
    ],
    Named: [
        of(Named(window_s=HOUR_S, width=2), chatted()),
        of(Named(window_s=600, most=5, width=2), chatted()),
    ],
    Pairs: [
        pairs(yes("order")),
        pairs(yes("order", by="session"), provisional_s=300),
        pairs(total("order", "amount", scale=0.01)),
        pairs(yes("order", apart=True)),
        of(Pairs(RESOLVED, HOUR_S, 600, 300, width=2), Answered(2, PAYING)),
    ],
    Precedents: [
        of(Precedents(len(COLUMNS), window_s=20, late_s=5, most=8, share=0.5), Told(), 2 * DAY_US)._replace(
            keeps_bytes=1 << 11
        )
    ],
}
