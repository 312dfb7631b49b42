"""Fraud: a payment is about to be made; will it turn out to be fraud?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evercart.acting.actor import Actor, Explore, LetThrough
from evercart.acting.costs import Costs
from evercart.acting.learning import Learning
from evercart.acting.reviews import Reviews
from evercart.app import App, columns_of
from evercart.apps.rivals import rivals
from evercart.apps.tricked import LESSONS, haunts_of, wary
from evercart.asks.each import Before
from evercart.errors import require
from evercart.evaluate.losses import log_loss
from evercart.evaluate.slices import Buckets
from evercart.events.batch import GIVEN
from evercart.events.rooted import Rooted
from evercart.features import Column, Count, Distinct, HourOfWeek, Table
from evercart.features.given import Given
from evercart.features.graph.circles import Circles
from evercart.features.own import Own, round_edges
from evercart.features.payments.hours import Hours
from evercart.features.payments.payments import Payments
from evercart.features.payments.travel import LOCATED, Travel
from evercart.features.tabling import Tabling
from evercart.labels.answers import says, yes
from evercart.labels.precedents import Precedents
from evercart.learners.factorization import Factorization
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.mixture import Mixture
from evercart.units import DAY_S, HOUR_S, MINUTE_S

ASKED: Final = ("user", "place", "amount", "card", "device", "address")
CONTEXT: Final = ("payments.over_usual_slot",)  # what a learned policy looks at, beside the chance of fraud
SHARED: Final = ("card", "device", "address")  # what several payers may have in common
_WINDOWS_S: Final = (10 * MINUTE_S, HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S)
_EDGES: Final = (-0.7, 0.4, 1.1)  # logarithms of an amount over the usual
_AMOUNTS: Final = ("below the usual", "about the usual", "1.5 to 3 times the usual", "more")
RUSH: Final = (1, 2, 3, 5, 8, 13, 21, 50)  # edges of counts
_ABREAST: Final = 1 << 17  # payments of which the mixture remembers what each of its learners guessed
_MOVED: Final = 0.02  # nearly even shares: two that err in different ways guess better together than the better one


def parties_of(columns: str) -> tuple[str, ...]:
    """Return the columns of parties that a text names.

    >>> parties_of("user place")
    ('user', 'place')
    """
    named = tuple(columns.split())
    known = ("user", "place", "card", "device", "address")
    good = len(named) > 0 and set(named) <= set(known)
    require(good, "fraud.parties", "some of " + " ".join(known), columns)
    return named


def shared_of(parties: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parties that several payers may have in common."""
    return tuple(name for name in parties if name in SHARED)


def velocity(party: str) -> Table:
    """Return how much a party paid of late, how many it paid at."""
    counts = tuple(Count("payment", window).bucket(RUSH) for window in _WINDOWS_S)
    other = "place" if party != "place" else "user"
    met = Distinct("payment", other, DAY_S).bucket(RUSH)
    return Table(f"of_{party}", (party,), (*counts, met))


def asked(zone: str) -> Table:
    """Return what the payment itself says."""
    amount = Own("amount").bucket(round_edges(6))
    return Table("asked", (), (amount, HourOfWeek(zone)))


def habits(parties: tuple[str, ...], zone: str, located: bool) -> tuple[Hours | Travel, ...]:
    """Return what tells when, where a payer pays; where he is not named, none.

    >>> [one.name for one in habits(("user", "card"), "UTC", located=False)]
    ['hours']
    """
    if "user" not in parties:
        return ()
    return (Hours(zone=zone), *((Travel(located=located),) if located or "place" in parties else ()))


def tables_of(
    parties: tuple[str, ...], window_s: float, known_s: float, zone: str, given: str, located: bool
) -> tuple[Tabling, ...]:
    """Return what is known just before a payment."""
    payments = Payments(parties=parties, known_s=known_s, keep_s=window_s + 30 * DAY_S)
    shared = shared_of(parties)
    circles = (Circles(parties=shared),) if shared else ()
    further = (Given(_given(given)),) if given.split() else ()
    rushes = (velocity(party) for party in parties)
    habit = (*habits(parties, zone, located), *haunts_of(parties))
    return (payments, *rushes, *circles, asked(zone), *habit, *further)


def carries(given: str, located: bool) -> tuple[str, ...]:
    """Return the columns of a payment that a question about it has.

    >>> carries("v1", located=True)[-3:]
    ('latitude', 'longitude', 'given.v1')
    """
    return (*ASKED, *(LOCATED if located else ()), *_given(given))


def _given(names: str) -> tuple[str, ...]:
    return tuple(GIVEN + name for name in names.split())


def crosses(parties: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of slots whose joint value counts."""

    def slot(name: str) -> str:
        return f"payments.{name}_slot"

    pairs = [("over_usual", "odd_7d"), ("over_usual", "odd_3d")]
    for party in parties:
        plain = f"{party}_plain"
        pairs += [(f"{plain}_frauds", f"{plain}_age"), (f"{plain}_good", f"{plain}_age")]
        pairs += [(f"{plain}_frauds", f"{plain}_good"), (f"{party}_rate_7d", f"{party}_any_age")]
        pairs += [(f"{party}_unheard", f"{plain}_frauds")]
    return tuple((slot(one), slot(other)) for one, other in pairs)


def slots_of(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the names of the slot columns to guess by: a number says less to a straight line than its bucket does."""
    return tuple(column.name for column in columns if not column.is_number and column.name not in LESSONS)


def numbers_of(tables: tuple[Tabling, ...]) -> tuple[str, ...]:
    """Return the names of the scores of further numbers: these may say more the further they lie out."""
    return tuple(column.name for column in columns_of(tables) if column.is_number and column.name.startswith("given."))


def by_amount(columns: tuple[Column, ...]) -> Buckets:
    """Return the slices of the report: how an amount compares to what its payer usually pays."""
    return Buckets([column.name for column in columns].index("payments.over_usual"), _EDGES, _AMOUNTS)


def rooted(window_s: float, parties: tuple[str, ...]) -> Rooted:
    """Return what brings the answer to a payment to the decision that was made about it."""
    shared = shared_of(parties)
    about = ("user", *shared) if shared else ()
    return Rooted("payment", ("chargeback", "resolved"), window_s + 30 * DAY_S, about)


def straight(columns: tuple[Column, ...], use: tuple[str, ...], parties: tuple[str, ...]) -> Linear:
    """Return a linear model of what stands in columns, of pairs of them; `use` names those that it reads."""
    slowly = 3.0  # times slower than its slot a number learns: it says little as long as there are few frauds
    rule = Ftrl(alpha=0.1, beta=1.0)
    return Linear(columns, "logistic", rule, use=use, crosses=crosses(parties), slot_value=slowly)


def begun(columns: tuple[Column, ...], use: tuple[str, ...], parties: tuple[str, ...]) -> tuple[Linear, Factorization]:
    """Return the two models that are mixed; the second one finds new ways of fraud sooner."""
    return straight(columns, use, parties), Factorization(columns, use=use, rate=0.05)


def actor(
    costs: Mapping[str, float] | None,
    reviews_a_day: float,
    let_through: float,
    policy: Mapping[str, Any] | None = None,
    known_s: float = 30 * DAY_S,
) -> Actor | None:
    """Return what acts; nothing does where no costs are stated.

    policy    a table with `learn`, `explore`; see `fraud`

    >>> actor(None, 100, 0.0) is None
    True
    """
    whole = 0 <= reviews_a_day == int(reviews_a_day)
    require(whole, "fraud.reviews_a_day", "an integer of at least 0", reviews_a_day)
    require(0 <= let_through < 1e15, "fraud.let_through", "a number of at least 0", let_through)
    if costs is None:
        require(policy is None, "fraud.policy", "a table fraud.costs beside", "none")
        plain = (reviews_a_day, let_through) == (100, 0.0)
        require(plain, "fraud.reviews_a_day, let_through", "a table fraud.costs beside", "none")
        return None
    stated, reviews = Costs.of("fraud.costs", costs), Reviews(int(reviews_a_day))
    explores = explored(policy)
    if explores is None:
        return Actor(stated, reviews, LetThrough(let_through) if let_through else None)
    require(let_through == 0, "fraud.let_through", "0 beside fraud.policy, which draws itself", let_through)
    return Actor(stated, reviews, Explore(explores), learning=Learning(CONTEXT, known_s))


def explored(policy: Mapping[str, Any] | None) -> float | None:
    """Return what drawing other actions may cost a payment, in minor units; None where no policy is learned.

    >>> explored({"learn": True}), explored({"learn": False, "explore": 3}), explored(None)
    (20.0, None, None)
    """
    if policy is None:
        return None
    require(set(policy) <= {"learn", "explore"}, "fraud.policy", "learn, explore", " ".join(policy))
    learn, explore = policy.get("learn", False), policy.get("explore", 20.0)
    require(isinstance(learn, bool), "fraud.policy.learn", "true or false", learn)
    number = isinstance(explore, int | float) and not isinstance(explore, bool) and 0 < explore < 1e15
    require(number, "fraud.policy.explore", "a number above 0", explore)
    return float(explore) if learn else None


def fraud(
    parties: str = "user place",
    window_s: float = 90 * DAY_S,
    known_s: float = 30 * DAY_S,
    zone: str = "UTC",
    given: str = "",
    located: bool = False,
    costs: Mapping[str, float] | None = None,
    reviews_a_day: float = 100,
    let_through: float = 0.0,
    hardened: bool = False,
    policy: Mapping[str, Any] | None = None,
    racers: str = "",
) -> App:
    """Return the app.

    parties     some of user place card device address, each with a risk of its own; the last three make `Circles`
    window_s    how long a payment may turn out to be fraud
    known_s     after so long a payment of which nothing is heard counts as good, provisionally before the window's end
    zone        whose clock the hours are of, whose days the report has
    given       names of further numbers that a table brings along; see `Given`
    located     whether payments have a latitude, a longitude: with `user` among the parties, how fast a payer travelled
    costs       what actions cost, by the names of `Costs`; one that is left out is as assumed there. With it a live
                answer says what to do. A payment that was declined or challenged leaves no label
    reviews_a_day, let_through    beside costs: how many reviews a day has time for; what approving a payment that
                would be stopped may cost on average, in minor units, so that its label is known; 0: none is
    policy      beside costs: `learn = true` draws other actions, for `explore` minor units a payment, learns from them
    hardened    whether a challenger races that also learns what frauds would look like made again; see `wary`
    racers      further challengers: `strange` mixes in how odd a payment is, which no label tells; `trees`, by LightGBM

    A `chargeback` says fraud, a `resolved` what a reviewer found; of two that differ the later one holds. Silence
    says no: with half the weight after `known_s`, wholly once the window has closed.

    >>> fraud().unit
    'chance'
    """
    named = parties_of(parties)
    tables, carried = tables_of(named, window_s, known_s, zone, given, located), carries(given, located)
    columns = columns_of(tables)
    linear, machine = begun(columns, (*slots_of(columns), *numbers_of(tables)), named)
    champion = Mixture((linear, machine), rate=_MOVED, remember=_ABREAST, mean_of="log odds")
    app = App(
        name="fraud",
        about="a payment is about to be made: will it turn out to be fraud?",
        asks=Before("payment", columns=carried, named=True),
        answers=(yes("chargeback", by="ref"), says("resolved", "fraud", by="ref")),
        window_s=window_s,
        provisional_s=known_s if known_s < window_s else None,
        tables=tables,
        mend=(rooted(window_s, named),),
        slices=by_amount(columns),
        champion=champion,
        challengers=(("machine", machine), ("linear", linear), *rivals(racers, champion, columns)),
        loss=log_loss,
        unit="chance",
        time_zone=zone,
        acts=actor(costs, reviews_a_day, let_through, policy, min(known_s, window_s)),
        precedents=Precedents(len(columns), window_s, App.late_s),
    )
    return wary(app, linear, named) if hardened else app
