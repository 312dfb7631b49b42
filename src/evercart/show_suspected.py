"""Suspected: what a reviewer is told of a payment, as tables."""

from __future__ import annotations

from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from evercart.detecting.alike import Similar
from evercart.detecting.suspected import Suspected
from evercart.events.currencies import money
from evercart.serve.pages.language import DEFAULT, languages
from evercart.show import time_text

_MOST: Final = 6  # reasons that are shown


def suspicion(found: Suspected) -> list[RenderableType]:
    """Return the reasons of a payment, who carries its risk, what is like it."""
    shown: list[RenderableType] = [_reasons(found)]
    if found.parties:
        shown.append(_parties(found))
    if found.cut:
        shown.append("The log goes back so far that its oldest rows were not counted.")
    return [*shown, Text(_similar(found.similar)), ""]


def _reasons(found: Suspected) -> Table:
    table = Table(title="Reasons, beside a usual payment", title_justify="left")
    table.add_column("code", no_wrap=True)
    table.add_column(f"adds, {found.unit}", justify="right")
    table.add_column("what is known")
    for one in found.reasons[:_MOST]:
        table.add_row(one.code, f"{one.weight:+.2f}", Text(one.told(languages()[DEFAULT])))
    return table


def _parties(found: Suspected) -> Table:
    table = Table(title="Who carries the risk, as known then", title_justify="left")
    table.add_column("party")
    for name in ("payments", "known", "frauds", "rate", "payers", f"adds, {found.unit}"):
        table.add_column(name, justify="right")
    for one in found.parties:
        rate = "" if one.rate is None else f"{one.rate:.1%}"
        counts = (f"{count:,}" for count in (one.payments, one.known, one.frauds))
        table.add_row(Text(f"{one.column} {one.name}"), *counts, rate, f"{one.users:,}", f"{found.carries(one):+.2f}")
    return table


def _similar(one: Similar | None) -> str:
    if one is None:
        return "No earlier payment is known to be like it."
    came = "fraud" if one.fraud else "good, as was found" if one.told else "good: nothing was heard of it"
    amount = "" if one.amount is None else f", {money(one.amount, one.currency)}"
    return f"Most alike by its reasons ({one.alike:.0%}): {one.kind} {one.id} of {time_text(one.us)}{amount}: {came}"
