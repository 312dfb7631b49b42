"""Policy: how a learned policy stands beside the cost threshold, as text."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evercart.acting.learned import Policy


def learned(found: Policy) -> RenderableType:
    """Return who acts, why, with what the log tells."""
    said = found.summary()
    table = Table(title="A learned policy beside the cost threshold", title_justify="left", show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    table.add_row("decisions of which nothing more is waited for", f"{found.decisions:,} on {said['days']} days")
    table.add_row("on which both differ", f"{found.differs:,}")
    table.add_row("of these without a draw", f"{found.unseen:,}")
    if found.gain:
        table.add_row("it would have lost less, minor units a payment", f"{found.gain.mean:,.2f}")
    if said["sure_above"] is not None:
        table.add_row("95 % interval", f"{said['low']:,.2f} to {said['high']:,.2f}")
        table.add_row("for sure above, however often one looks", f"{said['sure_above']:,.2f}")
    acts = f"{found.lives} acts" + (f": {found.objection}" if found.objection else ": the gate has nothing against it")
    return Group(table, Text(acts))
