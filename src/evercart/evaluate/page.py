"""Page: the report as one HTML file that asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from evercart.evaluate import figures
from evercart.evaluate.compare import Difference
from evercart.evaluate.pagedata import AppData, ReportData
from evercart.evaluate.scores import by_slice, scores

_HERE = Path(__file__).parent / "pages"


def page(data: ReportData) -> str:
    """Return the HTML of a report; scripts, styles with data are all in it, names are escaped."""
    return rendered(
        "report.html.j2",
        data=data,
        apps=[_app(app) for app in data.apps],
        arrivals=as_json(figures.arrivals(data.quality)) if data.quality.kinds else None,
        cost=as_json(figures.cost(_seconds(data))) if _seconds(data) else None,
    )


def rendered(template: str, **values: Any) -> str:
    """Return the HTML of a page that needs nothing beside itself; figures are given by `as_json`."""
    plotly, draw = _plotly(), (_HERE / "draw.js").read_text(encoding="utf-8")
    style = (_HERE / "report.css").read_text(encoding="utf-8")
    frame = {"style": style, "plotly": plotly, "draw": draw, "script_hashes": [_hash(plotly), _hash(draw)]}
    text: str = _templates().get_template(template).render(**frame, **values)
    return text


def _app(app: AppData) -> dict[str, Any]:
    """Return what the template shows of one app."""
    found = scores(app.report, app.judged)
    loss = found[app.champion]["loss"]
    return {
        "app": app,
        "acting": [(name, one) for name, one in app.acting.items() if isinstance(one, dict) and "cost_minor" in one],
        "questions": int(app.days.n.sum()),
        "judged": int(app.judged.n.sum()),
        "scores": found,
        "metrics": list(found[app.champion]),
        "verdicts": [_verdict(name, gap, loss, app) for name, gap in app.differences.items()],
        "slices": by_slice(app.report, app.judged) if len(app.report.slices) > 1 else [],
        "over_time": as_json(figures.over_time(app)),
        "saved": as_json(figures.saved(app)) if app.differences and len(app.judged) else None,
        "calibrated": None if app.report.loss.kind == "label" else as_json(figures.calibrated(app)),
    }


def _verdict(control: str, gap: Difference, loss: float, app: AppData) -> dict[str, Any]:
    """Return the headline against one control, in words with percent of the champion's loss."""
    known = all(math.isfinite(value) for value in gap)
    if not known:
        word, tone = "too little to say", "level"
    elif gap.low > 0:
        word, tone = "better", "better"
    elif gap.high < 0:
        word, tone = "worse", "worse"
    else:
        word, tone = "level", "level"
    percent = [100.0 * value / loss if loss else float("nan") for value in gap]
    own, other = app.cpu_s.get(app.champion), app.cpu_s.get(control)
    share = own / other if own is not None and other else None
    return {"control": control, "gap": gap, "word": word, "tone": tone, "percent": percent, "share": share}


def _seconds(data: ReportData) -> dict[str, float]:
    racers = {f"{app.name}: {name}": value for app in data.apps for name, value in app.cpu_s.items()}
    return dict(data.stages) | racers


def _number(value: float) -> str:
    """Return a number as a person reads it; a dash where there is none.

    >>> [_number(value) for value in (0.51234567, 12345.6, float("nan"))]
    ['0.5123', '12,346', '–']
    """
    if not math.isfinite(value):
        return "–"
    if value and abs(value) < 1e-3:
        return f"{value:.2e}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:#,.4g}"


def as_json(figure: figures.Figure) -> str:
    """Return JSON that no HTML parser can take for markup."""
    return json.dumps(figure, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _plotly() -> str:
    """Return the script that plotly's package carries, with the line ends a browser will hash."""
    script: str = get_plotlyjs()
    return script.replace("\r\n", "\n").replace("\r", "\n")


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["number"] = _number
    return made
