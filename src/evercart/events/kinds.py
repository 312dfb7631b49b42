"""Kinds of event: what each must carry, may carry, within which bounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from evercart.errors import UserError, expected, require

Type = Literal["integer", "money", "number", "category", "key"]
KEYS: Final = ("user", "session", "item", "place", "ref")
AMOUNTS: Final = ("quantity", "amount")


@dataclass(frozen=True)
class Property:
    """A typed column of its own that some kinds carry.

    `integer` and `money` (minor units) are int64, `number` is float64; `category` and `key` are strings
    in the log and 64-bit hashes right of it.
    """

    name: str
    type: Type
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Kind:
    """A declaration; `number` never changes once a log was written with it.

    own    only the system writes such rows: what they say is obeyed, so the border refuses them
    """

    number: int
    name: str
    needs: tuple[str, ...] = ()
    properties: tuple[Property, ...] = field(default=())
    own: bool = False

    def __post_init__(self) -> None:
        require(0 < self.number < 2**15, f"kind {self.name}.number", "a small integer above 0", self.number)


_CAMPAIGN = Property("campaign", "category")
_APP = Property("app", "category")
_WHAT = Property("what", "category")
_MODEL = Property("model", "category")
_WHY = Property("why", "category")
_LABEL = Property("label", "category")  # of a message; history may carry it, as if the outcome had come at once
_FRAUD = Property("fraud", "integer", low=0, high=1)  # of a payment; history may carry it
_CURRENT = Property("current", "category")  # the model that was live when the row was written

KINDS: Final = (
    Kind(1, "view", ("item",)),
    Kind(
        2,
        "order",
        ("user", "item", "quantity", "amount"),
        (Property("discount", "money"), Property("cost", "money", low=0)),
    ),
    Kind(
        3,
        "item",
        ("item",),
        (
            Property("category", "category"),
            Property("brand", "category"),
            Property("department", "category"),
            Property("price", "money", low=0),
        ),
    ),
    Kind(4, "user", ("user",), (Property("segment", "category"),)),
    Kind(5, "exposure", ("user",), (_CAMPAIGN,)),
    Kind(6, "redeem", ("user",), (_CAMPAIGN, Property("coupon", "category"))),
    Kind(
        7,
        "decision",
        ("app",),
        (
            _APP,
            _MODEL,
            Property("revision", "category"),  # the state that guessed, named by its content
            Property("guess", "number"),
            Property("chance", "number", low=0, high=1),  # with which the action was drawn
            Property("feature_offset", "integer", low=0),  # next offset of the log when features were read
            Property("about", "integer", low=0),  # number of the kind that is asked about, where that is open
            Property("action", "integer", low=0),  # what was done about a payment, a place in `ACTIONS`
        ),
        own=True,
    ),
    Kind(8, "outcome", ("ref",), (Property("value", "number"), _LABEL)),
    Kind(9, "feedback", ("ref",), (Property("verdict", "category"),)),
    Kind(10, "erase", ("ref",), (_WHAT,)),
    Kind(11, "heartbeat", (), (Property("live", "integer", low=0, high=1),), own=True),
    Kind(12, "verdict", (), (_APP, _MODEL, _CURRENT, Property("passed", "integer", low=0, high=1)), own=True),
    Kind(
        13,
        "alarm",
        (),
        (_APP, _WHAT, Property("since_us", "integer"), Property("was", "number"), Property("now", "number")),
        own=True,
    ),
    Kind(14, "promotion", (), (_APP, _MODEL, _CURRENT, _WHY), own=True),
    Kind(15, "enrolment", (), (_APP, _MODEL, _CURRENT, _WHY), own=True),
    Kind(16, "search"),
    Kind(17, "cart", ("item",)),
    Kind(18, "return", ("item",)),
    Kind(19, "review", ("item",), (Property("rating", "integer", low=1, high=5),)),
    Kind(20, "message", ("text",), (_LABEL,)),
    Kind(
        21,
        "payment",
        ("amount",),
        (
            Property("card", "key"),
            Property("device", "key"),
            Property("address", "key"),
            Property("latitude", "number", low=-90, high=90),
            Property("longitude", "number", low=-180, high=180),
            _FRAUD,
        ),
    ),
    Kind(22, "chargeback", ("ref",)),  # of a payment: it was fraud
    Kind(23, "resolved", ("ref", "fraud"), (_FRAUD,)),  # what a reviewer found
)
SENT: Final = tuple(kind for kind in KINDS if not kind.own)  # what may come from outside
TOMBSTONE: Final = 0  # an erased row: it keeps its offset and log time, nothing else
_BY_NAME: Final = {kind.name: kind for kind in KINDS}
_BY_NUMBER: Final = {kind.number: kind for kind in KINDS}


def kind(name: str) -> Kind:
    """Return a declared kind.

    >>> kind("order").number
    2
    """
    if name not in _BY_NAME:
        raise UserError(expected("kind", "one of " + " ".join(_BY_NAME), name))
    return _BY_NAME[name]


def number(name: str) -> int:
    """Return a kind's number."""
    return kind(name).number


def kind_name(number: int) -> str:
    """Return the name of a kind's number, as a person reads it."""
    return "(erased)" if number == TOMBSTONE else _BY_NUMBER[number].name


def properties(kinds: Iterable[Kind] = KINDS) -> dict[str, Property]:
    """Return all declared properties by name; two kinds that share a name share its type.

    >>> properties()["campaign"].type
    'category'
    """
    found: dict[str, Property] = {}
    for one in kinds:
        for prop in one.properties:
            same = found.setdefault(prop.name, prop)
            require(same.type == prop.type, f"kind {one.name}.{prop.name}", f"the type {same.type}", prop.type)
    return found


PROPERTIES: Final = properties()
