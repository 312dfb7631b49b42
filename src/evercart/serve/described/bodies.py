"""Bodies: what may be sent to the addresses that read more than JSON of one type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from evercart.events.kinds import SENT, Kind, kind
from evercart.serve.body import JSON
from evercart.serve.described.kinds import any_of, example_of, name_of, schema_of
from evercart.serve.described.shapes import PLACE

Schema = dict[str, Any]
NDJSON: Final = "application/x-ndjson"
ARROW: Final = "application/vnd.apache.arrow.stream"
EVENTS, OUTCOMES = "/v1/events", "/v1/outcomes"
_OUTCOME: Final = kind("outcome")
SENDS: Final[dict[str, tuple[Kind, ...]]] = {EVENTS: SENT, OUTCOMES: (_OUTCOME,)}
SHOWN: Final = ("view", "cart", "order", "outcome")  # an example of each


def schemas(paths: Iterable[str]) -> dict[str, Schema]:
    """Return the schemas of what may be sent to these addresses as events, by name.

    >>> list(schemas(["/v1/outcomes", "/healthz"]))
    ['Outcome']
    """
    sends = {path: SENDS[path] for path in paths if path in SENDS}
    found: dict[str, Schema] = {}
    if EVENTS in sends:
        found = {name_of(one): schema_of(one) for one in SENT} | {"Event": any_of()}
    if OUTCOMES in sends:
        found["Outcome"] = schema_of(_OUTCOME, implied=True)
    return found


def content(path: str) -> Schema | None:
    """Return the body of an address that takes events, by content type; None for any other.

    >>> sorted(content("/v1/events"))
    ['application/json', 'application/vnd.apache.arrow.stream', 'application/x-ndjson']
    """
    if path not in SENDS:
        return None
    kinds = SENDS[path]
    one: Schema = {"$ref": PLACE + ("Event" if path == EVENTS else "Outcome")}
    several: Schema = {"type": "array", "items": one, "minItems": 1}
    wrapped: Schema = {
        "type": "object",
        "properties": {"events": several},
        "required": ["events"],
        "additionalProperties": False,
    }
    examples = {each.name: {"value": [example_of(each)]} for each in kinds if each.name in SHOWN}
    lines = "One event a line, each a JSON object."
    arrow = "An Arrow IPC stream; its columns are the fields of an event, `kind` by name or by number."
    return {
        JSON: {"schema": {"anyOf": [several, wrapped, one]}, "examples": examples},
        NDJSON: {"schema": {"type": "string", "description": lines}},
        ARROW: {"schema": {"type": "string", "format": "binary", "description": arrow}},
    }
