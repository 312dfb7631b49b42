"""Wire: what goes over HTTP, as types."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

# JSON tells no integer from a number that is whole
Whole = Annotated[float, Meta(multiple_of=1, ge=-(10**15), le=10**15)]


class Fault(Struct):
    """Why a request was not done. `request` is its number in the service's log."""

    error: str
    request: str


class RefusedEvent(Struct):
    """An event that did not enter. `row` counts from 1 in the request; `held` says that it waits in quarantine."""

    row: int
    field: str
    rule: str
    value: str
    error: str
    held: bool = True


class Taken(Struct):
    """What became of the events of a request: all that count are in the log, durably."""

    accepted: int
    duplicates: int
    refused: list[RefusedEvent]
    next_offset: int
    orphans: int = 0  # outcomes that name no decision of this log


class Reason(Struct):
    """Why an item stands where it stands, in words, with what its score would miss."""

    text: str
    worth: float
    kind: str = ""


class Shown(Struct, omit_defaults=True):
    """An item of a list, best first."""

    item: str
    score: float
    place: int
    chance: float
    why: list[Reason] = []


class Listed(Struct):
    """A list of items. `fallback` is "" where a model answered, `form` "onnx" where its exported graph did."""

    decision: str
    app: str
    items: list[Shown]
    model: str
    revision: str
    chance: float
    offset: int
    confirmed: bool
    fallback: str = ""
    empty: str = ""
    removed: dict[str, int] = {}
    form: str = ""


class LabelShare(Struct):
    """A label with its chance among those known."""

    label: str
    chance: float


class Guessed(Struct):
    """A number, or a label. `fallback` is "" where a model answered, else "default"; `form` as in `Listed`.

    Of an app that names labels `guess` is the chance of `label`, the likeliest; `unknown` says that the text looks
    like none of those known; other apps do not have these fields. Of an app that acts `action` is what to do, drawn
    with `chance`; null where nothing is known to act on.
    """

    decision: str
    app: str
    guess: float | None
    unit: str
    model: str
    revision: str
    chance: float
    offset: int
    confirmed: bool
    fallback: str = ""
    why: list[Reason] = []
    form: str = ""
    label: str | UnsetType | None = UNSET
    unknown: bool | UnsetType = UNSET
    likely: list[LabelShare] | UnsetType = UNSET
    action: str | UnsetType | None = UNSET


class Visit(Struct):
    """When the next visit is due, days from now: in one case of ten sooner than the first, later than the last."""

    early_d: float
    likely_d: float
    late_d: float


class Scores(Struct):
    """Recency, frequency, monetary: 1 (lowest fifth of the shoppers) to 5."""

    recency: int
    frequency: int
    monetary: int


class Ahead(Struct):
    """What is expected within some days: visits, value in units of money."""

    days: int
    visits: float
    value: float


class Interest(Struct):
    """A category or a brand, by name, with its share of the shopper's interest."""

    axis: str
    name: str
    share: float


class Profile(Struct):
    """What is known of a shopper now: `words` in sentences; times in microseconds, spans in days (`_d`)."""

    user: str
    as_of_us: int
    unit: str
    visits: int
    first_us: int
    last_us: int
    since_d: float
    paid: float
    spent: float
    every_d: float | None
    late: float | None
    next: Visit | None
    here: float
    expected: list[Ahead]
    segment: str
    scores: Scores | None
    dear: float
    interests: list[Interest]
    price_band: str
    words: list[str]


class AppShown(Struct):
    """An app of the shop; `form` is "onnx" where a net's exported graph answers, else ""."""

    name: str
    about: str
    unit: str
    ranks: bool
    model: str
    keys: list[str]
    form: str = ""


class VersionShown(Struct):
    """A kept revision of a model."""

    app: str
    model: str
    name: str
    revision: str
    parent: str
    next_offset: int
    us: int
    live: bool
    scores: dict[str, float]


class Moved(Struct):
    """A move of what is live."""

    app: str
    from_model: str
    to_model: str
    why: str
    who: str
    us: int
    reason: str


class Today(Struct):
    """The mean loss of each racer over what was judged so far today."""

    day: str
    n: int
    loss: dict[str, float]


class AppReport(Struct):
    """How good an app is: mean losses by racer over all closed days; the summary of its last backtest."""

    name: str
    losses: dict[str, float]
    today: Today | None
    backtest: dict[str, Any] | None


class Report(Struct):
    """How far a shop is: events in the log, how many of them are learned; when the learner told of itself last."""

    shop: str
    events: int
    learned: int
    last_us: int
    live: bool
    quarantined: int
    pulse_us: int | None
    apps: list[AppReport]


class Promote(Struct, forbid_unknown_fields=True):
    """Ask the gate to make a model live; `force` overrules it."""

    model: str
    force: bool = False


class Rollback(Struct, forbid_unknown_fields=True):
    """Go back; `to` names a model or a revision, None what was live before."""

    to: str | None = None


class Held(Struct):
    """An event in quarantine."""

    number: int
    source: str
    row: int
    field: str
    rule: str
    value: str
    body: str


class Quarantined(Struct):
    """What waits in quarantine, oldest first; how many wait, by "field: rule"."""

    counts: dict[str, int]
    rows: list[Held]


class Retry(Struct, forbid_unknown_fields=True):
    """Send rows again: all that wait where none is named; `edits` replaces fields, null takes one away."""

    numbers: list[Whole] | None = None
    edits: dict[str, str | float | None] = {}


class Retried(Struct):
    """How many rows entered; those that were refused anew."""

    entered: int
    refused: list[RefusedEvent]
