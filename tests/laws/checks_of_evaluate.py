"""Folds that judge or watch, each with input that hurts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from keeping import HOUR_US, NERVOUS, Check, Parted, Told, chatted, of

from evercart.evaluate.business import Business
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.drift.delays import Delays
from evercart.evaluate.drift.estimate import Estimate
from evercart.evaluate.drift.page_hinkley import PageHinkley
from evercart.evaluate.drift.rolling import Rolling
from evercart.evaluate.drift.two_sample import TwoSample
from evercart.evaluate.drift.watch import Watch
from evercart.evaluate.label_race import LabelRace
from evercart.evaluate.list_race import ListRace
from evercart.evaluate.losses import log_loss, squared
from evercart.evaluate.race import Race
from evercart.evaluate.ranking import Ranking
from evercart.evaluate.report import Report
from evercart.gate.reign import Reign
from evercart.gate.sequence import Sequence
from evercart.gate.tally import Tally
from evercart.gate.trial import Trial
from evercart.hashing import hash_name
from evercart.labels.likely import MOST, Likely, guess_of
from evercart.labels.lists import Lists
from evercart.labels.named import Named, label_of
from evercart.testing import Judged, Logged, Raced, Turned, Valued, Watched
from evercart.testing.browsed import Offered
from evercart.testing.turned import COLUMNS
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US


class Plain(Logged):
    """Events, for a fold that says something of some rows only."""

    def said(self, batch: Any, out: Any) -> Any:
        return None


SOLD = ("decision", "order", "feedback", "view")


class Foretold(Raced):
    """Turns with guesses, for a fold that says something of each question at once."""

    def said(self, batch: Any, out: Any) -> Any:
        return None


class ByLists:
    """A race over the lists that a fold makes: its racers like what x says, or the opposite."""

    grain = "event"

    def __init__(self, lists: Lists, race: ListRace) -> None:
        self.lists, self.race = lists, race

    def start(self) -> Any:
        return self.lists.start(), self.race.start()

    def step(self, state: Any, batch: Any) -> Any:
        held, turns = self.lists.step(state[0], batch)
        liked = turns.x[:, 0].astype(np.float64)
        raced, scored = self.race.step(state[1], (turns, {"a": liked, "b": -liked}))
        return (held, raced), scored


class ByNames:
    """A race over the labels that a fold hears: one racer likes what x says, one says the same of all."""

    grain = "event"

    def __init__(self, named: Named, race: LabelRace) -> None:
        self.named, self.race = named, race

    def start(self) -> Any:
        return self.named.start(), self.race.start()

    def step(self, state: Any, batch: Any) -> Any:
        held, turns = self.named.step(state[0], batch)
        labels = np.tile(
            label_of(np.array([hash_name(f"label-{at}", 1) for at in range(MOST)], np.uint64)), (len(turns), 1)
        )
        sure = np.abs(turns.x[:, :1].astype(np.float64)) % 1.0
        shares = np.hstack([sure, 1.0 - sure, np.zeros((len(turns), MOST - 2))])
        own, even = (guess_of(Likely(sure[:, 0] // 1, labels, one)) for one in (shares, np.full(shares.shape, 0.1)))
        raced, scored = self.race.step(state[1], (turns, {"a": own, "b": even}))
        return (held, raced), scored


class Flat:
    """A ranking given lists with an x, which it does not look at."""

    grain = "event"

    def __init__(self, ranking: Ranking) -> None:
        self.ranking = ranking

    def start(self) -> Any:
        return self.ranking.start()

    def step(self, state: Any, batch: Any) -> Any:
        woven, (question, item, _) = batch
        return self.ranking.step(state, (woven, question, item))


WATCHED = tuple(column for column in COLUMNS if column.name != "word")
ROLLING = Rolling(WATCHED, days=2, rate=0.9, least_psi=0.0, beyond=1.0, least=3, day_us=HOUR_US)
WATCH = Watch("spend", ("champion", "challenger"), COLUMNS, log_loss, NERVOUS, ROLLING, quiet_s=0, remember=16)
SUMMED = replace(WATCH, loss=squared, rise=replace(NERVOUS, least_change=0.1, lasts_us=600_000_000))


CHECKS: dict[type[Any], list[Check]] = {
    Adwin: [of(Adwin(), Valued()), of(NERVOUS, Valued()), of(Adwin(0.5, 1, 2, 2, 4, "up"), Valued())],
    Business: [
        of(Business(hash_name("verdict-0", 1), 5, HOUR_S, 600, DAY_S), Plain(SOLD), HOUR_US + DAY_US),
        of(Business(1, hash_name("verdict-0", 1), 600, 0, HOUR_S), Plain(SOLD), HOUR_US + 600 * SECOND_US),
    ],
    Delays: [of(Delays(remember=16), Told())],
    Estimate: [of(Estimate("champion", span=8), Foretold())],
    LabelRace: [
        of(ByNames(Named(window_s=600, most=9, width=2), LabelRace(("a", "b"))), chatted(Parted)),
    ],
    ListRace: [
        of(ByLists(Lists(2, window_s=600, longest=3), ListRace(("a", "b"), longest=3, k=2)), Offered(turns=False)),
    ],
    PageHinkley: [of(PageHinkley(), Valued()), of(PageHinkley(0.1, 2.0, least=1), Valued())],
    Race: [of(Race(("champion", "challenger")), Raced()), of(Race(("champion", "challenger"), early=True), Raced())],
    Ranking: [
        of(Flat(Ranking(k=2, window_s=600, keep_s=HOUR_S)), Offered(turns=False), HOUR_US)._replace(
            durations_us=(600 * SECOND_US, HOUR_US)
        )
    ],
    Reign: [
        of(
            Reign(("a", "b"), ("0", "1"), log_loss, window_s=HOUR_S, keep_s=DAY_S, slices=("x", "y")),
            Judged(2, 2),
            DAY_US,
        )
    ],
    Report: [
        of(Report(("a", "b"), log_loss, time_zone="Europe/Berlin"), Judged()),
        of(Report(("a", "b", "c"), squared, slices=("new", "old")), Judged(3, 2, "sum")),
    ],
    Rolling: [of(ROLLING, Valued(WATCHED)), of(replace(ROLLING, most=1), Valued(WATCHED))],
    Sequence: [
        of(Sequence(("a", "b"), log_loss, 1.0, window_s=HOUR_S, keep_s=6 * HOUR_S), Judged(), 6 * HOUR_US),
        of(Sequence(("a", "b", "c"), squared, 50.0, window_s=0, keep_s=DAY_S), Judged(3, 2, "sum"), DAY_US),
    ],
    Tally: [of(Tally(("a", "b"), log_loss), Judged())],
    Trial: [
        of(Trial(("a", "b"), log_loss, 1.0, window_s=HOUR_S, keep_s=DAY_S, slices=("x", "y")), Judged(2, 2), DAY_US)
    ],
    TwoSample: [of(TwoSample(WATCHED, reference=30, window=20, rate=0.9, least_psi=0.0), Valued(WATCHED))],
    Watch: [of(WATCH, Watched()), of(SUMMED, Watched(Raced(turned=Turned(labels="sum")), current=1))],
}
