"""Figures: what the report page draws, as plotly's JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.compare import Difference
from evercart.evaluate.metrics import calibration
from evercart.evaluate.pagedata import AppData, Quality
from evercart.evaluate.scores import rolling

Figure = dict[str, Any]
Drawn = tuple[Sequence[str], Sequence[float]]  # times as text, values
COLOURS: Final = (
    "#3b7cff",
    "#e0852b",
    "#8b93a1",
    "#1fa37a",
    "#b455b0",
    "#d1495b",
    "#12808f",
    "#7a6a1f",
    "#5b4bb5",
    "#a06a50",
)
_ROLLED: Final = 7  # days
_NO_BOUNDS: Final[dict[str, Drawn]] = {}


def _list(values: NDArray[Any]) -> list[Any]:
    """Return plain numbers, or dates as text; None where there is no value."""
    if values.dtype.kind == "M":
        return [str(value) for value in values]
    return [None if isinstance(v, float) and not np.isfinite(v) else v for v in values.tolist()]


def _figure(data: list[Figure], x: str, y: str, **layout: Any) -> Figure:
    axes = {"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}
    for name, more in layout.items():
        axes[name] = axes.get(name, {}) | more if isinstance(more, dict) else more
    return {"data": data, "layout": axes}


def _line(name: str, at: int, x: NDArray[Any], y: NDArray[np.float64], **more: Any) -> Figure:
    line = {"color": COLOURS[at % len(COLOURS)], "width": 2.5 if at == 0 else 1.75}
    return {"type": "scatter", "mode": "lines", "name": name, "x": _list(x), "y": _list(y), "line": line} | more


def _loss(app: AppData) -> str:
    name = app.report.loss.name.replace("_", " ")
    return f"{name} error" if name in ("squared", "absolute") else name


def over_time(app: AppData) -> Figure:
    """Return each racer's mean loss over the last seven days."""
    dates = app.days.dates
    means = [rolling(app.days, at, _ROLLED) for at in range(len(app.report.racers))]
    lines = [_line(name, at, dates, means[at]) for at, name in enumerate(app.report.racers)]
    shapes: list[Figure] = []
    if len(app.judged) and app.days.day[0] < app.judged.day[0]:
        day = str(app.judged.dates[0])
        shapes = [
            {
                "type": "line",
                "x0": day,
                "x1": day,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"dash": "dot", "width": 1},
            }
        ]
    yaxis = (
        _settled_range(np.concatenate([mean[app.days.day >= app.judged.day[0]] for mean in means])) if shapes else {}
    )
    return _figure(lines, "day asked", f"{_loss(app)}, {_ROLLED}-day mean", shapes=shapes, yaxis=yaxis)


def _settled_range(means: NDArray[np.float64]) -> Figure:
    """Return an axis for what is judged: the first days, when nothing was known yet, would flatten the rest."""
    low, high = float(means.min()), float(means.max())
    room = 0.5 * (high - low) or 0.1 * abs(high)
    return {"range": [low - room, high + room]}


def saved(app: AppData) -> Figure:
    """Return the loss that the champion has saved against each control over the questions of the headline.

    The band is 1.96 deviations of the sum, from the spread of the days around their mean, day by day; it is a
    guide for the eye, the interval of the headline is the one to quote.
    """
    days = app.judged
    n = days.n.astype(np.float64)
    data = []
    for control in app.differences:
        at = app.report.racers.index(control)
        gap = days.sums[:, at, 0] - days.sums[:, 0, 0]
        mean = gap.sum() / max(n.sum(), 1.0)
        total, band = np.cumsum(gap), 1.96 * np.sqrt(np.cumsum((gap - mean * n) ** 2))
        hidden = {"showlegend": False, "hoverinfo": "skip", "legendgroup": control}
        none = {"width": 0, "color": COLOURS[at % len(COLOURS)]}
        fill = {"fill": "tonexty", "fillcolor": COLOURS[at % len(COLOURS)] + "2e"}
        data.append(_line(control, at, days.dates, total - band, **hidden | {"line": none}))
        data.append(_line(control, at, days.dates, total + band, **hidden | {"line": none} | fill))
        data.append(_line(f"against {control}", at, days.dates, total, legendgroup=control))
    return _figure(data, "day asked", f"{_loss(app)} saved, summed")


def calibrated(app: AppData) -> Figure:
    """Return mean label against mean guess by tenths of the questions, over the questions of the headline."""
    total = app.judged.total()
    data, ends = [], []
    for at, name in enumerate(app.report.racers):
        curve = calibration(total.hist[0, at])
        marks = {"mode": "lines+markers", "marker": {"size": 7 if at == 0 else 5}, "customdata": _list(curve.questions)}
        hover = {"hovertemplate": "guess %{x:.4g}<br>label %{y:.4g}<br>%{customdata:,} questions"}
        data.append(_line(name, at, curve.guess, curve.label, **marks | hover))
        ends += [*curve.guess, *curve.label]
    if ends:
        edge = np.array([min(ends), max(ends)])
        ideal = {"line": {"color": "#9aa1ad", "width": 1, "dash": "dash"}, "hoverinfo": "skip"}
        data.append(_line("ideal", 0, edge, edge, **ideal))
    return _figure(data, f"mean guess ({app.unit})", f"mean label ({app.unit})")


def arrivals(quality: Quality) -> Figure:
    """Return events a day by kind, stacked."""
    dates = quality.day.astype("datetime64[D]")
    data = [
        _line(kind, at, dates, quality.events[:, at].astype(np.float64), stackgroup="all", line={"width": 0.5})
        | {"fillcolor": COLOURS[at % len(COLOURS)]}
        for at, kind in enumerate(quality.kinds)
    ]
    return _figure(data, "day logged", "events")


def cost(seconds: Mapping[str, float]) -> Figure:
    """Return CPU seconds as bars, the dearest on top."""
    rising = sorted(seconds.items(), key=lambda pair: pair[1])
    names, values = [name for name, _ in rising], [value for _, value in rising]
    bars = {"type": "bar", "orientation": "h", "y": names, "x": values, "marker": {"color": COLOURS[0]}}
    bars |= {"text": [f"{value:,.2f} s" for value in values], "textposition": "auto", "hoverinfo": "skip"}
    height = 90 + 30 * len(names)
    return _figure([bars], "CPU seconds", "", yaxis={"automargin": True}, height=height, showlegend=False)


def against_cost(names: Sequence[str], seconds: Sequence[float], gaps: Sequence[Difference]) -> Figure:
    """Return how much more each loses than the first, with its interval, against its CPU seconds (log axis).

    gaps    in percent of the first one's loss; the first one's own is 0
    """
    data = []
    for at, name in enumerate(names):
        gap = gaps[at]
        known = bool(np.isfinite(gap).all())
        bars = {"type": "data", "symmetric": False, "thickness": 1.5, "width": 5, "visible": known}
        bars |= {"array": [gap.high - gap.mean if known else 0.0], "arrayminus": [gap.mean - gap.low if known else 0.0]}
        marks = {"mode": "markers", "marker": {"size": 11, "color": COLOURS[at % len(COLOURS)]}, "error_y": bars}
        hover = {"hovertemplate": "%{x:.3g} s<br>%{y:+.3f} %"}
        data.append(_line(name, at, np.array([seconds[at]]), np.array([gap.mean]), **marks | hover))
    return _figure(
        data, "CPU seconds", f"loss above {names[0]} (%)", xaxis={"type": "log", "dtick": 1}, hovermode="closest"
    )


def ages(names: Sequence[str], hours: Mapping[str, Sequence[float]]) -> Figure:
    """Return ages in hours as bars on a log axis, one group a policy, one bar a named measure."""
    data = []
    for at, (measure, values) in enumerate(hours.items()):
        text = [f"{value:,.1f} h" if np.isfinite(value) else "" for value in values]
        bar = {"type": "bar", "orientation": "h", "name": measure, "y": list(names), "x": _list(np.array(values))}
        data.append(bar | {"marker": {"color": COLOURS[2 * at]}, "text": text, "textposition": "auto"})
    yaxis = {"automargin": True, "autorange": "reversed"}
    return _figure(data, "hours", "", xaxis={"type": "log", "dtick": 1}, yaxis=yaxis, hovermode="closest")


def forgotten(names: Sequence[str], gaps: Sequence[Difference], unit: str) -> Figure:
    """Return differences as bars with their intervals."""
    mean, low, high = (np.array(values) for values in zip(*gaps, strict=True))
    spread = {"type": "data", "symmetric": False, "color": "#9aa1ad", "array": _list(high - mean)}
    spread |= {"arrayminus": _list(mean - low)}
    bars = {
        "type": "bar",
        "x": list(names),
        "y": _list(mean),
        "marker": {"color": [COLOURS[at % len(COLOURS)] for at in range(len(names))]},
    }
    return _figure([bars | {"error_y": spread}], "", unit, showlegend=False, hovermode="closest")


def grouped(names: Sequence[str], values: Mapping[str, Sequence[float]], y: str) -> Figure:
    """Return bars in groups: one group a name, one bar each of the series."""
    data = []
    for at, (series, each) in enumerate(values.items()):
        bar = {"type": "bar", "name": series, "x": list(names), "y": _list(np.array(each, np.float64))}
        data.append(bar | {"marker": {"color": COLOURS[at % len(COLOURS)]}})
    return _figure(data, "", y, xaxis={"automargin": True}, hovermode="closest")


def sureness(said: NDArray[np.float64], right: NDArray[np.float64], questions: NDArray[np.int64]) -> Figure:
    """Return how often something was right against how sure it was said to be, tenth by tenth."""
    held = questions > 0
    marks = {"mode": "lines+markers", "marker": {"size": 7}, "customdata": _list(questions[held])}
    hover = {"hovertemplate": "said %{x:.3f}<br>right %{y:.3f}<br>%{customdata:,} questions"}
    ideal = {"line": {"color": "#9aa1ad", "width": 1, "dash": "dash"}, "hoverinfo": "skip"}
    edge = np.array([0.0, 1.0])
    data = [
        _line("first candidate", 0, said[held], right[held], **marks | hover),
        _line("ideal", 0, edge, edge, **ideal),
    ]
    return _figure(data, "share the ranker gave its first candidate", "how often it was right", hovermode="closest")


def marked(
    lines: Mapping[str, Drawn], marks: Sequence[tuple[str, str]], y: str, bounds: Mapping[str, Drawn] = _NO_BOUNDS
) -> Figure:
    """Return lines over log time, with upright marks; the first line is drawn the thickest.

    lines    by name: times as text, values; NaN interrupts a line
    marks    time as text, what happened
    bounds   by name of a line: times, values of what it has to reach, dashed
    """
    data = []
    for at, (name, (times, values)) in enumerate(lines.items()):
        data.append(_line(name, at, np.array(times, np.str_), np.array(values, np.float64), line=_strong(at)))
        if name in bounds:
            low = tuple(np.array(each) for each in bounds[name])
            data.append(_line(f"needed by {name}", at, *low, line=_strong(at) | {"dash": "dash", "width": 1}))
    upright = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"dash": "dot", "width": 1}}
    shapes = [upright | {"x0": time, "x1": time} for time, _ in marks]
    note = {"yref": "paper", "showarrow": False, "xanchor": "left", "xshift": 3, "font": {"size": 11}}
    notes = [note | {"x": time, "y": 1 - 0.07 * at, "text": text} for at, (time, text) in enumerate(marks)]
    return _figure(data, "log time (UTC)", y, shapes=shapes, annotations=notes, height=380)


def _strong(at: int) -> Figure:
    return {"color": COLOURS[at % len(COLOURS)], "width": 3.5 if at == 0 else 1.5}
