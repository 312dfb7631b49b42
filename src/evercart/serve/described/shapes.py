"""Shapes: types of requests, of answers, as JSON Schema with examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from evercart.serve.described.words import WORDS, about, rule

Schema = dict[str, Any]
PLACE: Final = "#/components/schemas/"


class Shapes:
    """The schemas of a document's types, by name, each told once.

    sent, given    types of requests, of answers
    more           further schemas
    """

    def __init__(self, sent: Iterable[Any], given: Iterable[Any], more: dict[str, Schema]) -> None:
        asked = dict.fromkeys(sent)
        known = [*asked, *(one for one in dict.fromkeys(given) if one not in asked)]
        refs, found = msgspec.json.schema_components(known, ref_template=PLACE + "{name}")
        ruled = {ref["$ref"].removeprefix(PLACE) for ref in refs[: len(asked)] if "$ref" in ref}
        told = {name: _told(_ruled(schema) if name in ruled else schema) for name, schema in found.items()}
        self.by_name: dict[str, Schema] = {**more, **told}
        self._refs: dict[Any, Schema] = dict(zip(known, refs, strict=True))

    def of(self, type_: Any) -> Schema:
        """Return the schema of a type, as a reference where it has a name."""
        return self._refs[type_]

    def meant(self, schema: Schema) -> Schema:
        """Return what a reference names; any other schema as it is."""
        ref = schema.get("$ref")
        return self.meant(self.by_name[ref.removeprefix(PLACE)]) if ref else schema

    def fields(self, type_: Any) -> dict[str, Schema]:
        """Return the fields of an object type, by name."""
        found: dict[str, Schema] = self.meant(self.of(type_)).get("properties", {})
        return found

    def needed(self, type_: Any) -> list[str]:
        """Return the fields of an object type that have to be there."""
        found: list[str] = self.meant(self.of(type_)).get("required", [])
        return found

    def example(self, schema: Schema, name: str = "") -> Any:
        """Return a value that fits, of an object with what has to be there alone."""
        schema = self.meant(schema)
        for word in ("const", "examples", "enum", "default"):
            if word in schema:
                return schema[word] if word in ("const", "default") else schema[word][0]
        if name in WORDS and WORDS[name].example is not None:
            return WORDS[name].example
        for either in ("anyOf", "oneOf"):
            if either in schema:
                return self.example(schema[either][0], name)
        if schema.get("type") == "object":
            fields = schema.get("properties", {})
            return {one: self.example(fields[one], one) for one in schema.get("required", ())}
        if schema.get("type") == "array":
            return [self.example(schema.get("items", {}))]
        return {"integer": 1, "number": 1.0, "boolean": True}.get(schema.get("type", ""), "a")


def plain(schema: Schema) -> Schema:
    """Return the schema of a parameter: in an address nothing is null.

    >>> plain({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None})
    {'type': 'string'}
    """
    kept = {word: value for word, value in schema.items() if word != "anyOf"}
    if kept.get("default", 0) is None:
        del kept["default"]
    kinds = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(kinds) == 1:
        return {**kinds[0], **kept}
    return {**kept, "anyOf": kinds} if kinds else kept


def _ruled(schema: Schema) -> Schema:
    """Return the schema of a request with the rules that its fields' names bring."""

    def with_rule(name: str, one: Schema) -> Schema:
        if "anyOf" in one:
            return {**one, "anyOf": [{**each, **rule(name, each)} for each in one["anyOf"]]}
        return {**one, **rule(name, one)}

    return {**schema, "properties": {name: with_rule(name, one) for name, one in schema["properties"].items()}}


def _told(schema: Schema) -> Schema:
    """Return a schema with its fields described."""
    if "properties" not in schema:
        return schema
    fields = {
        name: one if "description" in one or "$ref" in one or not about(name) else {"description": about(name), **one}
        for name, one in schema["properties"].items()
    }
    return {**schema, "properties": fields}
