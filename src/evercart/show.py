"""Show: results as tables for people, as plain objects for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from evercart.backtest import Backtest
from evercart.doctor import Told
from evercart.evaluate.compare import Difference
from evercart.evaluate.comparison import Comparison
from evercart.evaluate.recommended import Recommended
from evercart.events.findings import Refusal
from evercart.events.quarantine import Held
from evercart.ingest import SENT_AGAIN, Ingested
from evercart.results import Found
from evercart.show_recommend import recommended
from evercart.turn import Turned
from evercart.units import SECOND_US
from evercart.verifying import Verified

_EVENT_COLUMNS = ("offset", "kind", "id", "user", "session", "item", "place", "quantity", "amount", "currency")
_MOST_SHOWN = 20


def time_text(us: int) -> str:
    """Return a log time as a person reads it.

    >>> time_text(0)
    '1970-01-01 00:00:00 UTC'
    """
    return datetime.fromtimestamp(us // SECOND_US, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def as_json(said: Any) -> str:
    """Return JSON that every program can read: what is not a finite number is null.

    >>> as_json({"auc": float("nan"), "days": [1, 2]})
    '{"auc": null, "days": [1, 2]}'
    """
    return json.dumps(_finite(said), allow_nan=False)


def _finite(said: Any) -> Any:
    if isinstance(said, dict):
        return {name: _finite(value) for name, value in said.items()}
    if isinstance(said, list | tuple):
        return [_finite(value) for value in said]
    return None if isinstance(said, float) and not math.isfinite(said) else said


def pairs(said: dict[str, Any]) -> Table:
    """Return names beside values."""
    table = Table(show_header=False)
    for name, value in said.items():
        text = (
            time_text(value)
            if name.endswith("_us") and value
            else ", ".join(value)
            if isinstance(value, list)
            else value
        )
        table.add_row(name, escape(str(text)))
    return table


def ingested_json(done: Ingested) -> dict[str, Any]:
    """Return an import's counts as a plain object."""
    return asdict(done)


def ingested(done: Ingested) -> RenderableType:
    """Return an import's counts as a table."""
    if done.again:
        return escape(f"{done.source} was imported before; nothing to do.")
    table = Table(show_header=False)
    for name in ("read", "added", "duplicates", "late", "dropped"):
        table.add_row(name, f"{getattr(done, name):,}")
    for reason, count in done.refused.items():
        table.add_row(f"quarantined · {escape(reason)}", f"{count:,}")
    for step, count in done.cleaned.items():
        table.add_row(f"cleaned · {escape(step)}", f"{count:,}")
    parts: list[RenderableType] = [f"Imported {escape(done.source)}", table]
    parts += ["`evercart quarantine list` shows the rows that were refused."] if done.refused else []
    return Group(*parts)


def backtested(done: Backtest | Recommended, page: str = "") -> RenderableType:
    """Return one app's replay as a table, with where its page is."""
    if isinstance(done, Recommended):
        return Group(recommended(done), *([f"The page is {escape(page)}"] if page else []))
    return Group(backtests([done]), *raced([done]))


def backtests(found: Sequence[Backtest]) -> Table:
    """Return each app's racers side by side."""
    table = Table(title="Compared on questions asked after the first quarter", title_justify="left")
    table.add_column("app")
    table.add_column("racer")
    apart = any(one.apart for one in found)
    for name in ("loss", *(("right",) if apart else ()), "against continual", "95 % interval", "CPU s"):
        table.add_column(name, justify="right")
    for one in found:
        said, differences = one.summary(), one.differences()
        for name in one.report.racers:
            gap = differences.get(name)
            share, span = _against(gap, said[name]["loss"]) if gap else ("", "")
            right = (_right(one.apart.get(name)),) if apart else ()
            scored = (f"{said[name]['loss']:.5g}", *right, share, span, f"{said[name]['cpu_s']:.2f}")
            table.add_row(one.app, name, *scored)
        table.add_section()
    table.caption = "a positive difference: it loses more than the model that goes on learning"
    table.caption_justify = "left"
    return table


def raced(found: Sequence[Backtest]) -> list[RenderableType]:
    """Return a table for each race of settings: who left it when, what it took."""
    return [_race(f"{one.app} {name}: settings raced", race) for one in found for name, race in one.races.items()]


def _race(title: str, race: dict[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left")
    for head in ("setting", "left the race"):
        table.add_column(head)
    for head in ("judged by then", "mean loss", "labels learned", "work"):
        table.add_column(head, justify="right")
    for row in race["candidates"]:
        left = time_text(row["left_us"]) if row["left_us"] >= 0 else "leads" if row["leads"] else "races on"
        cells = (
            f"{row['judged']:,}",
            f"{row['loss']:.5g}".replace("nan", "–"),
            f"{row['learned']:,}",
            f"{row['work']:,.0f}",
        )
        table.add_row(escape(row["name"]), left, *cells)
    table.caption = f"work, in questions of the first setting: {race['work']:,.0f} of {race['allowed']:,.0f} allowed"
    return table


def _right(apart: dict[str, float] | None) -> str:
    """Return the share of labels that were right, where labels were told apart."""
    return f"{apart['accuracy']:.1%}".replace("%", " %") if apart and "accuracy" in apart else ""


def comparison(found: Comparison, page: Path) -> Group:
    """Return the policies side by side, then by month."""
    said, above, first = found.summary()["policies"], found.above(), found.policies[0]
    table = Table(title=f"{found.app}: questions asked after the first quarter", title_justify="left")
    table.add_column("policy")
    heads = ("loss", f"% above {first}", "95 % interval", "CPU s", "stale, h", "95th", "% forgotten", "95 % interval")
    for head in heads:
        table.add_column(head, justify="right")
    for name in found.policies:
        one, gap, lost = said[name], above[name], found.forgetting[name].percent
        ages = (f"{hours:,.1f}".replace("nan", "–") for hours in found.staleness[name])
        score = (f"{one['loss']:.5g}", *(("", "") if name == first else _percent(gap)))
        table.add_row(name, *score, f"{one['cpu_s']:.2f}", *ages, *_percent(lost))
    table.caption = (
        f"stale: age of the newest label behind a guess, mean, 95th percentile; forgotten: loss on {found.probed:,} "
        f"questions of the first quarter, asked again at the end, above loss then; all share {found.shared_cpu_s:.2f} s"
    )
    table.caption_justify = "left"
    return Group(table, _months(found, said), f"The page: {page}")


def _months(found: Comparison, said: dict[str, Any]) -> Table:
    table = Table("month asked", title="Loss by month", title_justify="left")
    months = found.months()
    for name in found.policies:
        table.add_column(name, justify="right")
    for month in months[found.policies[0]]:
        table.add_row(month, *(f"{months[name][month]:.5g}" for name in found.policies))
    table.add_section()
    table.add_row("all", *(f"{one['overall']:.5g}" for one in said.values()))
    return table


def _percent(gap: Difference) -> tuple[str, str]:
    """Return a difference with its interval, a dash for what is not known."""
    known = math.isfinite(gap.mean), math.isfinite(gap.high - gap.low)
    return f"{gap.mean:+.2f}" if known[0] else "–", f"{gap.low:+.2f} to {gap.high:+.2f}" if known[1] else "–"


def _against(gap: Difference, loss: float) -> tuple[str, str]:
    """Return a control's difference as a share of its loss, then the interval; a dash where there is none.

    >>> _against(Difference(0.1, float("nan"), float("nan")), 0.0)
    ('–', '–')
    """
    share = f"{gap.mean / loss:+.2%}" if loss and math.isfinite(gap.mean) else "–"
    return share, f"{gap.low:+.4g} to {gap.high:+.4g}" if math.isfinite(gap.low) else "–"


def main_job(done: Ingested | None, turned: Turned, found: Found, report: Path) -> Group:
    """Return what the main job did."""
    parts: list[RenderableType] = [ingested(done)] if done else []
    news = f"{turned.events:,} events went round the ring" if turned.events else "Nothing new in the log"
    wait = f" {turned.waiting:,} more will, with the next event that is logged." if turned.waiting else ""
    parts += [f"{news}; the states stand at offset {turned.next_offset:,}.{wait}"]
    parts += [escape(line) for line in turned.ruling.lines()]
    parts += [f"Nothing to compare yet: {escape(text)}" for text in found.too_early]
    parts += [backtests(found.backtests), *raced(found.backtests)] if found.backtests else []
    return Group(*parts, f"The report: {report}")


def rows_json(table: pa.Table) -> list[dict[str, Any]]:
    """Return events as plain objects, without what is missing."""
    rows = table.drop_columns("x").to_pylist() if "x" in table.column_names else table.to_pylist()  # bytes
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def rows(table: pa.Table) -> Table:
    """Return events, the columns that hold something."""
    held = [n for n in _EVENT_COLUMNS if table[n].null_count < len(table)]
    shown = Table("logged", *held)
    for row in table.select(["logged_us", *held]).to_pylist():
        cells = (escape(str(row[name])) if row[name] is not None else "" for name in held)
        shown.add_row(time_text(row["logged_us"]), *cells)
    return shown


def fingerprints(said: dict[str, Any]) -> Table:
    """Return each fold's hashes."""
    table = Table("fold", "state", "configuration", title=f"At offset {said['next_offset']:,}", title_justify="left")
    for name, one in said["folds"].items():
        table.add_row(name, one["state"], one["config"])
    return table


def held(rows: Sequence[Held], counts: dict[str, int]) -> RenderableType:
    """Return what waits in quarantine."""
    if not counts:
        return "Nothing waits."
    table = Table("number", "source", "row", "field", "expected", "got")
    for one in rows:
        row = one.row if one.source != SENT_AGAIN else "–"  # rows of a sorted import have no number of their own
        cells = (one.number, one.source, row, one.field, one.rule, _read(one.field, one.value))
        table.add_row(*(escape(str(cell)) for cell in cells))
    terms = "Quantities are in thousandths, money in minor units, times in microseconds since 1970."
    return Group(
        table, f"{sum(counts.values()):,} rows wait; `evercart quarantine show NUMBER` shows one whole.\n{terms}"
    )


def _read(field: str, value: str) -> str:
    """Return a value as a person reads it.

    >>> _read("event_us", "4071024000000000")
    '4071024000000000 (2099-01-02 08:00:00 UTC)'
    """
    try:
        return f"{value} ({time_text(int(value))})" if field.endswith("_us") else value
    except (ValueError, OverflowError, OSError):
        return value


def findings(found: Sequence[Told]) -> RenderableType:
    """Return what is wrong with a shop, each with what was or would be done."""
    if not found:
        return "Nothing is wrong."
    table = Table()
    for name in ("what is wrong", "what to do"):
        table.add_column(name, overflow="fold")
    for one in found:
        done = "done: " if one.mended else "`evercart doctor --repair` would: " if one.can else ""
        table.add_row(escape(one.wrong), escape(done + one.would))
    return table


def verified(found: Verified) -> RenderableType:
    """Return what became of the live decisions, with what it cost."""
    speed = found.decisions / found.cpu_s if found.cpu_s else 0.0
    said: dict[str, Any] = {
        "decisions": found.decisions,
        "agreed, bit for bit": found.agreed - found.formed,
        **({"agreed nearly, by an exported graph": found.formed} if found.formed else {}),
        "differing": len(found.differing),
    }
    said |= {f"not checkable: {reason}": count for reason, count in sorted(found.unchecked.items())}
    said |= {"CPU seconds": f"{found.cpu_s:.1f} ({speed:,.0f} decisions a second)"}
    table = pairs(said)
    if not found.differing:
        return table
    wrong = Table("offset", "decision", "what", "logged", "computed", title="differing", title_justify="left")
    for one in found.differing[:_MOST_SHOWN]:
        wrong.add_row(*(escape(str(part)) for part in one))
    return Group(table, wrong)


def retried(entered: int, refused: Sequence[Refusal]) -> RenderableType:
    """Return what became of rows sent again."""
    lines = [f"{entered:,} rows entered, {len(refused):,} were refused again."]
    lines += [escape(f"number {one.row}: {one.field}: expected {one.rule}, got {one.value}") for one in refused[:20]]
    return Group(*lines)
