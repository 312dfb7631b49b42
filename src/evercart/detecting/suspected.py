"""Suspected: what a reviewer is told of a payment beside its chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.detecting.alike import Similar, similar, usual_of
from evercart.detecting.coded import Coded, Coding
from evercart.detecting.past import Party, past_of
from evercart.features.columns import Column
from evercart.labels.precedents import Cases
from evercart.log import Log

_OF_PAYER: Final = ("habit", "user_frauds", "user_rush")


class Suspect(NamedTuple):
    """A payment that was decided about.

    row        of the decision, as the log has it; `currency` beside where that is known
    columns    of the app
    x          (columns,) what they said
    each       returns what each column adds to an answer, (rows, columns), from rows of X
    unit       of that
    cases      precedents; None where none are kept
    """

    row: Mapping[str, Any]
    columns: Sequence[Column]
    x: NDArray[np.float32]
    each: Callable[[NDArray[np.float32]], NDArray[np.float64]]
    unit: str
    cases: Cases | None

    def reasons(self) -> tuple[Coded, ...]:
        """Return its reasons, those first that count most, beyond those of a usual payment where these are known."""
        usual = usual_of(self.cases, self.each, self.row["event_us"]) if self.cases else None
        own = self.each(self.x[None])[0]
        added = own if usual is None else own - usual
        names = [column.name for column in self.columns]
        values, by = (dict(zip(names, each.tolist(), strict=True)) for each in (self.x, added))
        return Coding(values, by, self.row).reasons()


class Suspected(NamedTuple):
    """Reasons, parties, a similar case.

    unit        of what reasons add, parties carry: `log odds`, or that of the answer
    reasons     those first that count most
    parties     those first that carry most of the risk
    similar     None where nothing is known of any earlier payment
    cut         whether the log has older rows than those that `parties` were counted over
    """

    unit: str
    reasons: tuple[Coded, ...]
    parties: tuple[Party, ...]
    similar: Similar | None
    cut: bool

    def carries(self, party: Party) -> float:
        """Return what all that is known of a party adds."""
        own = _OF_PAYER if party.column == "user" else (f"{party.column}_frauds", f"{party.column}_rush")
        return sum(one.weight for one in self.reasons if one.code in own)

    def summary(self) -> dict[str, Any]:
        """Return what `evercart explain --json` prints of it."""
        from evercart.serve.pages.language import DEFAULT, languages  # pages bring a server, which few need

        words = languages()[DEFAULT]
        reasons = [{"code": one.code, "adds": one.weight, "text": one.told(words)} for one in self.reasons]
        parties = [{**one._asdict(), "rate": one.rate, "adds": self.carries(one)} for one in self.parties]
        alike = self.similar._asdict() if self.similar else None
        return {"unit": self.unit, "reasons": reasons, "parties": parties, "similar": alike, "cut": self.cut}


def suspected(log: Log, suspect: Suspect, known_s: float) -> Suspected:
    """Return what is told of a payment.

    known_s    after so long a payment of which nothing is heard counts as good
    """
    past = past_of(log, suspect.row, known_s)
    own = suspect.each(suspect.x[None])[0]
    alike = similar(log, suspect.cases, suspect.each, own, suspect.row) if suspect.cases else None
    found = Suspected(suspect.unit, suspect.reasons(), past.parties, alike, past.cut)
    return found._replace(parties=tuple(sorted(past.parties, key=lambda one: -found.carries(one))))
