"""Show what was exported, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from evercart.exporting import Exported


def exported(done: Exported) -> RenderableType:
    """Return what was written; of a smaller form, what it loses beside the plain one."""
    said = {name: value for name, value in done._asdict().items() if name != "forms"}
    said |= {"inputs": ", ".join(done.inputs), "apart": f"{done.apart:.1e}"}
    about = Table(show_header=False)
    for name, value in said.items():
        about.add_row(name, escape(str(value)))
    if not done.forms:
        return about
    table = Table("form", "loss", "accuracy", "bytes", "CPU µs a row", "times the plain form's CPU")
    for one in done.forms:
        right = "" if one.accuracy is None else f"{one.accuracy:.4f}"
        ratio = f"{one.cpu_us / done.forms[0].cpu_us:.2f}"
        table.add_row(one.form, f"{one.loss:.4f}", right, f"{one.size:,}", f"{one.cpu_us:.1f}", ratio)
    return Group(about, table)
