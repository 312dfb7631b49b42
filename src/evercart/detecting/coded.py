"""Coded: a payment's contributions as reason codes, each with a sentence that a reviewer understands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evercart.apps.fraud import RUSH
from evercart.detecting.reasoned import PARTIES, code_of
from evercart.events.currencies import money
from evercart.features.payments.risk import LONGEST_D
from evercart.features.payments.travel import SINCE_S
from evercart.units import HOUR_S

if TYPE_CHECKING:
    from evercart.serve.pages.language import Words

_ELSEWHERE: Final = 2  # the first slot of `travel.moved_slot` that means another place
_NOTHING: Final = 1e-9
_HISTORY, _HASTE = "_frauds", "_rush"


class Coded(NamedTuple):
    """One reason.

    code        stable: `place_frauds`, `card_rush`, `amount`, `hour`, `habit`, `shared`, `distance`, `travel`,
                `numbers`, or the name of a table that says something else
    weight      that it adds, beyond what it adds for a usual payment; see `Suspected.unit`
    sentence    which of the `reason.` words tell it
    values      what is put into them
    """

    code: str
    weight: float
    sentence: str
    values: Mapping[str, str]

    def told(self, words: Words) -> str:
        """Return the reason as a sentence."""
        values = dict(self.values)
        for name, table in (("party", "key"), ("weekday", "day")):
            if name in values:
                values[name] = words.get(f"{table}.{values[name]}", values[name])
        return words(f"reason.{self.sentence}", **values)


class Coding(NamedTuple):
    """What a payment's reasons are made of.

    x      what each column of the app said, by its name
    added  what each column adds, likewise
    row    of the decision, as the log has it; `currency` beside where that is known
    """

    x: Mapping[str, float]
    added: Mapping[str, float]
    row: Mapping[str, Any]

    def reasons(self) -> tuple[Coded, ...]:
        """Return the reasons, those first that count most; each column is in one of them."""
        weights = dict[str, float]()
        for name, by in self.added.items():
            code = code_of(name)
            weights[code] = weights.get(code, 0.0) + by
        found = [Coded(code, by, *self._sentence(code)) for code, by in weights.items() if abs(by) > _NOTHING]
        return tuple(sorted(found, key=lambda one: (-abs(one.weight), one.code)))

    def _sentence(self, code: str) -> tuple[str, Mapping[str, str]]:
        for ending, told in ((_HISTORY, self._history), (_HASTE, self._rush)):
            party = code.removesuffix(ending)
            if code.endswith(ending) and party in PARTIES:
                return told(party)
        own = {"amount": self._amount, "hour": self._hour, "habit": self._habit, "shared": self._shared}
        own["travel"] = self._travel
        if code in own:
            return own[code]()
        if code == "distance":
            return "distance", {"place": self._name("place")}
        if code == "numbers":
            return self._numbers()
        return "other", {"name": code.replace("_", " ")}

    def _history(self, party: str) -> tuple[str, Mapping[str, str]]:
        def of(what: str) -> float:
            return self.x.get(f"payments.{party}_{what}", 0.0)

        who = {"party": party, "name": self._name(party)}
        if of("any_frauds") > 0:
            last = f"{of('any_last'):.1f}" if of("any_last") < LONGEST_D else f"{LONGEST_D:g}+"
            told = {"frauds": _count(of("any_frauds")), "good": _count(of("any_good")), "last": last}
            return "frauds_known", {**who, **told, "rate": f"{of('rate_21d'):.0%}"}
        heard = math.expm1(of("unheard")) < LONGEST_D - 0.5 or of("any_good") > 0
        return ("frauds_none", {**who, "good": _count(of("any_good"))}) if heard else ("frauds_new", who)

    def _rush(self, party: str) -> tuple[str, Mapping[str, str]]:
        spans = {"hour": "1h", "day": "1d", "month": "30d"}
        counts = {name: self._counted(f"of_{party}.payment_count_{span}.bucket") for name, span in spans.items()}
        return "rush", {"party": party, "name": self._name(party), **counts}

    def _counted(self, column: str) -> str:
        """Return a bucket of counts as people write it.

        >>> Coding({"a": 0.0, "b": 4.0}, {}, {})._counted("b")
        '5–7'
        """
        slot = int(self.x.get(column, 0.0))
        if slot == 0:
            return "0"
        low, high = RUSH[slot - 1], RUSH[slot] - 1 if slot < len(RUSH) else None
        return f"{low}+" if high is None else str(low) if high == low else f"{low}–{high}"

    def _amount(self) -> tuple[str, Mapping[str, str]]:
        amount = money(self.row.get("amount"), self.row.get("currency"))
        known = round(math.expm1(self.x.get("payments.known", 0.0)))
        if known < 1:
            return "amount_alone", {"amount": amount}
        times = _small(math.exp(self.x.get("payments.over_usual", 0.0)))
        return "amount", {"amount": amount, "times": times, "known": _count(known), "name": self._name("user")}

    def _hour(self) -> tuple[str, Mapping[str, str]]:
        day, hour = divmod(int(self.x.get("asked.hour_of_week", 0.0)), 24)
        return "hour", {"weekday": str(day), "hour": f"{hour:02d}:00–{(hour + 1) % 24:02d}:00"}

    def _habit(self) -> tuple[str, Mapping[str, str]]:
        hours = math.expm1(self.x.get("payments.since", 0.0))
        name, odd = self._name("user"), f"{self.x.get('payments.odd_7d', 0.0):.1f}"
        if self.x.get("payments.known", 0.0) <= 0:
            return "habit_new", {"name": name}
        return "habit", {"name": name, "hours": _small(hours), "odd": odd}

    def _shared(self) -> tuple[str, Mapping[str, str]]:
        names = ("payers", "payments", "frauds")
        told = {name: _count(math.expm1(self.x.get(f"circles.{name}", 0.0))) for name in names}
        return "shared", {**told, "fresh": _count(self.x.get("circles.fresh", 0.0))}

    def _travel(self) -> tuple[str, Mapping[str, str]]:
        who, slot = {"name": self._name("user")}, int(self.x.get("travel.moved_slot", 0.0))
        speed = math.expm1(self.x.get("travel.speed", 0.0))
        if speed > 0:
            return "travel_speed", {**who, "speed": _count(speed)}
        if slot < _ELSEWHERE:
            return ("travel_same" if slot else "travel_new"), who
        at_most = SINCE_S[slot - _ELSEWHERE] / HOUR_S if slot - _ELSEWHERE < len(SINCE_S) else None
        return ("travel_moved", {**who, "hours": _small(at_most)}) if at_most else ("travel_long", who)

    def _numbers(self) -> tuple[str, Mapping[str, str]]:
        own = [name for name in self.added if code_of(name) == "numbers"]
        most = max(own, key=lambda name: abs(self.added[name])).removesuffix("_slot")
        return "numbers", {"name": most.partition(".")[2], "far": f"{self.x.get(most, 0.0):+.1f}"}

    def _name(self, column: str) -> str:
        return str(self.row.get(column) or "–")


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _small(value: float) -> str:
    return f"{value:.2g}" if value < 10 else _count(value)
