"""Progress as lines where there is no terminal, as bars where there is one."""

from __future__ import annotations

import io

from rich.console import Console

from evercart.course import Progress
from evercart.teller import Teller


def told(terminal: bool) -> str:
    out, now = io.StringIO(), iter(range(0, 1000, 3))
    teller = Teller(Console(file=out, force_terminal=terminal, width=100), lambda: float(next(now)))
    with teller.telling():
        teller.step("compile kernels", None)
        teller.rows("read", 1, 4)
        teller.rows("read", 4, 4)
        losses = {"spend": {"continual": 0.25, "frozen": 0.5}}
        teller.turning(Progress(50, 100, 50, 0.5, losses, losses))
    return out.getvalue()


def test_lines() -> None:
    text = told(terminal=False)
    assert "compile kernels …\n" in text
    assert "read … 25%\n" in text
    assert "read … 100%\n" in text
    assert "turn the ring … 50%\n" in text


def test_a_step_speaks_at_most_every_two_seconds_and_always_at_its_end() -> None:
    out, now = io.StringIO(), iter([0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 5.3])
    teller = Teller(Console(file=out), lambda: next(now))
    for done in (0.1, 0.2, 0.3, 0.4, 1.0):
        teller.step("read", done)
    assert [line.split()[-1] for line in out.getvalue().splitlines()] == ["10%", "40%", "100%"]


def test_bars_with_scores() -> None:
    text = told(terminal=True)
    assert "100 %" in text
    assert "50 of 100 events" in text
    assert "frozen" in text


def test_a_line_says_a_hundred_only_at_the_end() -> None:
    out = io.StringIO()
    teller = Teller(Console(file=out), lambda: 0.0)
    teller.step("turn the ring", 0.9999)
    teller.step("turn the ring", 1.0)
    assert out.getvalue().splitlines() == ["turn the ring … 99%", "turn the ring … 100%"]
