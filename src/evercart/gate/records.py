"""Records: verdicts, enrolments, written as rows of the log."""

from __future__ import annotations

import json
from typing import Any, Literal

import pyarrow as pa

from evercart.events.kinds import number
from evercart.events.schema import table_of
from evercart.gate.judge import Verdict

Since = Literal["beginning", "now"]


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


def enrolment_row(app: str, model: str, current: str, since: Since, us: int) -> pa.Table:
    """Return the row with which a challenger may be judged against the model that is live; replay obeys it.

    since    from where on its evidence counts: the "beginning" of the reign, or "now" for one that comes later

    >>> enrolment_row("spend", "b", "a", "now", 5).select(["app", "model", "current", "why"]).to_pylist()
    [{'app': 'spend', 'model': 'b', 'current': 'a', 'why': 'now'}]
    """
    return _row(kind=number("enrolment"), event_us=us, app=app, model=model, current=current, why=since)


def _row(**columns: Any) -> pa.Table:
    return table_of([columns])
