"""Explained: an answer's parts as a table, the largest first."""

from __future__ import annotations

from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evercart.explaining import Because, Listed, Reasons
from evercart.show import time_text
from evercart.show_suspected import suspicion

MOST: Final = 15  # features that are shown
_WIDE: Final = 12  # letters of a bar, to each side
_NOTHING: Final = 1e-12


def explained(found: Reasons | Listed, most: int = MOST) -> RenderableType:
    """Return the reasons of a decision as people read them."""
    return _listed(found) if isinstance(found, Listed) else _reasons(found, most)


def _reasons(found: Reasons, most: int) -> RenderableType:
    about = ", ".join(f"{name} {value}" for name, value in found.about.items())
    table = Table(title=f"{found.app}: {_number(found.answer)} {found.unit}, {about}", title_justify="left")
    table.add_column("feature")
    for name in ("value", f"contribution, {found.unit}"):
        table.add_column(name, justify="right")
    table.add_column("")
    told = [one for one in found.because if abs(one.by) > _NOTHING]
    largest = max((abs(one.by) for one in told), default=1.0)
    table.add_row("nothing known", "", _number(found.base), "")
    for one in told[:most]:
        table.add_row(Text(one.feature), Text(_value(one)), f"{one.by:+.4g}", Text(bar(one.by / largest)))
    rest = told[most:]
    if rest:
        table.add_row(f"{len(rest)} further ones", "", f"{sum(one.by for one in rest):+.4g}", "")
    table.add_row("sum", "", _number(found.base + sum(one.by for one in found.because)), "", end_section=True)
    when = f"asked {time_text(found.us)}" if found.decision else "asked now, not logged"
    lines = [f"{when}; the sum is off by {found.error:.1g}"]
    if found.instead:
        lines.append(
            f"revision {found.revision[:12]}, which answered, is no longer kept; taken apart is {found.instead[:12]}, "
            f"which says {_number(found.computed)}"
        )
    before = suspicion(found.payment) if found.payment else []
    return Group(*before, table, *(Text(line) for line in lines))


def bar(part: float) -> str:
    """Return a part of the largest contribution as a bar to the right, to the left where it takes away.

    >>> bar(0.5), bar(-0.25)
    ('            |██████', '         ███|')
    """
    full = "█" * max(round(abs(part) * _WIDE), 1)
    return f"{full:>{_WIDE}}|" if part < 0 else f"{'':>{_WIDE}}|{full}"


def _value(one: Because) -> str:
    if one.text or one.slots:
        return one.text or f"slot {one.said.value:.0f} of {one.slots:,}"
    if one.said.times:
        return f"{one.said.value:.3g} times"
    return f"{one.said.value:,.4g} {one.said.unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:.4g}"


def _listed(found: Listed) -> RenderableType:
    table = Table(title=f"{found.app}: {len(found.items)} items", title_justify="left")
    table.add_column("", justify="right")
    table.add_column("item")
    table.add_column("score", justify="right")
    table.add_column("why")
    for place, (item, score, why) in enumerate(found.items, 1):
        table.add_row(str(place), Text(item), f"{score:.2f}", Text("; ".join(why)))
    return Group(table, Text(f"asked {time_text(found.us)}; scores computed again are at most {found.apart:.1g} off"))
