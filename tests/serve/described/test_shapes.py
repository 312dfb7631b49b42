"""Shapes: types as JSON Schema."""

from __future__ import annotations

from msgspec import Struct

from evercart.serve.described.shapes import Shapes, plain
from evercart.serve.wire import Listed, Moved, Promote, Rollback, Shown


class Sample(Struct):
    """A question."""

    user: str
    count: int | None
    tags: list[str]
    k: int = 20


def test_a_type_is_told_once_with_all_it_is_made_of() -> None:
    shapes = Shapes([], [Listed, list[Shown], Listed], {"Event": {"type": "object"}})
    assert list(shapes.by_name) == ["Event", "Listed", "Shown", "Reason"]
    assert shapes.of(list[Shown]) == {"type": "array", "items": {"$ref": "#/components/schemas/Shown"}}
    assert shapes.meant(shapes.of(Listed))["title"] == "Listed"


def test_fields_are_described_in_the_words_of_the_project() -> None:
    shapes = Shapes([Sample], [], {})
    assert shapes.fields(Sample)["user"] == {"description": "Names a shopper.", "type": "string", "minLength": 1}
    assert shapes.needed(Sample) == ["user", "count", "tags"]


def test_rules_are_for_requests_alone() -> None:
    assert Shapes([], [Sample], {}).fields(Sample)["user"] == {"description": "Names a shopper.", "type": "string"}
    assert Shapes([Sample], [], {}).fields(Sample)["k"]["minimum"] == 1
    some = Shapes([Rollback], [], {}).fields(Rollback)["to"]
    assert some["anyOf"] == [{"type": "string", "minLength": 1}, {"type": "null"}]


def test_an_example_holds_what_is_needed() -> None:
    shapes = Shapes([Sample, Promote], [list[Moved]], {})
    assert shapes.example(shapes.of(Sample)) == {"user": "u1", "count": 1, "tags": ["a"]}
    assert shapes.example(shapes.of(Promote)) == {"model": "continual"}
    assert shapes.example(shapes.of(list[Moved]))[0]["us"] == 1


def test_a_parameter_is_never_null() -> None:
    either = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}], "default": None}
    assert plain(either) == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert plain({"type": "integer", "default": 20}) == {"type": "integer", "default": 20}
