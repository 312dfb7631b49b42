"""Drawn: the report's figures in the words of a page's language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from evercart.app import App
from evercart.evaluate import figures
from evercart.evaluate.figures import Figure
from evercart.evaluate.pagedata import AppData
from evercart.serve.pages.language import Words
from evercart.serve.pages.measures import named

_SYMBOLS: Final = {"alarm": "x", "promotion": "triangle-up", "rollback": "triangle-down"}
_COLOURS: Final = {"alarm": "#d1495b", "promotion": "#1fa37a", "rollback": "#b455b0"}


class Mark(NamedTuple):
    """Something that happened: "alarm", "promotion" or "rollback", at a time as text."""

    kind: str
    time: str
    text: str


def over_time(app: App, data: AppData, marks: Sequence[Mark], words: Words) -> Figure:
    """Return each racer's score over the last seven days, with what happened; of an app that ranks, NDCG@k."""
    made = figures.over_time(data)
    made["data"][0]["zorder"] = 2  # above those that are still the same
    if app.candidates:
        for line in made["data"]:
            line["y"] = [None if value is None else 1.0 - value for value in line["y"]]
        axis = made["layout"]["yaxis"]
        if "range" in axis:
            axis["range"] = [1.0 - value for value in reversed(axis["range"])]
    made["data"] += _marked(marks, _top(made), words)
    return titled(made, words("figure.day"), words("figure.week", measure=named(app, words)))


def saved(app: App, data: AppData, words: Words) -> Figure:
    """Return the loss that the live model has saved against each other racer."""
    made = figures.saved(data)
    for line in made["data"]:
        line["name"] = line["name"].replace("against ", "", 1)
    loss = words("figure.loss", measure=named(app, words)) if app.candidates else named(app, words)
    return titled(made, words("figure.day"), words("figure.saved", measure=loss))


def calibrated(data: AppData, words: Words) -> Figure:
    """Return mean label against mean guess."""
    made = figures.calibrated(data)
    for line in made["data"]:
        line["name"] = words("figure.ideal") if line["name"] == "ideal" else line["name"]
        if "hovertemplate" in line:
            line["hovertemplate"] = words("figure.hover").replace("[", "%{").replace("]", "}")
    unit = words("figure.chance") if data.report.binary else data.unit
    return titled(made, words("figure.guess", unit=unit), words("figure.label", unit=unit))


def titled(figure: Figure, x: str, y: str) -> Figure:
    """Return a figure whose axes are called otherwise."""
    for axis, text in (("xaxis", x), ("yaxis", y)):
        figure["layout"][axis] = {**figure["layout"].get(axis, {}), "title": {"text": text}}
    return figure


def _marked(marks: Iterable[Mark], y: float, words: Words) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind, symbol in _SYMBOLS.items():
        those = [mark for mark in marks if mark.kind == kind]
        if those:
            look = {"symbol": symbol, "size": 10, "color": _COLOURS[kind]}
            places = {
                "x": [mark.time for mark in those],
                "y": [y] * len(those),
                "text": [_plain(m.text) for m in those],
            }
            found.append(
                {"type": "scatter", "mode": "markers", "name": words(f"figure.{kind}"), "marker": look, **places}
                | {"hovertemplate": "%{text}"}
            )
    return found


def _plain(text: str) -> str:
    """Return a text that plotly cannot take for its markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _top(figure: Figure) -> float:
    """Return where marks stand: at the upper edge of what is shown."""
    if "range" in figure["layout"]["yaxis"]:
        low, high = figure["layout"]["yaxis"]["range"]
        return float(high - 0.04 * (high - low))
    values = [v for line in figure["data"] for v in line["y"] if v is not None and math.isfinite(v)]
    return max(values, default=0.0)
