"""Words: what the names mean that go over HTTP, with an example of each."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

NAME: Final[dict[str, Any]] = {"minLength": 1}  # an empty name is none
COUNT: Final[dict[str, Any]] = {"minimum": 1}


class Word(NamedTuple):
    """What a name means; a value that can be sent as it stands; what a request's value has to be, as JSON Schema."""

    about: str
    example: Any = None
    rule: dict[str, Any] | None = None


WORDS: Final = {
    "id": Word("A name of your own for it: what comes again under the same id counts once.", "view-1", rule=NAME),
    "kind": Word("What happened."),
    "event_us": Word(
        "When it happened: microseconds since 1970 in UTC, or ISO 8601 with a zone. From 1990 on, at most a day ahead."
    ),
    "user": Word("Names a shopper.", "u1", rule=NAME),
    "session": Word("Names a visit or a basket.", "s1", rule=NAME),
    "item": Word("Names an article.", "i1", rule=NAME),
    "place": Word("Names a store or a page.", "front", rule=NAME),
    "ref": Word("Names what the event is about: of an outcome the decision, or the message.", "decision-1", rule=NAME),
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
    "campaign": Word("Names a campaign.", "spring", rule=NAME),
    "coupon": Word("Names a coupon.", "spring-10"),
    "value": Word("What came of it, in the unit of the app.", 1.0),
    "label": Word("Of a message: what it turned out to be about; labels never seen before may come.", "refund"),
    "verdict": Word("What a person said of a decision.", "good"),
    "what": Word('What is to be forgotten: "user", "session", "item" or "place".', "user"),
    "card": Word("Names a card, never its number.", "card-1", rule=NAME),
    "device": Word("Names a device.", "device-1", rule=NAME),
    "address": Word("Names an address.", "address-1", rule=NAME),
    "latitude": Word("Degrees, north above 0.", 48.2),
    "longitude": Word("Degrees, east above 0.", 16.4),
    "fraud": Word("Of a payment: 1 where it was fraud, else 0.", 1),
    "rating": Word("Stars.", 5),
    "k": Word("How many items, at most.", 5, rule=COUNT),
    "why": Word("Whether to tell reasons."),
    "app": Word("Names an app of the shop.", rule=NAME),
    "model": Word("Names a model of the app.", "continual", rule=NAME),
    "limit": Word("How many, at most.", rule=COUNT),
    "field": Word("Only what was refused for this field.", rule=NAME),
    "to": Word("A model or a revision; what was live before where it is left out.", rule=NAME),
}


def about(name: str) -> str:
    """Return what a name means, "" where nobody said.

    >>> about("user")
    'Names a shopper.'
    """
    word = WORDS.get(name)
    return word.about if word else ""


def rule(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a value of this name has to be in a request, as far as it is of the rule's type.

    >>> rule("k", {"type": "integer"}), rule("k", {"type": "string"})
    ({'minimum': 1}, {})
    """
    word = WORDS.get(name)
    said = (word.rule if word else None) or {}
    of = {"minLength": "string", "minimum": "integer"}
    return {one: bound for one, bound in said.items() if schema.get("type") == of[one] and one not in schema}
