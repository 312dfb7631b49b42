"""Detection as tables: the app above plain scores, the book's week where there is one, then week by week."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from evercart.acting.costs import ACTIONS
from evercart.evaluate.detected import Detected, K

_COLUMNS = ("ap", "auc", f"card_precision@{K}")


def detected(done: Detected) -> RenderableType:
    """Return each racer's scores over the later payments, then by week."""
    said = done.summary()
    later = said["later"]
    title = f"fraud: {later['payments']:,} payments scored, {later['frauds']:,} frauds, test then train"
    table = _scores(title, {name: later[name] for name in done.guesses}, done.cpu_s)
    parts: list[RenderableType] = [table]
    if "handbook_week" in said:
        parts += [_book("The book's set, 2018-08-08 to 08-14", said["handbook_week"], done)]
        parts += [_book("The same week, cards already caught among them", said["handbook_week"]["undropped"], done)]
    parts.append(_weeks(said["weeks"], done))
    if done.costs:
        parts.append(_costs(done.costs))
    if done.attacked:
        parts += [_reasons(done.attacked["reasons"]), _attacked(done.attacked)]
    parts += [f"Refused: {escape(rule)}: {rows:,} rows" for rule, rows in done.about["refused"].items()]
    return Group(*parts)


def _scores(title: str, racers: dict[str, Any], cpu_s: dict[str, float]) -> Table:
    table = Table("", title=title, title_justify="left")
    for name in (*_COLUMNS, "CPU s"):
        table.add_column(name, justify="right")
    for name, one in racers.items():
        spent = cpu_s.get(f"fraud {name}")
        table.add_row(name, *(_cell(one[column]) for column in _COLUMNS), "" if spent is None else f"{spent:.1f}")
    return table


def _book(title: str, week: dict[str, Any], done: Detected) -> Table:
    first, *others = done.guesses
    racers = {first: week, **{name: week[name] for name in others}}
    return _scores(f"{title}: {week['payments']:,} payments, {week['frauds']:,} frauds", racers, {})


def _attacked(told: dict[str, Any]) -> Table:
    title = f"{told['frauds']} frauds made again for at most {told['budget']:g} each, to get no alert"
    table = Table("", title=title, title_justify="left")
    names = (f"recall at {told['alert_rate']:.0%} alerts", "attacked", "kept", "95 %", "ap", "attacked", "mean cost")
    for name in (*names, "by"):
        table.add_column(name, justify="left" if name == "by" else "right")
    for name, one in told["racers"].items():
        kept = " to ".join(f"{bound:.2f}" for bound in one["kept_interval"] or ())
        cells = [_cell(one[key]) for key in ("recall", "recall_attacked", "kept")]
        cells += [kept, *(_cell(one[key]) for key in ("ap", "ap_attacked"))]
        ways = ", ".join(f"{way} {share:.0%}" for way, share in one["ways"].items())
        table.add_row(name, *cells, f"{one['mean_cost']:.2f}", ways)
    return table


def _reasons(told: dict[str, dict[str, float]]) -> Table:
    table = Table("what gave frauds away", title="Of the frauds that got an alert", title_justify="left")
    table.add_column("raised the log odds by", justify="right")
    table.add_column("most of all in", justify="right")
    for name, one in told.items():
        table.add_row(name, f"{one['log_odds']:+.2f}", f"{one['first']:.0%}")
    return table


def _weeks(weeks: list[dict[str, Any]], done: Detected) -> Table:
    others = [*done.guesses][1:]
    table = Table("week from", title="Average precision by week", title_justify="left")
    for name in ("payments", "frauds", *done.guesses):
        table.add_column(name, justify="right")
    for week in weeks:
        cells = [_cell(week["ap"]), *(_cell(week[name]["ap"]) for name in others)]
        table.add_row(week["from"], f"{week['payments']:,}", f"{week['frauds']:,}", *cells)
    return table


def _costs(costs: dict[str, Any]) -> Table:
    """Return what ways to act cost, each beside approving everything."""
    title = f"Costs of acting on the champion's chances, {costs['payments']:,} payments, assumed costs; see --json"
    table = Table("", title=title, title_justify="left")
    for name in ("cost, minor units", "a payment", "saved", *ACTIONS):
        table.add_column(name, justify="right")
    all_approved = costs["approve_all"]["cost_minor"]
    for name, one in costs.items():
        if isinstance(one, dict) and "cost_minor" in one:
            saved = f"{1 - one['cost_minor'] / all_approved:.1%}" if all_approved else ""
            counts = (f"{one[action]:,}" for action in ACTIONS)
            label = name.replace("_", " ")
            table.add_row(label, f"{one['cost_minor']:,}", f"{one['a_payment_minor']:.2f}", saved, *counts)
    return table


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
