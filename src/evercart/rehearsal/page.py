"""RehearsalPage: a rehearsal as one HTML file that asks nothing of the network."""

from __future__ import annotations

import numpy as np

from evercart.evaluate import figures
from evercart.evaluate.page import as_json, rendered
from evercart.evaluate.scores import rolling
from evercart.rehearsal.rehearsed import LIVE, Rehearsed
from evercart.rehearsal.words import headlines, stretches, timeline, when
from evercart.units import DAY_US

_ROLLED = 7  # days
_BEFORE = 28  # days of history that are drawn
Drawn = dict[str, figures.Drawn]


def rehearsal_page(found: Rehearsed, shop: str, made: str) -> str:
    """Return the HTML; `made` says when, as text."""
    loss = found.report.loss.name.replace("_", " ")
    marks, (nats, needs) = _marks(found), _evidence(found)
    return rendered(
        "rehearsal.html.j2",
        found=found,
        shop=shop,
        made=made,
        loss=loss,
        when=when,
        headlines=headlines(found),
        timeline=timeline(found),
        stretches=stretches(found),
        phases=found.phases(),
        racers=(LIVE, *found.report.racers),
        questions=found.questions(found.plan.begin_us, found.plan.end_us),
        over_time=as_json(figures.marked(_over_time(found), marks, f"{loss}, {_ROLLED}-day mean")),
        evidence=as_json(figures.marked(nats, marks, "nats", needs)) if nats else None,
    )


def _marks(found: Rehearsed) -> list[tuple[str, str]]:
    """Return the change with the moves that came in the rehearsal."""
    moves = [(move.us, f"{move.to}: {move.why}") for move in found.moves if move.us >= found.plan.begin_us]
    return [(when(us), text) for us, text in sorted([(found.plan.change_us, "the change"), *moves])]


def _over_time(found: Rehearsed) -> Drawn:
    """Return each racer's mean loss over the last days, behind that of whoever was live."""
    shown = found.days.day >= found.plan.begin_us // DAY_US - _BEFORE
    dates = [str(date) for date in found.days.dates[shown]]
    live, n, ends = np.cumsum(found.lost()), np.cumsum(found.days.n), np.arange(len(found.days))
    before = np.maximum(ends - _ROLLED, -1)
    sums, counts = (all_ - np.where(before >= 0, all_[before], 0) for all_ in (live, n))
    drawn: Drawn = {LIVE: (dates, (sums / counts)[shown].tolist())}
    for at, racer in enumerate(found.report.racers):
        drawn[racer] = dates, rolling(found.days, at, _ROLLED)[shown].tolist()
    return drawn


def _evidence(found: Rehearsed) -> tuple[Drawn, Drawn]:
    """Return the nats of each challenger, interrupted by each move, with what it needs."""
    nats: Drawn = {}
    needs: Drawn = {}
    for racer in dict.fromkeys(one.challenger for one in found.verdicts):
        times, got, need = list[str](), list[float](), list[float]()
        before_us = found.plan.end_us
        for one in (one for one in found.verdicts if one.challenger == racer):
            cut = any(before_us <= move.us < one.us for move in found.moves)
            times += [when(one.us)] * (1 + cut)
            got += [float("nan")] * cut + [one.nats]
            need += [float("nan")] * cut + [one.need]
            before_us = one.us
        nats[racer], needs[racer] = (times, got), (times, need)
    return nats, needs
