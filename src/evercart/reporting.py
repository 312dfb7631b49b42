"""Reporting: what the pages show, gathered from a shop's log, imports, backtests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from evercart.annals import Annals
from evercart.backtest import Backtest
from evercart.errors import UserError, expected
from evercart.evaluate.comparison import Comparison
from evercart.evaluate.comparison_page import comparison_page
from evercart.evaluate.page import page
from evercart.evaluate.pagedata import AppData, Quality, ReportData
from evercart.evaluate.recommended import PAGE, Recommended
from evercart.evaluate.recommended_page import recommended_page
from evercart.events.kinds import kind_name
from evercart.events.outliers import Outliers
from evercart.log import Log
from evercart.units import DAY_US, SECOND_US
from evercart.zones import local_us

_SHOWN = 41  # entries of an app, less one
FLAGGED = (Outliers("quantity", "item"), Outliers("amount", "item", spread=100.0))


def write(
    path: Path,
    shop: str,
    now_us: int,
    found: Sequence[Backtest],
    about: Mapping[str, str],
    quality: Quality,
    events: int,
    happened: Mapping[str, Annals],
    paid: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Write the page.

    about       what each app asks
    happened    what became of its models
    paid        of apps that are asked before payments: `Reported.summary`
    """
    stages = {_plain(name): spent for one in found for name, spent in one.stages.items()}
    data = ReportData(
        shop,
        made(now_us),
        events,
        tuple(_app(one, about[one.app], happened[one.app], (paid or {}).get(one.app, {})) for one in found),
        quality,
        stages,
        (Path(PAGE).name,) if (path.parent / Path(PAGE).name).exists() else (),
    )
    put(path, page(data))


def write_comparison(path: Path, shop: str, now_us: int, found: Comparison) -> None:
    """Write the page of a comparison."""
    put(path, comparison_page(found, shop, made(now_us)))


def write_recommended(folder: Path, shop: str, now_us: int, found: Recommended) -> None:
    """Write the page of a backtest of recommendation into a shop's folder, beside the report."""
    put(folder / PAGE, recommended_page(found, shop, made(now_us)))


def put(path: Path, text: str) -> None:
    """Write a page where it may be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(expected(str(path), "a file that can be written", error.strerror)) from None


def _day(us: int) -> str:
    return datetime.fromtimestamp(us // SECOND_US, UTC).strftime("%Y-%m-%d %H:%M")


def made(now_us: int) -> str:
    """Return when a page was made, as a person reads it."""
    return datetime.fromtimestamp(now_us // SECOND_US, UTC).strftime("%Y-%m-%d %H:%M UTC")


def quality_of(
    log: Log, time_zone: str, found: Sequence[Backtest], held: Mapping[str, int], notes: Sequence[dict[str, Any]]
) -> Quality:
    """Return what came in, what was held, cleaned, flagged.

    held     "field: rule" -> rows in quarantine
    notes    what each import did
    """
    arrived: Counter[tuple[int, int]] = Counter()
    flagged: Counter[str] = Counter()
    columns = tuple(dict.fromkeys(name for fold in FLAGGED for name in fold.reads))
    states = [fold.start() for fold in FLAGGED]
    for events in log.read(0, columns=columns):
        days = local_us(events.logged_us, time_zone) // DAY_US
        codes, counts = np.unique(days * 2**15 + events.kind, return_counts=True)
        arrived.update({(int(c) >> 15, int(c) & 0x7FFF): int(n) for c, n in zip(codes, counts, strict=True)})
        for place, fold in enumerate(FLAGGED):
            states[place], said = fold.step(states[place], events)
            flagged[f"{fold.column} by {fold.key}"] += int(said["outlier"].sum())
    first, last = min(d for d, _ in arrived), max(d for d, _ in arrived)
    kinds = sorted({kind for _, kind in arrived})
    table = np.array([[arrived[day, kind] for kind in kinds] for day in range(first, last + 1)], np.int64)
    waiting = ((*name.partition(": ")[::2], rows) for name, rows in held.items())
    labels = [(one.app, what, count) for one in found for what, count in one.counts.items()]
    return Quality(
        kinds=tuple(kind_name(kind) for kind in kinds),
        day=np.arange(first, last + 1),
        events=table,
        quarantine=tuple((field, rule, rows) for field, rule, rows in waiting),
        cleaning=tuple(_cleaned(notes).items()),
        labels=tuple(labels),
        outliers=tuple(flagged.items()),
    )


def _app(one: Backtest, about: str, happened: Annals, paid: Mapping[str, Any]) -> AppData:
    entries = happened.entries
    told = tuple((_day(entry.us), entry.model, entry.text) for entry in entries if entry.what != "enrolment")
    live = next((entry.model for entry in reversed(entries) if entry.what == "promotion"), "")
    cost = {name: one.cpu_s[name] for name in one.report.racers}
    days, gaps, told = (one.days, one.later), one.differences(), told[:-_SHOWN:-1]
    races = {name: _told(race) for name, race in one.races.items()}
    return AppData(
        one.app,
        about,
        one.unit,
        one.report,
        *days,
        gaps,
        cost,
        live,
        told,
        happened.earned,
        races,
        acting=one.acting,
        paid=paid,
    )


def _told(race: Mapping[str, Any]) -> dict[str, Any]:
    """Return a race with its times as a person reads them."""
    rows = [{**row, "left": _day(row["left_us"]) if row["left_us"] >= 0 else ""} for row in race["candidates"]]
    return {**race, "candidates": rows}


def _cleaned(notes: Sequence[dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for note in notes:
        found.update({f"{step}": rows for step, rows in note["cleaned"].items()})
        found.update({name: note[name] for name in ("duplicates", "late", "dropped") if note[name]})
    return found


def _plain(stage: str) -> str:
    """Return a stage's name without its hash.

    >>> _plain("table user 0123456789abcdef"), _plain("spend pairs")
    ('table user', 'spend pairs')
    """
    words = stage.split()
    return " ".join(word for word in words if not (len(word) == 16 and set(word) <= set("0123456789abcdef")))
