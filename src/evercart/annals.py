"""Annals: what the log tells of an app's models, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evercart.earned import earned
from evercart.evaluate.business import Measure
from evercart.events.kinds import number
from evercart.log import Log
from evercart.publish.shelf import Shelf
from evercart.succession import ENROLMENT
from evercart.units import DAY_US

LATELY_US: Final = 7 * DAY_US  # of log time: an alarm that is older is no news
PROMOTION, VERDICT, ALARM = number("promotion"), number("verdict"), number("alarm")
KINDS: Final = (PROMOTION, VERDICT, ALARM, ENROLMENT)
_WHY: Final = {
    "first": "the model the app declares",
    "gate": "promoted by the gate",
    "turned": "taken back by itself",
    "person": "moved by {who}",
    "force": "forced by {who}",
    "settings": "the settings name another",
}


class Entry(NamedTuple):
    """Something that happened to an app's models; `us` is log time."""

    app: str
    us: int
    what: str  # "promotion", "verdict", "alarm" or "enrolment"
    model: str
    text: str
    why: str = ""


class Annals(NamedTuple):
    """What became of an app's models.

    entries    in the order of the log
    earned     of each model that decided live: its name, what came of its decisions
    """

    entries: tuple[Entry, ...] = ()
    earned: tuple[tuple[str, tuple[Measure, ...]], ...] = ()


def annals(log: Log, shelf: Shelf, app: str) -> Annals:
    """Return what became of the models of an app."""
    models = shelf.models(app)
    found = earned(log, [model.id for model in models])
    return Annals(entries(log, shelf, app), tuple((one.name, found[one.id]) for one in models if found[one.id]))


def entries(log: Log, shelf: Shelf, app: str) -> tuple[Entry, ...]:
    """Return what happened to the models of an app, in the order of the log."""
    names = {model.id: model.name for model in shelf.models(app)}
    who = {one.offset: one.move.who for one in shelf.moves(app)}
    rows = (row for row in log.names(0, log.next_offset, KINDS).to_pylist() if row["app"] == app)
    return tuple(entry(row, names, who.get(row["offset"], "")) for row in rows)


def alarms(log: Log) -> tuple[Entry, ...]:
    """Return the alarms of the last seven days of log time, of all apps, in the order of the log."""
    every = (entry(row, {}, "") for row in log.names(0, log.next_offset, {ALARM}).to_pylist())
    return tuple(one for one in every if one.us > log.last_us - LATELY_US)


def entry(row: Mapping[str, Any], names: Mapping[str, str], who: str) -> Entry:
    """Return what a row of the log tells; `names` of the models by id, `who` moved one."""
    kind, us = row["kind"], row["event_us"]
    model = names.get(row["model"], row["model"] or "")
    if kind == PROMOTION:
        why = _WHY.get(row["why"], row["why"]).format(who=who or "somebody")
        return Entry(row["app"], us, "promotion", model, f"{why}: {row['text']}" if row["text"] else why, row["why"])
    if kind == ENROLMENT:
        since = "from the beginning of the reign" if row["why"] == "beginning" else "from now on"
        return Entry(row["app"], us, "enrolment", model, f"its evidence counts {since}")
    if kind == ALARM:
        moved = row["text"] or f"{row['what']} moved from {row['was']:.4g} to {row['now']:.4g}"
        return Entry(row["app"], us, "alarm", "", moved)
    passed = "nothing is held against it" if row["passed"] else "; ".join((row["text"] or "").split("\n"))
    return Entry(row["app"], us, "verdict", model, passed, "passed" if row["passed"] else "refused")
