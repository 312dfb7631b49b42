"""An answer as a table: what to show next, to whom it was asked about."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evercart.recommender import Answer


def answered(answer: Answer, *, why: bool) -> RenderableType:
    """Return the items with their places, with reasons if asked for; without any, what is in the way."""
    if not len(answer):
        return Text(answer.empty)
    table = Table("", "item")
    drawn = any(one.chance < 1 for one in answer)
    table.add_column("score", justify="right")
    if drawn:
        table.add_column("chance", justify="right")
    if why:
        table.add_column("why")
    for one in answer:
        chance = [f"{one.chance:.3f}"] if drawn else []
        reasons = ["; ".join(reason.text for reason in one.why)] if why else []
        row = [str(one.place), one.item, f"{one.score:.2f}", *chance, *reasons]
        table.add_row(*(Text(cell) for cell in row))
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in answer.removed.items())
    return Group(table, Text(f"left out: {left_out}")) if left_out else table


def answer_json(answer: Answer, *, why: bool) -> dict[str, Any]:
    """Return what `--json` prints."""
    rows = []
    for one in answer:
        row: dict[str, Any] = {"item": one.item, "place": one.place, "score": one.score, "chance": one.chance}
        if why:
            row["why"] = [{"kind": reason.kind, "fall": reason.fall, "text": reason.text} for reason in one.why]
        rows.append(row)
    return {"items": rows, "empty": answer.empty, "removed": answer.removed, "next_offset": answer.offset}
