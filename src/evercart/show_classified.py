"""Classification as a table: the app above plain learners, then what it called unknown."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from evercart.evaluate.classified import Classified

_STRANGE = {
    "never_seen": "of a label never seen before",
    "out_of_scope": "out of scope",
    "withheld": "of a quarter of the labels, never told",
}
_WORST = 5  # labels that are shown


def classified(done: Classified) -> RenderableType:
    """Return each racer's accuracy, the share of unknown messages flagged, the labels that are hardest."""
    said = done.summary()
    title = f"classify: {said['scored']:,} messages scored, {said['labels']:,} labels, {said['order']}, test then train"
    table = Table("", title=title, title_justify="left")
    for name in ("accuracy", "after the first quarter", "macro-F1", "classify is better by", "CPU s"):
        table.add_column(name, justify="right")
    for racer in done.guesses:
        one = said[racer]
        gap = _span(one["difference"], "+.4f") if "difference" in one else ""
        shares = (_span(one["accuracy"]), _span(one["accuracy_later"]), f"{one['macro_f1']:.4f}")
        table.add_row(racer, *shares, gap, f"{one['cpu_s']:.1f}")
    refused = [f"Refused: {escape(rule)}: {rows:,} rows" for rule, rows in done.about["refused"].items()]
    encoder = f"Texts encoded by {done.about['encoder']} in {said['shared_cpu_s']:.1f} CPU s; intervals are of 95 %."
    return Group(table, _unknown(said["unknown"]), _hardest(said["classify"]["recall"]), encoder, *refused)


def _unknown(said: dict[str, Any]) -> Table:
    table = Table("messages", title="Called unknown", title_justify="left")
    for name in ("how many", "flagged", "false alarms", "flagged at 5 % false alarms"):
        table.add_column(name, justify="right")
    for name, one in said.items():
        cells = [_span(one[part]) if part in one else "" for part in ("flagged", "false_alarms", "flagged_at_0.05")]
        table.add_row(_STRANGE[name], f"{one['messages']:,}", *cells)
    return table


def _hardest(recall: dict[str, Any]) -> Table:
    table = Table("label", title="The labels least often found", title_justify="left")
    table.add_column("messages", justify="right")
    table.add_column("recall", justify="right")
    for name in sorted(recall, key=lambda name: recall[name]["recall"])[:_WORST]:
        table.add_row(escape(name), f"{recall[name]['messages']:,}", f"{recall[name]['recall']:.3f}")
    return table


def _span(one: dict[str, float], form: str = ".4f") -> str:
    if not math.isfinite(one["low"]):
        return f"{one['mean']:{form}}"
    return f"{one['mean']:{form}} ({one['low']:{form}} to {one['high']:{form}})"
