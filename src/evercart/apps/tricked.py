"""Tricked: the fraud app beside a challenger that learns what a fraudster can change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from evercart.app import App
from evercart.features.columns import Column
from evercart.features.graph.haunts import Haunts
from evercart.gate.holds_under_attack import HoldsUnderAttack
from evercart.gate.rules import DEFAULT
from evercart.harden.sparring import Sparring
from evercart.harden.tricks import Trick
from evercart.learners.linear import Linear

ATTACKED: Final = 3.0  # nats that a challenger may lose where a fraud is made again: a chance of about 5 %
WEIGHT: Final = 0.5  # of a fraud's tricks together, itself 1
_HAUNTS: Final = (("haunts.near", "haunts.elsewhere"), ("haunts.near_slot", "haunts.elsewhere_slot"))
LESSONS: Final = tuple(elsewhere for _, elsewhere in _HAUNTS)  # no guess reads these: tricks are taught by them
_AMOUNT: Final = ("payments.over_usual", "payments.over_usual_slot", "payments.deviation", "asked.own_amount.bucket")
_HABIT: Final = ("payments.known", "payments.since", "payments.lately_", "payments.odd_", "hours.")
_RUSH: Final = (("10m", 1.0), ("1h", 2.0), ("1d", 2.0))  # payments of a party that the last of three parts comes after


def haunts_of(parties: Sequence[str]) -> tuple[Haunts, ...]:
    """Return the table that tells a place where the payer might pay from any other; none where there are no places."""
    return (Haunts(),) if {"user", "place"} <= set(parties) else ()


def wary(app: App, linear: Linear, parties: Sequence[str]) -> App:
    """Return the app with a challenger `hardened`, with a gate that asks what attacks do to each.

    app        whose columns are those of `linear`, those of `haunts_of` among them
    linear     what the challenger is made of
    parties    columns of a payment

    The challenger also learns each fraud as it would look made again. How near the place is to where the payer usually
    pays is what another place leaves to be seen. The other racers learn what they would learn without; what tricks
    would have cost them is counted.
    """
    columns = linear.columns
    tricks = tricks_of(columns, parties)
    told = Sparring(linear, columns, tricks, WEIGHT)
    others = tuple((name, Sparring(one, columns, tricks, 0.0)) for name, one in app.challengers)
    return replace(
        app,
        champion=Sparring(app.champion, columns, tricks, 0.0),
        challengers=(*others, ("hardened", told)),
        gate=(*DEFAULT, HoldsUnderAttack(ATTACKED, by=0.1)),
    )


def tricks_of(columns: Sequence[Column], parties: Sequence[str]) -> tuple[Trick, ...]:
    """Return the ways to make a payment again of which something remains to be seen.

    Another party in its place brings along what is known of that one; a part of a payment that is split has an
    ordinary amount, others just before it. Not among them: an ordinary amount alone, or every party changed for those
    of one good payment, since neither leaves a trace.
    """
    names = [column.name for column in columns]
    swaps = [_swap(names, party) for party in parties]
    amount = Trick("amount", tuple(name for name in names if name in _AMOUNT))
    rush = [(f"of_{party}.payment_count_{time}.bucket", least) for party in parties for time, least in _RUSH]
    split = Trick("split", amount.taken, least=tuple(one for one in rush if one[0] in names))
    return (split, *(made for swap in swaps for made in (swap, swap.also(amount), swap.also(split))))


def _swap(names: Sequence[str], party: str) -> Trick:
    """Return the trick of naming another party."""
    begins = (f"payments.{party}_", f"of_{party}.", *(_HABIT if party == "user" else ()))
    begins += ("travel.",) if party in ("user", "place") else ()
    far = party in ("user", "place") and _HAUNTS[0][0] in names
    return Trick(f"other {party}", tuple(name for name in names if name.startswith(begins)), _HAUNTS if far else ())
