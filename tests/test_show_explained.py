"""Reasons as a table: a bar for each, the rest summed up."""

from __future__ import annotations

from io import StringIO
from math import nan

from rich.console import Console

from evercart.explaining import Because, Listed, Reasons
from evercart.serve.looking.natural import Natural
from evercart.show_explained import bar, explained


def because(feature: str, by: float, said: Natural, slots: int = 0, text: str = "") -> Because:
    return Because(feature, said, slots, text, by, nan)


PARTS = (
    because("money", 4.0, Natural(12.5, "EUR")),
    because("asked.user", -2.0, Natural(77.0, ""), 1024, "u17"),
    because("asked.day", 1.0, Natural(3.0, ""), 8),
    because("pace", 0.5, Natural(2.0, "", True)),
    because("idle", 0.0, Natural(0.0, "")),
)
FOUND = Reasons("d1", "spend", "EUR", 0, {"user": "u17"}, "m", "r" * 64, "", 9, 13.5, 13.5, 10.0, PARTS, 2e-15)


def printed(found: Reasons | Listed, most: int = 15) -> str:
    console = Console(width=110, record=True, file=StringIO())
    console.print(explained(found, most))
    return console.export_text()


def test_each_part_has_its_bar() -> None:
    text = printed(FOUND)
    assert "spend: 13.5 EUR, user u17" in text and "asked 1970-01-01 00:00:00 UTC; the sum is off by 2e-15" in text
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if "│" in line]
    rows = {name: cells for name, *cells in lines}
    assert rows["nothing known"][:2] == ["", "10"] and rows["sum"][1] == "13.5"
    assert rows["money"] == ["12.5 EUR", "+4", "|" + 12 * "█"]
    assert rows["asked.user"] == ["u17", "-2", 6 * "█" + "|"]
    assert (rows["asked.day"][0], rows["pace"][0]) == ("slot 3 of 8", "2 times") and "idle" not in rows


def test_the_rest_is_summed_up() -> None:
    assert "2 further ones" in printed(FOUND, most=2) and "+1.5" in printed(FOUND, most=2)


def test_what_stands_in_is_told() -> None:
    text = " ".join(printed(FOUND._replace(instead="a" * 64, computed=13.0, decision="")).split())
    assert "revision rrrrrrrrrrrr, which answered, is no longer kept;" in text
    assert "taken apart is aaaaaaaaaaaa, which says 13" in text
    assert "asked now, not logged" in text


def test_a_list() -> None:
    text = printed(Listed("d2", "recommend", 0, (("i7", 1.25, ("new", "popular")), ("i8", 1.0, ())), 1e-9))
    assert "i7" in text and "new; popular" in text and "at most 1e-09 off" in text


def test_the_smallest_bar_is_seen() -> None:
    assert bar(1e-9).count("█") == 1 and bar(-1.0) == 12 * "█" + "|"
