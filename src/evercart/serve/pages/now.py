"""Now: the whole shop in one look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.lane import FROZEN
from evercart.serve.pages import text
from evercart.serve.pages.language import Words
from evercart.serve.pages.live import TOPICS, News
from evercart.serve.pages.measures import beside, direction, gap, named, score
from evercart.serve.pages.page import Page, Visit
from evercart.serve.pages.standing import FAR_BEHIND, AppStanding, Standing, looker_of
from evercart.units import SECOND_US

if TYPE_CHECKING:
    from evercart.serve.service import Service

_DAYS: Final = 60  # of the small lines
WIDE, HIGH = 300, 56  # of them, in units of their own


async def _now(visit: Visit) -> Response:
    standing = await run_in_threadpool(looker_of(visit.service).look)
    about = [_about(one, visit.words) for one in standing.apps]
    return await visit.page(
        "now.html.j2",
        topic="now",
        now=standing,
        news=news(standing, visit.words, visit.time_zone),
        shown=about,
        alarms=standing.alarms[:5],
        wide=WIDE,
        high=HIGH,
    )


def _about(one: AppStanding, words: Words) -> dict[str, Any]:
    """Return what the template shows of an app that does not move."""
    return {
        "name": one.app.name,
        "about": one.app.about,
        "measure": named(one.app, words),
        "direction": direction(one.app, words),
        "racers": one.racers,
        "own": one.own,
        "control": FROZEN if FROZEN in one.racers else "",
        "ranks": one.app.candidates is not None,
        "days": len(one.course),
    }


def news(now: Standing, words: Words, zone: str) -> News:
    """Return all of the page that moves."""
    found = News()
    found.text |= {
        "events": text.count(now.next_offset),
        "events_s": words("now.rate", n=text.rate(now.events_s)),
        "newest": _newest(now, words),
        "newest_at": text.when(now.last_us, zone) if now.next_offset else "",
        "pulse": text.age(now.pulse_s * SECOND_US if now.pulse_s is not None else None, words),
        "learned_s": _working(now, words),
        "behind": text.count(now.behind),
        "held": text.count(now.held),
        "alarms": text.count(len(now.alarms)),
        "trouble": now.pulse.trouble if now.pulse else "",
        "stale": words("now.stale", age=text.age((now.pulse_s or 0) * SECOND_US, words)),
        "far": words("now.far", n=text.count(now.behind)),
    }
    found.tone |= {
        "events": "",
        "newest": "",
        "pulse": "" if now.learning else "warn",
        "behind": "warn" if now.behind > FAR_BEHIND else "",
        "held": "warn" if now.held else "",
        "alarms": "warn" if now.alarms else "",
    }
    learned = now.pulse is not None
    found.shown |= {
        "stale": learned and not now.learning,
        "far": learned and now.learning and now.behind > FAR_BEHIND,
        "trouble": bool(now.pulse and now.pulse.trouble),
        "no_learner": bool(now.next_offset) and not learned and any(one.judged for one in now.apps),
    }
    for one in now.apps:
        _app_news(found, one, now, words)
    return found


def _working(now: Standing, words: Words) -> str:
    """Return what the learner does and costs."""
    if now.pulse is None or not now.learning:
        return ""
    cpu = text.percent(100.0 * now.pulse.cpu_share, signed=False)
    return words("now.working", n=text.rate(now.pulse.events_s), cpu=cpu)


def _newest(now: Standing, words: Words) -> str:
    """Return how old the newest event is; an imported history only has an end."""
    if not now.next_offset:
        return text.DASH
    return text.age(now.now_us - now.last_us, words) if now.live else words("now.history")


def _app_news(found: News, one: AppStanding, now: Standing, words: Words) -> None:
    key, judged = f"app.{one.app.name}", one.judged
    loss, n = (judged.loss, judged.n) if judged else ({}, 0)
    found.text[f"{key}.score"] = score(one.app, loss.get(one.own))
    if judged is None:
        found.text[f"{key}.day"] = words("now.no_day")
    else:
        found.text[f"{key}.day"] = words(f"now.day_{'open' if judged.open else 'closed'}", day=judged.day, n=f"{n:,}")
    if FROZEN in one.racers:
        week = one.week
        said = beside(week.loss, week.n, one.own, FROZEN, words) if week else None
        found.text[f"{key}.verdict"] = said.text if said else words("now.not_yet")
        found.tone[f"{key}.verdict"] = said.tone if said else "soft"
    found.text[f"{key}.days"] = text.count(len(one.course))
    found.text[f"{key}.live"] = one.live
    age_us = now.now_us - one.published_us if one.published_us is not None else None
    found.text[f"{key}.weights"] = text.age(age_us, words)
    for racer in one.racers:
        found.text[f"{key}.today.{racer}"] = score(one.app, loss.get(racer))
        found.text[f"{key}.overall.{racer}"] = score(one.app, one.overall.get(racer))
        share = gap(loss, one.own, racer) if racer != one.own else None
        found.text[f"{key}.gap.{racer}"] = text.percent(share) if racer != one.own else ""
    for name, points in _lines(one).items():
        found.points[f"{key}.{name}"] = points


def _lines(one: AppStanding) -> dict[str, str]:
    """Return the small lines of the last days: the live model's, the control's."""
    rolled, days = one.course.rolled()[-_DAYS:], one.course.day[-_DAYS:]
    if not len(rolled):
        return {"own": "", "other": ""}
    at = one.order.index
    columns = {"own": at(one.own)} | ({"other": at(FROZEN)} if FROZEN in one.order else {})
    values = {name: (1.0 - rolled[:, c]) if one.app.candidates else rolled[:, c] for name, c in columns.items()}
    every = np.concatenate(list(values.values()))
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    return {"other": ""} | {name: _points(days, line, low, high) for name, line in values.items()}


def _points(days: NDArray[np.int64], values: NDArray[np.float64], low: float, high: float) -> str:
    """Return the points of a line in SVG's terms, WIDE by HIGH with a margin of 3."""
    span, rise = max(1, int(days[-1] - days[0])), high - low or 1.0
    x = (days - days[0]) / span * WIDE
    y = 3 + (high - values) / rise * (HIGH - 6)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def topic(service: Service, words: Words) -> News:
    """Return what moves on this page by now; blocks."""
    return news(looker_of(service).look(), words, service.shop.config.time_zone)


TOPICS["now"] = topic
PAGES: Final = (Page("GET", "/", "read", _now),)
