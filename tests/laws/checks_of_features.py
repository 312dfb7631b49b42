"""Tables of features, each with input that hurts."""

from __future__ import annotations

from typing import Any

import numpy as np
from keeping import HOUR_US, PAYING, Check, of

from evercart import features
from evercart.events.batch import TEXT, Events
from evercart.features.encoders.texted import Texted
from evercart.features.given import Given
from evercart.features.graph.circles import Circles
from evercart.features.graph.haunts import Haunts
from evercart.features.interests import Interests
from evercart.features.lives import Lives
from evercart.features.payments.hours import Hours
from evercart.features.payments.payments import Payments
from evercart.features.payments.travel import Travel
from evercart.features.table import Table
from evercart.features.titles import Titles
from evercart.testing import Woven
from evercart.units import DAY_S, HOUR_S, SECOND_US

PAID = Payments(parties=("user", "place"), known_s=HOUR_S, keep_s=3 * HOUR_S, forget_s=4 * HOUR_S, most=64)
SHOP = ("order", "view", "exposure", "decision")
COUNTED: Any = (
    features.Count("order", HOUR_S),
    features.Count("view", 600),
    features.Sum("order", "amount", DAY_S),
    features.Mean("order", "quantity", HOUR_S),
    features.Distinct("order", "item", HOUR_S),
    features.Recency("order"),
    features.Decayed("order", None, HOUR_S),
    features.Pace(features.Decayed("order", None, HOUR_S, gap_s=600), prior_s=60),
    features.Recency("order", back=2),
    features.Latest("order", "amount", gap_s=60),
    features.LastItems("view", k=2),
    features.HourOfDay(),
)


def table(*key: str) -> Check:
    return of(Table("all", key, COUNTED), Woven(SHOP), DAY_S * SECOND_US)


class Spoken(Woven):
    """Woven events with texts."""

    def draw(self, seed: int, rows: int, durations_us: Any) -> Events:
        return self._spoken(super().draw(seed, rows, durations_us))

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Events:
        return self._spoken(super().steady(seed, rows, alive, span_us))

    def scramble(self, batch: Events, row: int, seed: int) -> Events:
        bare = batch.without([TEXT])
        other = self._spoken(super().scramble(bare, row, seed), seed)
        kept = row + int(batch.asked[row])
        return Events({**other.columns, TEXT: np.append(batch[TEXT][:kept], other[TEXT][kept:])})

    def _spoken(self, woven: Events, seed: int = 0) -> Events:
        words = np.array(["", "where is it", "我的订单", "refund"], object)
        return Events({**woven.columns, TEXT: words[(woven.offset + seed) % len(words)]})


CHECKS: dict[type[Any], list[Check]] = {
    Circles: [of(Circles(keep_s=HOUR_S, most=64), Woven(PAYING), 2 * HOUR_US)],
    Given: [of(Given(("latitude", "longitude"), span=5), Woven(("payment", "decision")))],
    Haunts: [of(Haunts(forget_s=HOUR_S), Woven(PAYING), 2 * HOUR_US)],
    Hours: [of(Hours(zone="Europe/Berlin", half_life_s=HOUR_S, forget_s=HOUR_S), Woven(PAYING), HOUR_US)],
    Interests: [
        of(Interests(half_s=600, keep_s=HOUR_S, most=2), Woven(("item", "order", "view", "decision")), HOUR_US)
    ],
    Lives: [of(Lives(gap_s=600, keep_s=HOUR_S), Woven(("order", "view", "decision")), HOUR_US)],
    Payments: [of(PAID, Woven(PAYING), 5 * HOUR_US)],
    Table: [table("user"), table("user", "item"), table()],
    Texted: [of(Texted("ngrams-256"), Spoken(("order", "view")))],
    Travel: [
        of(Travel(forget_s=HOUR_S), Woven(PAYING), HOUR_US),
        of(Travel(located=True, forget_s=HOUR_S), Woven(PAYING), HOUR_US),
    ],
    Titles: [
        of(Titles("ngrams-256", about, lately=3, keep_s=HOUR_S), Woven(("item", "order", "view", "decision")), HOUR_US)
        for about in ("user", "item")
    ],
}
