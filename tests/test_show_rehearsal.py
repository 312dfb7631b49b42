"""A rehearsal on a terminal."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from evercart.show_rehearsal import rehearsal
from evercart.testing.rehearsed import rehearsed


def test_it_tells_what_happened_and_where_the_page_is() -> None:
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(rehearsal(rehearsed("sabotage"), Path("there.html")))
    text = console.export_text()
    for said in ("spend: nobody comes", "Taken back by itself", "somebody makes other live by force", "there.html"):
        assert said in text
