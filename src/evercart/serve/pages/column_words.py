"""Column words: what a column of an app is about, in a person's language."""

from __future__ import annotations

import math
import re
from typing import Final

from evercart.serve.looking.natural import Natural
from evercart.serve.looking.opened import Feature
from evercart.serve.looking.topics import Topic
from evercart.serve.pages import text
from evercart.serve.pages.language import Words

_DECAYED: Final = re.compile(r"(?P<of>\w+?)(?P<per>_per_(?:tie|8h))?_decayed_(?P<days>\d+)d")
_RECENCY: Final = re.compile(r"(?P<kind>[a-z]+)_recency_(?P<back>\d+)")
_LATEST: Final = re.compile(r"(?P<of>\w+?)(?P<per>_per_8h)?_latest")
_HINGE: Final = re.compile(r"hinge_(-?[0-9.e]+)")


def column_words(name: str, words: Words) -> str:
    """Return what a column is about; of one that no rule knows, its own name.

    >>> from evercart.serve.pages.language import languages
    >>> column_words("habits.order_per_tie_decayed_28d.log1p", languages()["en"])
    'order: times, fading by half in 28 days'
    """
    table, _, rest = name.partition(".")
    if not rest:
        return name.replace("_", " ")
    if table == "asked":
        return words.get(f"topic.{rest}", rest.replace("_", " "))
    parts = [_measure(part, words) for part in re.split(r"_(?:minus|times|over)_", rest)]
    signs = re.findall(r"_(minus|times|over)_", rest)
    said = parts[0]
    for sign, part in zip(signs, parts[1:], strict=True):
        said = words(f"column.{sign}", a=said, b=part)
    return said


def _measure(part: str, words: Words) -> str:
    base, *ops = re.split(r"\.(?=[a-z])", part)
    said = _base(base, words)
    if any(op.startswith("pace") for op in ops):
        said = words("column.pace", of=said)
    knot = _knot(ops)
    if knot is not None:
        said = words("column.hinge", of=said, least=text.number(knot))
    return words("column.bucket", of=said) if "bucket" in ops else said


def _knot(ops: list[str]) -> float | None:
    """Return beyond which value a column begins to count, its logarithm undone.

    >>> round(_knot(["pace", "log_0.03", "hinge_0.25"]), 3)
    1.254
    """
    knot = None
    for op in ops:
        if match := _HINGE.fullmatch(op):
            knot = float(match[1])
    if knot is None or "log1p" in ops:
        return knot if knot is None else math.expm1(knot)
    above = next((float(op[4:]) for op in ops if op.startswith("log_")), None)
    return knot if above is None else math.exp(knot) - above


def _base(base: str, words: Words) -> str:
    if match := _DECAYED.fullmatch(base):
        return words("column.decayed", of=_what(match["of"], match["per"] or "", words), days=match["days"])
    if match := _RECENCY.fullmatch(base):
        return words("column.recency" if match["back"] == "1" else "column.recencies", kind=match[1], n=match["back"])
    if match := _LATEST.fullmatch(base):
        return words("column.latest", of=_what(match["of"], match["per"] or "", words))
    return base.replace("_", " ")


def _what(of: str, per: str, words: Words) -> str:
    kind, _, column = of.partition("_")
    counted = column.replace("_", " ") or words("column.days" if per == "_per_8h" else "column.count")
    return f"{kind}: {counted}"


def topic_words(topic: Topic | Feature, words: Words) -> str:
    """Return what columns are about."""
    return words.get(f"topic.{topic.subject}", topic.subject.replace("_", " ")).format(kind=topic.kind)


def said_words(feature: Feature, words: Words) -> str:
    """Return what a column said, with its unit."""
    if feature.slots:
        return _slot(feature, words)
    return with_unit(feature.said, words)


def _slot(feature: Feature, words: Words) -> str:
    slot = int(feature.said.value)
    if feature.subject == "day_of_week":
        return words.get(f"day.{slot}", str(slot))
    if feature.name.endswith(".bucket"):
        return words("column.step", n=slot, of=feature.slots - 1)
    return words("column.slot", n=f"{slot:,}")


def with_unit(said: Natural, words: Words) -> str:
    """Return a value with its unit; a ratio with its sign."""
    if said.times:
        return f"× {text.number(said.value)}"
    value = text.number(round(said.value)) if abs(said.value - round(said.value)) < 1e-6 else text.number(said.value)
    return f"{value} {words.get('measure.' + said.unit.replace(' ', '_'), said.unit)}".strip()
