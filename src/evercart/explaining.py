"""Explaining: a decision's answer as a sum over what was known, by the very revision that answered."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.asks.logged import decoded, layout
from evercart.detecting.coded import Coded
from evercart.detecting.suspected import Suspect, Suspected, suspected
from evercart.erasing import erased
from evercart.errors import UserError, expected, require
from evercart.features.columns import Column
from evercart.fold import config_hash, unpack
from evercart.hashing import hash_name
from evercart.labels.precedents import Cases, Remembered
from evercart.lane import Lane
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts
from evercart.loop import Ring
from evercart.serve.looking.answered import answered
from evercart.serve.looking.came import came_of
from evercart.serve.looking.cases import about_payments
from evercart.serve.looking.finding import Row, the_one
from evercart.serve.looking.natural import Natural, natural
from evercart.serve.looking.opened import nearest
from evercart.serve.looking.why import moment
from evercart.serve.looking.why_list import why_list
from evercart.verifying import FEATURES, REVISION, Revisions

if TYPE_CHECKING:
    from evercart.shop import Shop

KEYS: Final = ("user", "session", "item", "place", "card", "device", "address")


class Because(NamedTuple):
    """What one feature adds to an answer.

    said       the feature's value; of a slot its number, of one that is a name of the question that name in `text`
    by         in the unit of the answer
    log_odds   the same before it became a chance; NaN where the answer is no chance, or is mixed of several
    """

    feature: str
    said: Natural
    slots: int
    text: str
    by: float
    log_odds: float


class Reasons(NamedTuple):
    """Why an answer is what it is: base plus all of `because`.

    decision   its id; "" for a question that was asked only now
    about      the names in the question, by column
    revision   that answered
    instead    the kept revision that is taken apart in its place; "" where that was not needed
    answer     as it was given
    computed   by the revision that is taken apart: to the last bit the answer, unless `instead` names another
    base       what would be said of someone of whom nothing is known
    because    every feature, those that add or take most first
    error      by how much base plus all parts differ from `computed`
    payment    of a payment: what a reviewer is told of it; else None
    """

    decision: str
    app: str
    unit: str
    us: int
    about: dict[str, str]
    model: str
    revision: str
    instead: str
    feature_offset: int
    answer: float
    computed: float
    base: float
    because: tuple[Because, ...]
    error: float
    payment: Suspected | None = None

    def summary(self) -> dict[str, Any]:
        """Return what `evercart explain --json` prints."""
        because = [
            {
                "feature": one.feature,
                "value": one.text or one.said.value,
                "unit": one.said.unit,
                "times": one.said.times,
            }
            | {"slots": one.slots, "contribution": one.by, "log_odds": one.log_odds}
            for one in self.because
        ]
        told = {name: value for name, value in self._asdict().items() if name != "payment"}
        return {**told, "because": because} | ({"payment": self.payment.summary()} if self.payment else {})


class Listed(NamedTuple):
    """Why each item of a list was shown.

    items   in their places: the item, its score, in words what its score would have missed most
    apart   the most by which a score computed again differs from the logged one
    """

    decision: str
    app: str
    us: int
    items: tuple[tuple[str, float, tuple[str, ...]], ...]
    apart: float

    def summary(self) -> dict[str, Any]:
        """Return what `evercart explain --json` prints."""
        items = [{"item": item, "score": score, "why": list(why)} for item, score, why in self.items]
        return {**self._asdict(), "items": items}


def explain(shop: Shop, id: str, *, near: bool = False) -> Reasons | Listed:
    """Return the reasons of a decision, of whatever kind."""
    row, lane = _found(shop, id)
    _require_parts(lane, id)
    if lane.app.candidates:
        return _of_list(shop, lane, row)
    told = _told(shop, lane, row, near)
    found = told.reasons(lane)
    if not about_payments(lane.app):
        return found
    came = came_of(shop.log, row, lane.app)
    paid = next((one.row for one in came.rows if one.kind == lane.app.asks.kind), {})
    suspect = _suspect(lane, told, precedents(shop, lane), paid.get("currency"))
    known_s = lane.app.provisional_s or lane.app.window_s
    return found._replace(payment=suspected(shop.log, suspect, known_s))


def reasons(shop: Shop, id: str, *, near: bool = False) -> Reasons:
    """Return the reasons of a decision that is one answer; what cannot be told raises `UserError`.

    near    where the revision that answered is no longer kept, take the kept one of its model that had learned most
            nearly as much

    Features are those that were logged with the decision, weights those of the revision that it names.
    """
    row, lane = _found(shop, id)
    require(lane.app.candidates is None, f"explain {id}", "a decision that is one answer", "a list")
    _require_parts(lane, id)
    return _told(shop, lane, row, near).reasons(lane)


def _require_parts(lane: Lane, id: str) -> None:
    """Raise `UserError` where the answer is a label: a text has no columns that a person could read."""
    require(lane.app.named is None, f"explain {id}", "a decision that is a number or a list", "a label")


def reasons_now(shop: Shop, app: str, subject: str) -> Reasons:
    """Return the reasons of an answer that would be given now; nothing is logged.

    subject    whom it is about: what the app's answers go by, such as a shopper
    """
    chosen = shop.app(app).one_answer("explain")
    _, row = shop.decider.answer(app, {chosen.answers[0].by: subject})
    lane = _lane(shop, app)
    return _told(shop, lane, row | {"id": ""}, near=False).reasons(lane)


def _found(shop: Shop, id: str) -> tuple[Row, Lane]:
    """Return a decision's row with the lane of its app."""
    row = the_one(shop.log, id)
    for what, hashes in erased(shop).items():
        if row.get(what) and hash_name(row[what], shop.log.key) in hashes:
            rule = "a decision about no one whose erasure has begun; run `evercart erase` again"
            raise UserError(expected(f"explain {id}", rule, f"one about a {what} that is being erased"))
    return row, _lane(shop, row["app"], f"explain {id}")


def _lane(shop: Shop, app: str, where: str = "explain") -> Lane:
    ring = Ring(shop.apps, shop.config.tick, frozen_us=0, key=shop.log.key)  # when the control stopped matters not
    lanes = {lane.app.name: lane for lane in ring.lanes()}
    require(app in lanes, where, "an app that the shop has: " + " ".join(lanes), app)
    return lanes[app]


def reasons_of_payments(
    shop: Shop, app: str, decisions: Iterable[tuple[str, str | None]]
) -> dict[str, tuple[Coded, ...]]:
    """Return the reasons of decisions about payments, by id, of each those first that count most.

    decisions    with the currency of each payment, where that is known

    Where the revision that answered is gone the nearest takes its place; of what can no longer be told there are none.
    """
    lane, found = _lane(shop, app), dict[str, tuple[Coded, ...]]()
    cases = precedents(shop, lane)
    for id, currency in decisions:
        with suppress(UserError):
            told = _told(shop, lane, _found(shop, id)[0], near=True)
            found[id] = _suspect(lane, told, cases, currency).reasons()
    return found


class _Told(NamedTuple):
    """A decision taken apart."""

    ring: Ring
    row: Row
    x: NDArray[np.float32]  # (1, columns)
    learner: Any
    state: Any
    instead: str
    computed: float
    said: Parts

    def reasons(self, lane: Lane) -> Reasons:
        """Return what each feature adds."""
        row, plain = self.row, self.said.plain()
        return Reasons(
            row["id"],
            lane.app.name,
            lane.app.unit,
            row["event_us"],
            {name: row[name] for name in KEYS if row.get(name)},
            row["model"],
            row["revision"],
            self.instead,
            row["feature_offset"],
            row["guess"],
            self.computed,
            float(plain.base[0]),
            _because(lane.app.columns, self.x[0].tolist(), row, self.said, plain),
            abs(float(plain.guess[0]) - self.computed),
        )


def _told(shop: Shop, lane: Lane, row: Row, near: bool) -> _Told:
    where, answer = f"explain {row['id'] or lane.app.name}", row["guess"]
    require(answer is not None and math.isfinite(answer), where, "an answer that is a number", answer)
    held, x = decoded(pa.chunked_array([[row["x"]]], pa.binary()), layout(lane.app.columns), len(lane.app.columns))
    require(bool(held.any()), where, "features that are still kept, with the same meaning", FEATURES)
    model, instead = _model(shop, lane, row, where, near)
    ring = Ring(shop.apps, shop.config.tick, frozen_us=0, key=shop.log.key).of_one_answer
    asked = moment(ring, lane, row, x)
    return _Told(ring, row, x, *model, instead, float(peek(*model, asked)[0]), parts(*model, asked))


def _suspect(lane: Lane, told: _Told, cases: Cases | None, currency: str | None) -> Suspect:
    """Return a payment with what takes others apart as it was itself."""
    names = [column.name for column in lane.app.columns]

    def each(x: NDArray[np.float32]) -> NDArray[np.float64]:
        return parts(told.learner, told.state, moment(told.ring, lane, told.row, x)).among(names)

    unit = "log odds" if told.said.logistic else lane.app.unit
    return Suspect({**told.row, "currency": currency}, lane.app.columns, told.x[0], each, unit, cases)


def precedents(shop: Shop, lane: Lane) -> Cases | None:
    """Return the answered questions that an app keeps, as the newest checkpoint has them; None where it has none."""
    saved = next(shop.checkpoints.whole(shop.log.next_offset), None) if lane.recall else None
    if saved is None or lane.recall is None:
        return None
    stage = lane.recall
    if saved.about["folds"].get(stage.name) != config_hash(stage.fold):
        return None
    before = f"{stage.name}|"
    own = {path.removeprefix(before): array for path, array in saved.flat.items() if path.startswith(before)}
    state: Remembered = unpack(stage.fold.start(), own)
    return state.cases


def _model(shop: Shop, lane: Lane, row: Row, where: str, near: bool) -> tuple[tuple[Any, Any], str]:
    """Return the learner with its state, the address of the revision that stands in for the one that answered."""
    revisions = Revisions(shop.shelf)
    found = revisions.found(lane, row["model"], row["revision"])
    if not isinstance(found, str):
        return found, ""
    other = nearest(row, shop.shelf.versions(lane.app.name)) if found == REVISION else None
    if other is None:
        raise UserError(expected(where, "a revision of one of the app's models, as it answered", found))
    if not near:
        rule = "the revision that answered; --near takes the kept one that is nearest"
        raise UserError(expected(where, rule, found))
    stood_in = revisions.found(lane, other.model, other.fingerprint)
    require(not isinstance(stood_in, str), where, "a revision that can be read", stood_in)
    return (stood_in[0], stood_in[1]), other.address


def _because(
    columns: tuple[Column, ...], values: list[float], row: Row, said: Parts, plain: Parts
) -> tuple[Because, ...]:
    """Return what each feature adds: the app's columns, then what the learner shows itself."""
    own = [Column(name) for name in said.shown]
    every = [*zip(columns, values, strict=True), *((one, float(said.shown[one.name][0])) for one in own)]
    names = [column.name for column, _ in every]
    added = plain.among(names)[0].tolist()
    odds = said.among(names)[0].tolist() if said.logistic else [math.nan] * len(names)
    found = [
        Because(one.name, natural(one, value), one.slots, _text(one, row), by, odd)
        for (one, value), by, odd in zip(every, added, odds, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.by)))


def _text(column: Column, row: Row) -> str:
    """Return the name in the question that a slot stands for, if it is one."""
    name = column.name.rpartition(".")[2]
    value = row.get(name) if name in KEYS and column.slots else None
    return value if isinstance(value, str) else ""


def _of_list(shop: Shop, lane: Lane, row: Row) -> Listed:
    found = why_list(shop, lane, row)
    require(not found.reason, f"explain {row['id']}", "a list whose scores can be computed again", found.reason)
    items = tuple((one.item, one.score, found.reasons.get(one.item, ())) for one in answered(row).items)
    return Listed(row["id"], lane.app.name, row["event_us"], items, found.apart)
