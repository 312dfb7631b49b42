"""Words: a rehearsal as a person would tell it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from evercart.rehearsal.rehearsed import Judged, Moved, Rehearsed
from evercart.units import DAY_US, SECOND_US

Tone = Literal["better", "worse", "level"]
_MOVED = {
    "first": "{to} is live: the app declares it",
    "gate": "the gate promotes {to} over {before}",
    "turned": "{to} takes the place of {before} again, by itself",
    "person": "{who} makes {to} live, past the gate",
    "force": "{who} makes {to} live by force",
    "settings": "{to} is live: {before} races no more",
}


class Headline(NamedTuple):
    """One thing to know first."""

    title: str
    big: str
    small: str
    tone: Tone


class Line(NamedTuple):
    """One line of the timeline."""

    us: int
    what: str
    why: str


class Stretch(NamedTuple):
    """Verdicts about one challenger, one after another, that object for the same reasons.

    last    the newest of them
    """

    from_us: int
    verdicts: int
    last: Judged


def when(us: int) -> str:
    """Return a log time to the minute.

    >>> when(86_340_000_000)
    '1970-01-01 23:59'
    """
    return datetime.fromtimestamp(us // SECOND_US, UTC).strftime("%Y-%m-%d %H:%M")


def after(us: int, moment_us: int) -> str:
    """Return how long after a moment something was.

    >>> after(2 * DAY_US, DAY_US // 2)
    '1.5 days after'
    """
    return f"{(us - moment_us) / DAY_US:.1f} days after"


def headlines(found: Rehearsed) -> list[Headline]:
    """Return what is to be known first: in order noticed or live, answered, worth it."""
    first = _noticed(found) if found.what == "drift" else _went_live(found)
    return [first, _answered(found), _worth(found)]


def _noticed(found: Rehearsed) -> Headline:
    one = next((one for one in found.noticed if one.us >= found.plan.change_us), None)
    if one is None:
        return Headline("Noticed", "by nobody", "no alarm, no racer that reacted to its losses", "level")
    return Headline("Noticed", after(one.us, found.plan.change_us), f"{when(one.us)}: {one.who}, {one.what}", "level")


def _went_live(found: Rehearsed) -> Headline:
    move = found.went_live
    if move is None:
        return Headline("Went live", "never", "the model was never live", "level")
    how = {"force": "by force", "gate": "through the gate"}.get(move.why, "past the gate")
    return Headline("Went live", how, f"{when(move.us)}: {_why(found, move)}", "level")


def _answered(found: Rehearsed) -> Headline:
    move, plan = found.decisive, found.plan
    title = "Taken back by itself" if found.what == "sabotage" else "Promoted by the gate"
    if move is None:
        last = found.verdicts[-1:]
        said = [f"{one.challenger}, at the end: {'; '.join(one.objections) or 'no objection'}" for one in last]
        return Headline(title, "nobody", said[0] if said else "the gate never judged", "level")
    asked = f"{found.questions(plan.change_us, found.answered_us):,} questions after the change"
    big = f"{move.to}, {after(move.us, plan.change_us)}"
    return Headline(title, big, f"{when(move.us)}, {asked}: {move.reason}", "better")


def _worth(found: Rehearsed) -> Headline:
    plan, move = found.plan, found.decisive
    champion = found.report.racers[0]
    if found.what == "sabotage":
        less, percent = found.saved(plan.change_us, found.answered_us)
        span = "from the change until it was taken back" if move else "from the change to the end"
        small = f"{_loss(found)} than if {champion} had stayed live, {span}: {abs(less):,.4g} in sum"
        return Headline("What it cost", _percent(percent), small, "worse" if less < 0 else "level")
    if move is None:
        return Headline("What it was worth", "–", f"{champion} was live all the time", "level")
    less, percent = found.saved(found.answered_us, plan.end_us)
    small = f"{_loss(found)} than {champion}'s, from the next day to the end: {abs(less):,.4g} in sum"
    return Headline("What it was worth", _percent(percent), small, "better" if less > 0 else "worse")


def _loss(found: Rehearsed) -> str:
    name = found.report.loss.name.replace("_", " ")
    return name if found.report.binary else f"{name} error"


def _percent(saved: float) -> str:
    """Return a saving in words.

    >>> _percent(-1.257)
    '1.26 % more'
    """
    return f"{abs(saved):.2f} % {'less' if saved > 0 else 'more'}" if math.isfinite(saved) else "–"


def timeline(found: Rehearsed) -> list[Line]:
    """Return what happened, in order: what was done to the shop, what it noticed, what it did."""
    plan, first = found.plan, found.verdicts[0] if found.verdicts else None
    lines = [
        Line(plan.begin_us, "the rehearsal begins", "what came before is the shop's history, as it is"),
        Line(plan.change_us, "the change", found.changed),
        Line(plan.end_us, "the rehearsal ends", f"{found.events:,} events were brought in"),
        *(Line(one.us, f"noticed: {one.who}", one.what) for one in found.noticed if one.us >= plan.begin_us),
        *(Line(move.us, _MOVED[move.why].format(**move._asdict()), _why(found, move)) for move in found.moves),
    ]
    if first:
        lines.append(Line(first.us, "the gate judges for the first time", "; ".join(first.objections)))
    return sorted(lines, key=lambda line: line.us)


def _why(found: Rehearsed, move: Moved) -> str:
    """Return the reason of a move; of a forced one what the gate had objected."""
    if move.why != "force":
        return move.reason
    asked = [one for one in found.verdicts if one.us <= move.us and one.challenger == move.to and not one.passed]
    return f"the gate had objected: {'; '.join(asked[-1].objections)}" if asked else "nobody asked the gate"


def stretches(found: Rehearsed) -> list[Stretch]:
    """Return the verdicts, those of one kind that follow each other as one."""
    ended: list[Stretch] = []
    open_: dict[tuple[str, str], Stretch] = {}
    for one in found.verdicts:
        pair = one.champion, one.challenger
        running = open_.get(pair)
        if running and _rules(running.last) == _rules(one):
            open_[pair] = Stretch(running.from_us, running.verdicts + 1, one)
            continue
        ended += [running] if running else []
        open_[pair] = Stretch(one.us, 1, one)
    return sorted((*ended, *open_.values()), key=lambda stretch: (stretch.from_us, stretch.last.us))


def _rules(one: Judged) -> list[str]:
    """Return which rules objected: the first word of a text says what it is about."""
    return sorted({text.partition(":")[0].split()[0] for text in one.objections})
