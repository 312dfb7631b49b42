"""Show rehearsal: what happened in a rehearsal, for a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from evercart.rehearsal.rehearsed import Rehearsed
from evercart.rehearsal.words import headlines, timeline, when


def rehearsal(found: Rehearsed, page: Path) -> Group:
    """Return what is to be known first, then what happened in order."""
    first = Table(title=f"{found.app}: {found.changed}", title_justify="left", show_header=False)
    for one in headlines(found):
        first.add_row(one.title, escape(one.big), escape(one.small))
    lines = Table("log time (UTC)", "what", "why", title="What happened", title_justify="left")
    for line in timeline(found):
        lines.add_row(when(line.us), escape(line.what), escape(line.why))
    return Group(first, lines, f"The page: {page}")
