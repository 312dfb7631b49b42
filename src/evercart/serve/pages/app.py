"""App: one app's models over time, how they are judged, what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.annals import Entry
from evercart.errors import expected
from evercart.evaluate.figures import Figure
from evercart.evaluate.page import as_json
from evercart.lane import FROZEN, Lane
from evercart.serve.pages import drawn, now, text
from evercart.serve.pages.drawn import Mark
from evercart.serve.pages.evidence import Evidence, evidence_of
from evercart.serve.pages.history import Found
from evercart.serve.pages.measures import direction, named, score
from evercart.serve.pages.page import Page, Visit, app_names
from evercart.serve.pages.standing import AppStanding, Standing, histories_of, looker_of
from evercart.serve.problem import Unknown

_ENTRIES: Final = 40  # that the page shows
_DAYS: Final = 90  # of the table


class Racing(NamedTuple):
    """A model as the page lists it.

    guess_us    microseconds of CPU a guess; None where none was measured
    found       what the gate said last; None where it never did
    """

    name: str
    id: str
    live: bool
    guess_us: float | None
    found: Found | None


async def _app(visit: Visit) -> Response:
    name = visit.request.path_params["app"]
    if name not in app_names(visit.service):
        raise Unknown(expected("app", "one of " + " ".join(app_names(visit.service)), name))
    return await visit.page("app.html.j2", topic="now", **await run_in_threadpool(_gathered, visit, name))


def _gathered(visit: Visit, name: str) -> dict[str, Any]:
    looker = looker_of(visit.service)
    standing = looker.look()
    one = next(each for each in standing.apps if each.app.name == name)
    lane = next(each for each in looker.lanes() if each.app.name == name)
    entries = histories_of(visit.service).of(name)
    told = [each for each in entries if each.why != "refused"]  # what the gate refuses, it says again and again
    found, racing = evidence_of(visit.service, lane, one.own), _racing(visit, lane, one)
    return {
        "one": one,
        "app": one.app,
        "key": f"app.{name}",
        "news": now.news(standing, visit.words, visit.time_zone),
        "measure": named(one.app, visit.words),
        "direction": direction(one.app, visit.words),
        "control": FROZEN if FROZEN in one.racers else "",
        "state": _state(standing, one),
        "form": visit.service.forms().get(name, ""),
        "racing": racing,
        "earned": earned(racing),
        "entries": told[: -_ENTRIES - 1 : -1],
        "entry_count": len(told),
        "refused": len(entries) - len(told),
        "score": lambda loss: score(one.app, loss),
    } | _shown(visit, one, found, entries)


def _state(standing: Standing, one: AppStanding) -> str:
    """Return what is lacking for a page full of figures: "events", "model", "days", or nothing."""
    if not standing.next_offset:
        return "events"
    if not standing.learned and standing.pulse is None:
        return "model"
    return "" if len(one.course) else "days"


def _shown(visit: Visit, one: AppStanding, found: Evidence | None, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return what the closed days say, as figures with a table beside each."""
    if found is None:
        return {"found": None, "figures": {}, "days": [], "verdicts": [], "curves": []}
    words, data = visit.words, found.data
    marks = marks_of(entries, visit.time_zone)
    made = {"time": drawn.over_time(one.app, data, marks, words)}
    if data.differences:
        made["saved"] = drawn.saved(one.app, data, words)
    if not (one.app.candidates or one.app.named):
        made["calibrated"] = drawn.calibrated(data, words)
    losses = data.days.sums[:, :, 0] / data.days.n[:, None]
    rows = zip(data.days.dates, data.days.n.tolist(), losses.tolist(), strict=True)
    return {
        "found": found,
        "figures": {name: as_json(figure) for name, figure in made.items()},
        "days": [(str(day), n, each) for day, n, each in rows][: -_DAYS - 1 : -1],
        "verdicts": [_verdict(found, other) for other in data.differences],
        "curves": _curve(made["calibrated"]) if "calibrated" in made else [],
        "metrics": [metric for metric in found.scores[data.champion] if metric != data.report.loss.name],
    }


def _verdict(found: Evidence, other: str) -> dict[str, Any]:
    """Return a difference over all judged days, in percent of what the live model loses."""
    gap, loss = found.data.differences[other], found.scores[found.data.champion]["loss"]
    share = [100.0 * value / loss if loss else float("nan") for value in gap]
    sure = gap.low == gap.low  # NaN is not
    tone = "level" if not sure or gap.low <= 0 <= gap.high else "better" if gap.low > 0 else "worse"
    return {"other": other, "sure": sure, "tone": tone, "mean": share[0], "low": share[1], "high": share[2]}


def _curve(figure: Figure) -> list[tuple[str, list[tuple[float, float, int]]]]:
    """Return a calibration figure as rows: racer, then guess, label, questions."""
    lines = [line for line in figure["data"] if "customdata" in line]
    return [(one["name"], list(zip(one["x"], one["y"], one["customdata"], strict=True))) for one in lines]


def _racing(visit: Visit, lane: Lane, one: AppStanding) -> list[Racing]:
    """Return the models that race, the live one first."""
    shelf, app = visit.service.shop.shelf, lane.app.name
    current = shelf.current(app)
    cost: dict[str, float] = {}
    for version in reversed(shelf.versions(app)):
        if "guess_us" in version.scores:
            cost[version.model] = version.scores["guess_us"]
    said = histories_of(visit.service).verdicts(app)
    found = []
    for name, model in lane.models.items():
        live = name == one.live
        line = current.model if live and current else model.id
        found.append(Racing(name, line, live, cost.get(line), said.get(line)))
    return sorted(found, key=lambda each: not each.live)


def earned(racing: Sequence[Racing]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return by model what came of its live decisions, as the gate knew when it judged last; nothing without any."""
    names = {one.id: one.name for one in racing}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted((each for each in racing if each.found), key=lambda each: each.found.us if each.found else 0):
        said = one.found.evidence if one.found else {}
        for who, measures in zip(("champion", "challenger"), said.get("business") or ((), ()), strict=True):
            if any(measure["decisions"] for measure in measures):
                found[names.get(said[who], said[who])] = measures
    return sorted(found.items())


def marks_of(entries: Sequence[Entry], zone: str) -> list[Mark]:
    """Return what a figure marks among what happened; to go back is to a model that was live before."""
    found, before = list[Mark](), set[str]()
    for one in entries:
        kind = "rollback" if one.what == "promotion" and one.model in before else one.what
        if one.what == "promotion":
            before.add(one.model)
        if kind in ("alarm", "promotion", "rollback") and one.why != "first":
            found.append(Mark(kind, text.when(one.us, zone), f"{one.model}: {one.text}" if one.model else one.text))
    return found


PAGES: Final = (Page("GET", "/apps/{app}", "read", _app),)
