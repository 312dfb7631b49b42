"""What a reviewer is told, as tables."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, Group

from evercart.detecting.alike import Similar
from evercart.detecting.coded import Coded
from evercart.detecting.past import Party
from evercart.detecting.suspected import Suspected
from evercart.show_suspected import suspicion

FOUND = Suspected(
    "log odds",
    (Coded("place_frauds", 8.3, "frauds_new", {"party": "place", "name": "m[0]"}),),
    (Party("place", "m[0]", 100, 80, 40, 7), Party("card", "c", 0, 0, 0, 0)),
    Similar("p1", "payment", 0, True, True, 0.79, 2945, "EUR"),
    False,
)


def printed(found: Suspected) -> str:
    console = Console(width=120, record=True, file=StringIO())
    console.print(Group(*suspicion(found)))
    return " ".join(console.export_text().split())


def test_reasons_parties_a_similar_case() -> None:
    text = printed(FOUND)
    assert "place_frauds │ +8.30 │ place m[0]: nothing is known yet" in text
    assert "place m[0] │ 100 │ 80 │ 40 │ 50.0% │ 7 │ +8.30" in text and "card c │ 0 │ 0 │ 0 │ │ 0 │ +0.00" in text
    assert "(79%): payment p1 of 1970-01-01 00:00:00 UTC, 29.45 EUR: fraud" in text


def test_what_is_not_known() -> None:
    text = printed(FOUND._replace(similar=None, parties=(), cut=True))
    assert "No earlier payment is known to be like it." in text and "oldest rows were not counted" in text
    assert "Who carries" not in text
    good = FOUND.similar._replace(fraud=False)
    assert "good, as was found" in printed(FOUND._replace(similar=good))
    assert "good: nothing was heard of it" in printed(FOUND._replace(similar=good._replace(told=False)))
