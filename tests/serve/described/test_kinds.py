"""Kinds as JSON Schema: they say what the border says."""

from __future__ import annotations

from typing import Any

import jsonschema
import pyarrow as pa
import pytest

from evercart.events.check import FIRST_US, check
from evercart.events.kinds import SENT, Kind, kind
from evercart.serve.described.kinds import any_of, example_of, name_of, schema_of

NOW_US = 2_000_000_000_000_000
ORDER = example_of(kind("order"))


def _schema() -> dict[str, Any]:
    return {**any_of(), "components": {"schemas": {name_of(one): schema_of(one) for one in SENT}}}


def _fits(event: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(_schema()).is_valid(event))


def _enters(event: dict[str, Any]) -> bool:
    return not check(pa.Table.from_pylist([event]), now_us=NOW_US).bad


@pytest.mark.parametrize("one", SENT, ids=lambda one: one.name)
def test_an_example_fits_its_schema_as_it_enters_the_log(one: Kind) -> None:
    assert _fits(example_of(one))
    assert _enters(example_of(one))


@pytest.mark.parametrize("one", SENT, ids=lambda one: one.name)
def test_without_what_it_needs_an_event_neither_fits_nor_enters(one: Kind) -> None:
    for name in ("id", "event_us", *one.needs):
        event = {field: value for field, value in example_of(one).items() if field != name}
        assert not _fits(event), name
        assert not _enters(event), name


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "ordr"},
        {"kind": "decision"},
        {"quantity": -1},
        {"quantity": 1.5},
        {"amount": 10**15 + 1},
        {"cost": -1},
        {"currency": "EURO"},
        {"event_us": FIRST_US - 1},
        {"rating": 3},
        {"item": ""},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_what_the_border_refuses_does_not_fit(wrong: dict[str, Any]) -> None:
    event = {**ORDER, **wrong}
    assert not _fits(event)
    assert not _enters(event)


@pytest.mark.parametrize(
    "right", [{"event_us": FIRST_US}, {"amount": -(10**15)}, {"cost": 0}, {"place": "p"}, {"text": "note"}]
)
def test_what_enters_fits(right: dict[str, Any]) -> None:
    event = {**ORDER, **right}
    assert _fits(event)
    assert _enters(event)
