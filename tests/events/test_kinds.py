"""Declared kinds."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.events.kinds import KINDS, PROPERTIES, TOMBSTONE, Kind, Property, kind, kind_name, number, properties


def test_numbers_never_change() -> None:
    assert {one.name: one.number for one in KINDS} == {
        "view": 1,
        "order": 2,
        "item": 3,
        "user": 4,
        "exposure": 5,
        "redeem": 6,
        "decision": 7,
        "outcome": 8,
        "feedback": 9,
        "erase": 10,
        "heartbeat": 11,
        "verdict": 12,
        "alarm": 13,
        "promotion": 14,
        "enrolment": 15,
        "search": 16,
        "cart": 17,
        "return": 18,
        "review": 19,
        "message": 20,
        "payment": 21,
        "chargeback": 22,
        "resolved": 23,
    }


def test_names_lead_to_kinds_that_lead_back() -> None:
    for one in KINDS:
        assert kind(one.name) is one
        assert kind_name(number(one.name)) == one.name
    assert kind_name(TOMBSTONE) == "(erased)"


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(UserError) as raised:
        kind("oder")
    assert str(raised.value) == (
        "kind: expected one of view order item user exposure redeem decision outcome feedback erase heartbeat "
        "verdict alarm promotion enrolment search cart return review message payment chargeback resolved, got 'oder'"
    )


def test_a_number_must_fit() -> None:
    with pytest.raises(UserError, match=r"^kind x\.number: expected a small integer above 0, got 0$"):
        Kind(0, "x")


def test_a_shared_property_has_one_type() -> None:
    with pytest.raises(UserError, match=r"^kind b\.price: expected the type money, got 'number'$"):
        properties([Kind(1, "a", (), (Property("price", "money"),)), Kind(2, "b", (), (Property("price", "number"),))])


def test_every_property_of_every_kind_is_declared_once() -> None:
    assert set(PROPERTIES) == {prop.name for one in KINDS for prop in one.properties}
