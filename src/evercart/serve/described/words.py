"""Words: what the names mean that go over HTTP, with an example of each."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Word(NamedTuple):
    """What a name means; a value that can be sent as it stands."""

    about: str
    example: Any = None


WORDS: Final = {
    "id": Word("Names the event. Sent again under the same id it counts once.", "view-1"),
    "kind": Word("What happened."),
    "event_us": Word(
        "When it happened: microseconds since 1970 in UTC, or ISO 8601 with a zone. From 1990 on, at most a day ahead."
    ),
    "user": Word("Names a shopper.", "u1"),
    "session": Word("Names a visit or a basket.", "s1"),
    "item": Word("Names an article.", "i1"),
    "place": Word("Names a store or a page.", "front"),
    "ref": Word("Names what the event is about: of an outcome the decision.", "decision-1"),
    "quantity": Word("Thousandths of a piece.", 1000),
    "amount": Word("What was paid, in minor units of the currency.", 1999),
    "currency": Word("Code of ISO 4217.", "EUR"),
    "text": Word("What was searched for, or written.", "green tea"),
    "properties": Word("Whatever else is known: a JSON object, or one in a string.", {"colour": "green"}),
    "discount": Word("Taken off the price, in minor units.", 200),
    "cost": Word("What the shop paid, in minor units.", 900),
    "category": Word("Of the article.", "tea"),
    "brand": Word("Of the article.", "leaf"),
    "department": Word("Of the article.", "drinks"),
    "price": Word("Of one piece, in minor units.", 1999),
    "segment": Word("Of the shopper.", "regular"),
    "campaign": Word("Names a campaign.", "spring"),
    "coupon": Word("Names a coupon.", "spring-10"),
    "value": Word("What came of it, in the unit of the app.", 1.0),
    "verdict": Word("What a person said of a decision.", "good"),
    "what": Word('What is to be forgotten: "user", "session", "item" or "place".', "user"),
    "rating": Word("Stars.", 5),
    "k": Word("How many items, at most.", 5),
    "why": Word("Whether to tell reasons."),
    "app": Word("Names an app of the shop."),
    "model": Word("Names a model of the app.", "continual"),
    "limit": Word("How many, at most."),
    "field": Word("Only what was refused for this field."),
    "to": Word("A model or a revision; what was live before where it is left out."),
}


def about(name: str) -> str:
    """Return what a name means, "" where nobody said.

    >>> about("user")
    'Names a shopper.'
    """
    word = WORDS.get(name)
    return word.about if word else ""
