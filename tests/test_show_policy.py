"""How a learned policy stands, as text."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from evercart.acting.bandit import Bandit
from evercart.acting.learned import Policy
from evercart.evaluate.doubly_robust import Average
from evercart.show_policy import learned

FOUND = Policy(Bandit(()), (), "", 12_345, 600, 2, Average(12.5, 1.0, 31), 8.25)


def printed(found: Policy) -> str:
    console = Console(width=120, record=True, file=StringIO())
    console.print(learned(found))
    return " ".join(console.export_text().split())


def test_one_that_acts() -> None:
    text = printed(FOUND)
    assert "12,345 on 31 days" in text and "│ 600 │" in text and "│ 8.25 │" in text and "12.50" in text
    assert "learned acts: the gate has nothing against it" in text


def test_one_that_may_not() -> None:
    text = printed(FOUND._replace(objection="too little", gain=None, sure=None))
    assert "threshold acts: too little" in text and "interval" not in text
