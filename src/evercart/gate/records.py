"""Records: verdicts, promotions, written as rows of the log."""

from __future__ import annotations

import json
from typing import Any, Literal

import pyarrow as pa

from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.gate.judge import Verdict

Why = Literal["gate", "turned", "person", "force"]


def verdict_row(app: str, verdict: Verdict, us: int) -> pa.Table:
    """Return the row, in `SCHEMA`, that says what the gate found: objections as text, a line each.

    All figures stand in `properties`; no fold reads them.
    """
    evidence = verdict.evidence
    return _row(
        kind=number("verdict"),
        event_us=us,
        app=app,
        model=evidence.challenger,
        current=evidence.champion,
        passed=int(verdict.promote),
        text="\n".join(verdict.objections) or None,
        properties=json.dumps(evidence.figures(), sort_keys=True),
    )


def promotion_row(app: str, model: str, current: str, why: Why, us: int, text: str | None = None) -> pa.Table:
    """Return the row with which an app's current model becomes `model`; replay obeys it.

    why     "gate": it passed; "turned": evidence turned against the model before; "person": somebody asked for it,
            past the gate's rules or back to an older one; "force": somebody overruled the gate
    text    the evidence that turned, or who it was

    >>> promotion_row("spend", "b", "a", "gate", 5).select(["app", "model", "current", "why"]).to_pylist()
    [{'app': 'spend', 'model': 'b', 'current': 'a', 'why': 'gate'}]
    """
    return _row(kind=number("promotion"), event_us=us, app=app, model=model, current=current, why=why, text=text)


def _row(**columns: Any) -> pa.Table:
    return conform(pa.table({name: pa.array([value], SCHEMA.field(name).type) for name, value in columns.items()}))
