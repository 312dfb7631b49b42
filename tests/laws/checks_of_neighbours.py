"""Sources of candidates, rankers of them, each with input that hurts."""

from __future__ import annotations

from typing import Any

from keeping import HOUR_US, NUMBERS, Check, Tripled, of

from evercart.learners.lambda_rank import LambdaRank
from evercart.learners.neighbours.baskets import Baskets
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.content import Content
from evercart.learners.neighbours.cosine import Cosine
from evercart.learners.neighbours.embedded import Embedded
from evercart.learners.neighbours.newcomers import Newcomers
from evercart.learners.neighbours.popular import Popular
from evercart.learners.neighbours.q_learning import QLearning
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.ranker import Ranker
from evercart.testing import Turned, browsed
from evercart.testing.browsed import Browsed
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US

LAMBDA_RANK = LambdaRank(NUMBERS, every=96, memory=12, rounds=1, most=2, leaves=2, least=1, longest=12)
BROWSED = Browsed((*browsed.KINDS, "item"))


CHECKS: dict[type[Any], list[Check]] = {
    Baskets: [
        of(Baskets(keep_s=DAY_S, shelf_s=HOUR_S, gap_s=60, pause_s=600, own=3, listed=2), Browsed(), DAY_US),
        of(Baskets("view", session="place", keep_s=HOUR_S, shelf_s=600, pause_s=60, most=2), Browsed(), HOUR_US),
    ],
    Browsing: [
        of(Browsing(keep_s=HOUR_S, newest=8, listed=3, hops=2, hop_clicks=4, offered=8), Browsed(), HOUR_US),
        of(Browsing(by="user", keep_s=600, most=7, newest=3, listed=0, hops=0), Browsed(), 600 * SECOND_US),
    ],
    Content: [
        of(
            Content(texts="ngrams-256", anchors=3, newest=2, popular=2, keep_s=HOUR_S, path_s=600, offered=4),
            BROWSED,
            HOUR_US,
        ),
        of(
            Content("order", "user", near=0, anchors=2, newest=1, popular=0, most=2, keep_s=600, path_s=600),
            BROWSED,
            600 * SECOND_US,
        ),
    ],
    Cosine: [
        of(Cosine(keep_s=HOUR_S, listed=16, path=8, anchors=4, near=2, offered=4), Browsed(), HOUR_US),
        of(Cosine("order", "session", keep_s=600, listed=8, path=3, anchors=3), Browsed(), 600 * SECOND_US),
    ],
    Embedded: [
        of(
            Embedded(width=4, near=2, anchors=3, samples=3, keep_s=HOUR_S, path_s=600, offered=4),
            BROWSED,
            HOUR_US,
        ),
        of(
            Embedded("order", "user", 3, near=1, anchors=1, samples=2, keep_s=600, most=2, path_s=600, most_paths=2),
            BROWSED,
            600 * SECOND_US,
        ),
    ],
    LambdaRank: [of(Tripled(LAMBDA_RANK), Turned(NUMBERS))._replace(keeps_bytes=1 << 15)],
    Newcomers: [
        of(Newcomers("order", younger_s=600, keep_s=HOUR_S), BROWSED, HOUR_US),
        of(Newcomers("view", younger_s=600, keep_s=600, listed=1), BROWSED, 600 * SECOND_US),
    ],
    Popular: [
        of(Popular(half_s=600, keep_s=HOUR_S, listed=2), BROWSED, HOUR_US),
        of(Popular("order", keep_s=600, most=3, listed=1), BROWSED, 600 * SECOND_US),
    ],
    QLearning: [
        of(QLearning(gap_s=600, keep_s=HOUR_S, listed=4, path=4, offered=3), Browsed(), HOUR_US),
        of(QLearning("order", "user", depths=3, prior=0.0, gap_s=HOUR_S, keep_s=600, listed=8), Browsed(), HOUR_US),
    ],
    Ranker: [of(Tripled(Ranker(NUMBERS, hidden=4)), Turned(NUMBERS))],
    Repeats: [
        of(Repeats(keep_s=DAY_S, half_s=HOUR_S, apart_s=60, offered=4), Browsed(), DAY_US),
        of(Repeats("view", "session", keep_s=HOUR_S, most=2), Browsed(), HOUR_US),
    ],
}
