"""Show models: who is live, what is kept, what differs, as tables or plain objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from evercart.earned import earned_json
from evercart.evaluate.business import Measure
from evercart.publish.difference import Difference
from evercart.publish.model import Model
from evercart.publish.moves import Current, Move
from evercart.publish.revision import Version

_SHORT = 12  # letters of an address that are shown
_EMPTY = "nothing is kept yet; see `evercart run`"
Live = Mapping[str, Current | None]


def versions_json(
    live: Live,
    models: Mapping[str, Sequence[Model]],
    kept: Mapping[str, Sequence[Version]],
    came: Mapping[str, Sequence[Measure]],
) -> list[dict[str, Any]]:
    """Return all that is known of each app's models; `came` of their live decisions, by id."""
    return [
        {
            "app": app,
            "live": current._asdict() if current else None,
            "models": [
                {**asdict(model), "id": model.id, "live": bool(current and current.model == model.id)}
                | {"earned": earned_json(came, model.id)}
                | {"versions": [asdict(one) for one in kept[app] if one.model == model.id]}
                for model in models[app]
            ],
        }
        for app, current in live.items()
    ]


def versions(
    live: Live, models: Mapping[str, Sequence[Model]], kept: Mapping[str, Sequence[Version]], limit: int
) -> RenderableType:
    """Return a table for each app, the newest revisions of each model."""
    from evercart.show import time_text

    tables: list[RenderableType] = []
    for app, current in live.items():
        table = Table(title=app, title_justify="left")
        for name in ("model", "id", "live", "revision", "offset", "log time", "mean loss", "µs a guess", "MB"):
            table.add_column(name, no_wrap=name != "model")
        for model in models[app]:
            here = "●" if current and current.model == model.id else ""
            name = f"{model.name} (from {model.origin.revision[:_SHORT]})" if model.origin else model.name
            rows = [one for one in kept[app] if one.model == model.id]
            if not rows:
                table.add_row(escape(name), model.id, here, "none kept", *[""] * 5)
            for one in rows[:limit]:
                cells = (one.address[:_SHORT], f"{one.next_offset:,}", time_text(one.us))
                table.add_row(escape(name), model.id, here, *cells, *_scores(one), f"{one.size / 1e6:.1f}")
                name = here = ""
        tables.append(table if models[app] else f"{app}: {_EMPTY}")
    return Group(*tables)


def _scores(one: Version) -> tuple[str, str]:
    loss, guess_us = one.scores.get("loss"), one.scores.get("guess_us")
    return "" if loss is None else f"{loss:.6g}", "" if guess_us is None else f"{guess_us:.1f}"


def move_json(move: Move) -> dict[str, Any]:
    """Return a move as plain values."""
    return asdict(move)


def move(move: Move) -> str:
    """Return a move in a sentence."""
    origin = (
        f", anew from revision {move.revision[:_SHORT]} at offset {move.revision_offset:,}" if move.revision else ""
    )
    before = f" instead of {move.from_model}" if move.from_model else ""
    return escape(f"{move.to_model} is live in {move.app}{before}{origin}.")


def difference_json(found: Difference) -> dict[str, Any]:
    """Return a difference as plain values."""
    return {**asdict(found), "norms": {path: norms._asdict() for path, norms in found.norms.items()}}


def difference(found: Difference) -> RenderableType:
    """Return one line for each thing that differs."""
    lines = [f"a  {found.a[:_SHORT]}", f"b  {found.b[:_SHORT]}", *(found.lines() if found else ["nothing differs"])]
    return escape("\n".join(lines))
