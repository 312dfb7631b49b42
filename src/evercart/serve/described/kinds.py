"""Kinds: what each kind of event looks like, as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from evercart.events.check import FIRST_US, MOST
from evercart.events.currencies import CURRENCIES
from evercart.events.kinds import KEYS, SENT, Kind, Property
from evercart.serve.described.words import WORDS, about

Schema = dict[str, Any]
EXAMPLE_US: Final = "2026-03-02T09:30:00Z"
# a field holds a million bytes at most, which JSON Schema, counting characters, cannot say
_BASE: Final[Schema] = {"type": "string", "minLength": 1}
_TIME: Final[Schema] = {
    "anyOf": [{"type": "integer", "minimum": FIRST_US}, {"type": "string", "format": "date-time"}],
    "examples": [EXAMPLE_US],
}


def name_of(kind: Kind) -> str:
    """Return what the schema of a kind is called.

    >>> from evercart.events.kinds import kind
    >>> name_of(kind("order"))
    'OrderEvent'
    """
    return f"{kind.name.capitalize()}Event"


def schema_of(kind: Kind, *, implied: bool = False) -> Schema:
    """Return what an event of a kind may say, what it must say.

    implied    whether it may leave its kind out

    >>> from evercart.events.kinds import kind
    >>> schema_of(kind("outcome"))["required"]
    ['kind', 'id', 'event_us', 'ref']
    """
    typed = {prop.name: _typed(prop) for prop in kind.properties}
    columns: dict[str, Schema] = {
        "kind": {"const": kind.name},
        "id": _BASE,
        "event_us": _TIME,
        **dict.fromkeys(KEYS, _BASE),
        "quantity": _integer(0),
        "amount": _integer(),
        "currency": {"type": "string", "enum": list(CURRENCIES)},
        "text": {"type": "string"},
        **typed,
        "properties": {"anyOf": [{"type": "object"}, {"type": "string", "contentMediaType": "application/json"}]},
    }
    return {
        "type": "object",
        "properties": {name: _told(name, schema) for name, schema in columns.items()},
        "required": [*([] if implied else ["kind"]), "id", "event_us", *kind.needs],
        "additionalProperties": False,
    }


def any_of(kinds: Iterable[Kind] = SENT) -> Schema:
    """Return the schema of one event of any of the kinds, told apart by `kind`."""
    refs = {kind.name: f"#/components/schemas/{name_of(kind)}" for kind in kinds}
    return {
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "kind", "mapping": refs},
    }


def example_of(kind: Kind) -> Schema:
    """Return an event of a kind that enters.

    >>> from evercart.events.kinds import kind
    >>> example_of(kind("cart"))
    {'kind': 'cart', 'id': 'cart-1', 'event_us': '2026-03-02T09:30:00Z', 'user': 'u1', 'session': 's1', 'item': 'i1'}
    """
    names = dict.fromkeys(("user", "session", *kind.needs, *(prop.name for prop in kind.properties)))
    begun = {"kind": kind.name, "id": f"{kind.name}-1", "event_us": EXAMPLE_US}
    return {**begun, **{name: WORDS[name].example for name in names}}


def _typed(prop: Property) -> Schema:
    if prop.type in ("category", "key"):
        return _BASE
    if prop.type == "number":
        return {"type": "number", **_bounds(prop.low, prop.high)}
    return _integer(prop.low, prop.high)


def _integer(low: float | None = None, high: float | None = None) -> Schema:
    return {"type": "integer", **_bounds(-MOST if low is None else int(low), MOST if high is None else int(high))}


def _bounds(low: float | None, high: float | None) -> Schema:
    found = {"minimum": low, "maximum": high}
    return {word: bound for word, bound in found.items() if bound is not None}


def _told(name: str, schema: Schema) -> Schema:
    said = {"description": about(name)} if about(name) else {}
    example = WORDS[name].example if name in WORDS else None
    examples = {"examples": [example]} if example is not None and "const" not in schema else {}
    return {**said, **schema, **examples}
