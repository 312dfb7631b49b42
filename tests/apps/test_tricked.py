"""Each party can be changed for another, with what is known of that one."""

from __future__ import annotations

from evercart.apps import app as named
from evercart.apps.fraud import fraud
from evercart.apps.tricked import tricks_of
from evercart.gate.holds_under_attack import HoldsUnderAttack
from evercart.harden.sparring import Sparring


def test_the_app_has_one_more_racer_one_more_rule() -> None:
    plain, app = fraud(), named("fraud", {"hardened": True})
    assert [name for name, _ in app.challengers] == [*(name for name, _ in plain.challengers), "hardened"]
    assert app.gate[:-1] == plain.gate
    assert isinstance(app.gate[-1], HoldsUnderAttack)
    assert app.columns[: len(plain.columns)] == plain.columns
    assert isinstance(app.champion, Sparring)
    assert app.champion.learner == plain.champion


def test_a_place_in_its_stead_brings_its_own_columns() -> None:
    tricks = {one.name: one for one in tricks_of(fraud(hardened=True).columns, ("user", "place"))}
    place = tricks["other place"]
    assert "payments.place_plain_frauds" in place.taken
    assert not any(name.startswith(("payments.user", "of_user", "asked")) for name in place.taken)
    assert ("haunts.near_slot", "haunts.elsewhere_slot") in place.moved
    assert dict(tricks["other place, split"].least)["of_user.payment_count_10m.bucket"] == 1.0
    assert "payments.over_usual_slot" in tricks["other user, amount"].taken


def test_without_places_there_are_no_haunts() -> None:
    app = fraud("card device", hardened=True)
    assert not any(column.name.startswith("haunts") for column in app.columns)
    assert {"other card", "other device", "split"} <= {one.name for one in tricks_of(app.columns, ("card", "device"))}
