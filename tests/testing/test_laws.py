"""Sound folds pass the first three laws; folds broken on purpose are caught, each by the law it breaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.testing import LawBroken, Logged, Turned, Woven, check_fold

WINDOW_US = 60_000_000


class Rows(NamedTuple):
    """The rows of the window, oldest first."""

    us: NDArray[np.int64]
    user: NDArray[np.uint64]


@dataclass(frozen=True)
class Seen:
    """How many rows of the question's user were logged in the last minute. Sound, but slow."""

    window_s: int = 60
    grain: ClassVar[str] = "event"

    def start(self) -> Any:
        return Rows(np.zeros(0, np.int64), np.zeros(0, np.uint64))

    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        held, said = list(zip(state.us, state.user, strict=True)), []
        for i in range(len(batch)):
            held = [row for row in held if row[0] + WINDOW_US >= self.now(batch, i)]
            if batch["number"][i] >= 0:
                said.append(self.say(held, batch, i))
            else:
                held.append((batch.logged_us[i], batch["user"][i]))
        us, user = [row[0] for row in held], [row[1] for row in held]
        return Rows(np.array(us, np.int64), np.array(user, np.uint64)), np.array(said, np.float32).reshape(-1, 1)

    def now(self, batch: Events, i: int) -> int:
        return int(batch.logged_us[i])

    def say(self, held: list[Any], batch: Events, i: int) -> float:
        return sum(user == batch["user"][i] for _, user in held)


class Weight(NamedTuple):
    """A mean, as a sum with a count."""

    sum: NDArray[np.float64]
    count: NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """Guess the mean of the labels settled before the tick. Sound."""

    grain: ClassVar[str] = "tick"

    def start(self) -> Weight:
        return Weight(np.zeros(1), np.zeros(1))

    def step(self, state: Weight, batch: Turns) -> tuple[Weight, Any]:
        guesses = np.full(len(batch), np.nan)
        for tick in np.unique(batch.tick):
            self.turn(state, batch, np.flatnonzero(batch.tick == tick), guesses)
        return state, guesses

    def turn(self, state: Weight, batch: Turns, rows: Any, guesses: Any) -> None:
        self.guess(state, batch, rows, guesses)
        self.learn(state, batch, rows)

    def guess(self, state: Weight, batch: Turns, rows: Any, guesses: Any) -> None:
        due = rows[batch.what[rows] == ASKED]
        guesses[due] = state.sum[0] / max(state.count[0], 1) + batch.x[due, 0]

    def learn(self, state: Weight, batch: Turns, rows: Any) -> None:
        for row in rows[batch.what[rows] == SETTLED]:
            state.sum[0] += batch.y[row]
            state.count[0] += 1


class Next(NamedTuple):
    """The number of the next question."""

    next: NDArray[np.int64]


@dataclass(frozen=True)
class Ask:
    """Ask before each order about its user. Sound."""

    grain: ClassVar[str] = "event"

    def start(self) -> Any:
        return Next(np.zeros(1, np.int64))

    def step(self, state: Any, batch: Events) -> tuple[Any, Events]:
        places = self.where(batch)
        numbers = np.full(len(batch), -1)
        plain = Events({**batch.columns, "number": numbers})
        questions = self.questions(plain, places)
        asked = Events({**questions.columns, "number": int(state.next[0]) + np.arange(len(places))})
        order = np.argsort(np.concatenate([2 * places, 2 * np.arange(len(batch)) + 1]), kind="stable")
        return Next(state.next + len(places)), Events.concat([asked, plain]).rows(order)

    def where(self, batch: Events) -> Any:
        return np.flatnonzero(batch.kind == 2)

    def questions(self, plain: Events, places: Any) -> Events:
        at = plain.rows(places)
        carried = ("offset", "logged_us", "user", "number")
        return Events({name: c if name in carried else np.zeros_like(c) for name, c in at.columns.items()})


WOVEN, TURNED, ORDERS = Woven(("order", "view")), Turned(), Logged(("order", "view"), own=("kind", "user"))
THREE = ("resume", "batching", "honesty")


@pytest.mark.parametrize(("fold", "stream"), [(Seen(), WOVEN), (Mean(), TURNED), (Ask(), ORDERS)])
def test_sound_folds_pass(fold: Any, stream: Any) -> None:
    check_fold(lambda _: fold, stream, laws=THREE, rows=60)


# --- resume ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RemembersInSelf(Seen):
    counts: dict[int, int] = field(default_factory=dict)

    def say(self, held: list[Any], batch: Events, i: int) -> float:
        user = int(batch["user"][i])
        self.counts[user] = self.counts.get(user, 0) + 1
        return self.counts[user]


class Ring(NamedTuple):
    """A sum over the last rows, in a ring of four."""

    values: NDArray[np.float64]
    at: NDArray[np.int64]


@dataclass(frozen=True)
class LastFour:
    """The last four amounts; each state class is one way to save them wrongly."""

    state: Any
    grain: ClassVar[str] = "event"

    def start(self) -> Any:
        return self.state(np.zeros(4), np.zeros(1, np.int64))

    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        said = []
        for i in range(len(batch)):
            if batch["number"][i] >= 0:
                said.append(state.values[(state.at[0] - 1) % 4])
            else:
                state.values[state.at[0] % 4] = batch["quantity"][i]
                state.at[0] += 1
        return state, np.array(said)


class ForgetsWhereItStands(Ring):
    def packed(self) -> Any:
        return type(self)(np.roll(self.values, -int(self.at[0] % 4)), self.at)


class Indexed(NamedTuple):
    """Users with the places where they are found."""

    user: NDArray[np.uint64]
    count: NDArray[np.int64]
    place: NDArray[np.int64]


class IndexNotRebuilt(Indexed):
    def packed(self) -> Any:
        return type(self)(self.user, self.count, np.zeros(0, np.int64))


class IndexRebuilt(IndexNotRebuilt):
    def unpacked(self) -> Any:
        return type(self)(self.user, self.count, np.arange(len(self.user)))


@dataclass(frozen=True)
class ByIndex:
    """Count rows by user."""

    state: Any
    grain: ClassVar[str] = "event"

    def start(self) -> Any:
        return self.state(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64))

    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        users, counts, said = state.user.tolist(), state.count.tolist(), []
        index = {users[place]: place for place in state.place}
        for user, number in zip(batch["user"].tolist(), batch["number"], strict=True):
            if number >= 0:
                said.append(counts[index[user]] if user in index else 0)
                continue
            if user not in index:
                index[user] = len(users)
                users.append(user)
                counts.append(0)
            counts[index[user]] += 1
        places = np.array(sorted(index.values()), np.int64)
        return self.state(np.array(users, np.uint64), np.array(counts, np.int64), places), np.array(said, np.int64)


class Sum(NamedTuple):
    """Amounts with their running sum."""

    values: NDArray[np.float64]
    total: NDArray[np.float64]

    def packed(self) -> Any:
        return Sum(self.values, np.zeros(1))

    def unpacked(self) -> Any:
        return Sum(self.values, np.array([self.values.sum()]))


@dataclass(frozen=True)
class ReSummed:
    grain: ClassVar[str] = "event"

    def start(self) -> Any:
        return Sum(np.zeros(0), np.zeros(1))

    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        values = batch["amount"][~batch.asked] / 7
        said = np.full(int(batch.asked.sum()), state.total[0])
        total = state.total.copy()
        for value in values:
            total += value
        return Sum(np.append(state.values, values), total), said


@dataclass(frozen=True)
class SpeaksFromItsState(Mean):
    grain: ClassVar[str] = "event"

    def step(self, state: Any, batch: Turns) -> tuple[Any, Any]:
        state.sum[0] += len(batch)
        return state, state.sum


@dataclass(frozen=True)
class KeepsItsInput:
    grain: ClassVar[str] = "event"

    def start(self) -> Any:
        return Next(np.zeros(1, np.int64))

    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        batch["quantity"][:] = 0
        return state, None


RESUME = [
    (RemembersInSelf(), WOVEN),
    (LastFour(ForgetsWhereItStands), WOVEN),
    (ByIndex(IndexNotRebuilt), WOVEN),
    (ReSummed(), WOVEN),
    (SpeaksFromItsState(), TURNED),
    (KeepsItsInput(), WOVEN),
]


@pytest.mark.parametrize(("fold", "stream"), RESUME, ids=lambda it: type(it).__name__)
def test_what_cannot_resume_is_caught(fold: Any, stream: Any) -> None:
    with pytest.raises(LawBroken, match=rf"^resume of {type(fold).__name__}, ") as caught:
        check_fold(lambda _: fold, stream, laws=("resume",))
    assert caught.value.law == "resume"


@pytest.mark.parametrize("fold", [LastFour(Ring), ByIndex(IndexRebuilt)])
def test_the_same_saved_rightly_resumes(fold: Any) -> None:
    check_fold(lambda _: fold, WOVEN, laws=THREE, rows=60)


# --- batching -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LessTheMeanOfTheRead(Seen):
    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        state, x = super().step(state, batch)
        return state, x - x.mean() if len(x) else x


@dataclass(frozen=True)
class LastRowEndsTheBasket(Ask):
    def where(self, batch: Events) -> Any:
        basket = batch["session"]
        return np.flatnonzero(basket != np.append(basket[1:], np.uint64(0)))


@dataclass(frozen=True)
class DrawsPerCall(Seen):
    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        state, x = super().step(state, batch)
        return state, x + np.random.default_rng(len(state.us)).random(x.shape, np.float32)


@dataclass(frozen=True)
class ExpiresOncePerRead(Seen):
    def now(self, batch: Events, i: int) -> int:
        return int(batch.logged_us[0])


class Spare(NamedTuple):
    """Rows with spare room that is never dropped."""

    values: NDArray[np.int64]
    size: NDArray[np.int64]


@dataclass(frozen=True)
class PacksSpareRoom:
    grain: ClassVar[str] = "event"

    def start(self) -> Any:
        return Spare(np.zeros(1, np.int64), np.zeros(1, np.int64))

    def step(self, state: Any, batch: Events) -> tuple[Any, None]:
        size, values = int(state.size[0]), state.values
        if size + len(batch) > len(values):
            values = np.append(values, np.zeros(max(len(batch), len(values)), np.int64))
        values[size : size + len(batch)] = batch.logged_us
        return Spare(values, state.size + len(batch)), None


@dataclass(frozen=True)
class LearnsAtTheEndOfTheRead(Mean):
    def step(self, state: Any, batch: Turns) -> tuple[Any, Any]:
        guesses = np.full(len(batch), np.nan)
        self.guess(state, batch, np.arange(len(batch)), guesses)
        self.learn(state, batch, np.arange(len(batch)))
        return state, guesses


BATCHING = [
    (LessTheMeanOfTheRead(), WOVEN),
    (LastRowEndsTheBasket(), ORDERS),
    (DrawsPerCall(), WOVEN),
    (ExpiresOncePerRead(), WOVEN),
    (PacksSpareRoom(), WOVEN),
    (LearnsAtTheEndOfTheRead(), TURNED),
]


@pytest.mark.parametrize(("fold", "stream"), BATCHING, ids=lambda it: type(it).__name__)
def test_what_depends_on_the_cut_is_caught(fold: Any, stream: Any) -> None:
    with pytest.raises(LawBroken, match=rf"^batching of {type(fold).__name__}, "):
        check_fold(lambda _: fold, stream, laws=("batching",))


# --- honesty --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CountsTheEventItself(Seen):
    def say(self, held: list[Any], batch: Events, i: int) -> float:
        itself = i + 1 < len(batch) and batch["user"][i + 1] == batch["user"][i] != 0
        return super().say(held, batch, i) + itself


@dataclass(frozen=True)
class LearnsBeforeItGuesses(Mean):
    def turn(self, state: Weight, batch: Turns, rows: Any, guesses: Any) -> None:
        self.learn(state, batch, rows)
        self.guess(state, batch, rows, guesses)


@dataclass(frozen=True)
class Scaled(Mean):
    """Divides by a standard deviation it was given."""

    scale: float = 1.0

    def guess(self, state: Weight, batch: Turns, rows: Any, guesses: Any) -> None:
        super().guess(state, batch, rows, guesses)
        guesses[rows] /= self.scale


def fitted_on_everything(batch: Turns) -> Scaled:
    return Scaled(1.0 + float(batch.x[:, 0].std()))


@dataclass(frozen=True)
class PeeksAtTheNextTime(Seen):
    def say(self, held: list[Any], batch: Events, i: int) -> float:
        return i + 1 < len(batch) and batch.logged_us[i + 1] - batch.logged_us[i] < 1_000_000


@dataclass(frozen=True)
class SortsTheRead(Seen):
    def step(self, state: Any, batch: Events) -> tuple[Any, Any]:
        return super().step(state, batch.rows(np.lexsort((-batch["number"], batch.event_us))))


@dataclass(frozen=True)
class CarriesTheAmount(Ask):
    def questions(self, plain: Events, places: Any) -> Events:
        questions = super().questions(plain, places)
        return Events({**questions.columns, "amount": plain["amount"][places]})


@dataclass(frozen=True)
class LooksUpTheLabel(Mean):
    def guess(self, state: Weight, batch: Turns, rows: Any, guesses: Any) -> None:
        for row in rows[batch.what[rows] == ASKED]:
            answers = batch.y[(batch.number == batch.number[row]) & (batch.what == SETTLED)]
            guesses[row] = answers[0] if len(answers) else 0.5


HONESTY = [
    (lambda _: CountsTheEventItself(), WOVEN),
    (lambda _: LearnsBeforeItGuesses(), TURNED),
    (fitted_on_everything, TURNED),
    (lambda _: PeeksAtTheNextTime(), WOVEN),
    (lambda _: SortsTheRead(), WOVEN),
    (lambda _: CarriesTheAmount(), ORDERS),
    (lambda _: LooksUpTheLabel(), TURNED),
]


@pytest.mark.parametrize(("make", "stream"), HONESTY)
def test_what_knows_too_much_is_caught(make: Any, stream: Any) -> None:
    with pytest.raises(
        LawBroken, match=r"^honesty of \w+, input row \d+ where .* rows follow, output, row \d+, column"
    ):
        check_fold(make, stream, laws=("honesty",))


def test_a_scale_known_beforehand_is_honest() -> None:
    check_fold(lambda _: Scaled(2.0), TURNED, laws=THREE, rows=60)


def test_the_text_names_fold_row_column_was_and_is() -> None:
    error = LawBroken("batching", "Table", "output, row 3, column x", [1.0], [2.0])
    assert str(error) == "batching of Table, output, row 3, column x: expected [1.0], got [2.0]"
