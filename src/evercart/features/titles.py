"""Titles: what an item is called, which titles a shopper was drawn to, as columns of X."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import SKETCH, Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.encoders.choose import encoder
from evercart.features.encoders.sketch import WORDS, is_sketch
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall
from evercart.units import DAY_S, SECOND_US

SIGNS: Final = 64  # of a title's sketch that are read: its first word
BANDS: Final = 16  # columns, each of 4 of them
SLOTS: Final = 1 + (1 << SIGNS // BANDS)  # 0: no title is known


class TitlesState(NamedTuple):
    """What is known of items, of shoppers."""

    items: Recent  # carries the sketch
    users: Recent
    weight: NDArray[np.float64]  # (capacity of users,) weight of the lines that the mean is of
    mean: NDArray[np.float64]  # (capacity of users, SIGNS) of the signs of what was bought or seen, -1 to 1

    def packed(self) -> TitlesState:
        """Drop spare room."""
        users = self.users.keys.size
        return TitlesState(self.items.packed(), self.users.packed(), self.weight[:users], self.mean[:users])

    def unpacked(self) -> TitlesState:
        """Make room again."""
        return self._replace(items=self.items.unpacked(), users=self.users.unpacked())._tall()

    def roomy(self, rows: int) -> TitlesState:
        """Return the memory with room for so many further rows."""
        return self._replace(items=with_room(self.items, rows), users=with_room(self.users, rows))._tall()

    def _tall(self) -> TitlesState:
        users = len(self.users.keys.keys)
        return self._replace(weight=tall(self.weight, users), mean=tall(self.mean, users))


class _Rules(NamedTuple):
    item: int
    order: int
    shown: int
    looked: float
    lately: float
    keep_us: int


@dataclass(frozen=True)
class Titles:
    """A table, as `Table` is one, of titles by a frozen encoder: a fold from woven events to X, float32.

    texts     the encoder, by its full name; see `titles`
    of        "user": the mean of the signs of what a shopper bought or saw, a number each, (questions, 64);
              "item": the title of the item asked about as slots, 4 signs each: the more alike two are called,
              the more of them they share, (questions, 16)
    looked    weight of a view against a bought line
    lately    lines that the mean is of, about: a new one moves it by no less than 1 / lately
    keep_s    an item, a shopper is forgotten so long after the last row about it

    A title comes with an `item` row, as the signs on which side of fixed planes its vector lies (`sketched`); the
    vectors are kept on disk by content. A later row without a title leaves it. An item costs 64 bytes, a shopper 550.

    Source: Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002, section 3 (signs); Indyk
    and Motwani, "Approximate nearest neighbors", STOC 1998 (several signs as one slot).

    >>> len(Titles("ngrams-256").columns), len(Titles("ngrams-256", "item").columns)
    (64, 16)
    """

    texts: str
    of: Literal["user", "item"] = "user"
    looked: float = 0.2
    lately: float = 20.0
    keep_s: float = 730 * DAY_S
    name: ClassVar[str] = "titles"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.of in ("user", "item"), "titles.of", "user or item", self.of)
        require(0 <= self.looked < np.inf, "titles.looked", "a finite number of at least 0", self.looked)
        require(1 <= self.lately < np.inf, "titles.lately", "a finite number of at least 1", self.lately)
        require(self.keep_s > 0, "titles.keep_s", "more than 0", self.keep_s)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means."""
        if self.of == "user":
            return tuple(Column(f"{self.name}.{at}") for at in range(SIGNS))
        return tuple(Column(f"{self.name}.{at}", slots=SLOTS) for at in range(BANDS))

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs; those of `SKETCH` are in a log that was `titled`."""
        return ("user", "item", *SKETCH)

    def start(self) -> TitlesState:
        """Return a memory of nothing."""
        return TitlesState(recent(WORDS), recent(0), np.zeros(0), np.zeros((0, SIGNS)))._tall()

    def step(self, state: TitlesState, woven: Events) -> tuple[TitlesState, NDArray[np.float32]]:
        """Return the memory after the rows; X of the questions."""
        rules = self._rules
        writes = np.isin(woven.kind, [rules.item, rules.order, rules.shown]) & (woven["number"] < 0)
        state = state.roomy(int(np.count_nonzero(writes)))
        x = np.zeros((int(woven.asked.sum()), len(self.columns)), np.float32)
        clock = (woven["number"], woven.kind, woven.logged_us)
        _walk(state, rules, self.of == "user", clock, woven["user"], woven["item"], _sketches(woven), x)
        return state, x

    def peek(self, state: TitlesState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, each as if it were the next row; the state stays as it is."""
        x = np.zeros((len(asked), len(self.columns)), np.float32)
        keys = asked["user" if self.of == "user" else "item"]
        _glance(state, self._rules.keep_us, self.of == "user", asked.logged_us, keys, x)
        return x

    @cached_property
    def _rules(self) -> _Rules:
        item, order, view = (kind_number(name) for name in ("item", "order", "view"))
        return _Rules(item, order, view, self.looked, self.lately, round(self.keep_s * SECOND_US))


def titles(texts: str, of: Literal["user", "item"] = "user") -> tuple[Titles, ...]:
    """Return the table that an app's setting asks for, by the encoder's full name; of "none", "": nothing.

    >>> titles("none"), titles("ngrams")[0].texts
    ((), 'ngrams-256')
    """
    return () if texts in ("", "none") else (Titles(encoder(texts).name, of),)


def _sketches(woven: Events) -> NDArray[np.uint64]:
    return np.stack([woven[name] for name in SKETCH], axis=1)


@kernel
def _walk(
    state: TitlesState,
    rules: _Rules,
    by_user: bool,
    clock: tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int64]],
    user: NDArray[np.uint64],
    item: NDArray[np.uint64],
    sketch: NDArray[np.uint64],
    x: NDArray[np.float32],
) -> None:
    number, kind, logged_us = clock
    questions = 0
    for row in range(len(number)):
        now = logged_us[row]
        _expire(state, now - rules.keep_us)
        if number[row] >= 0:
            key = user[row] if by_user else item[row]
            slot = find(state.users.keys if by_user else state.items.keys, key) if key != U64(0) else NONE
            if slot != NONE:
                _say(state, by_user, slot, x[questions])
            questions += 1
        elif item[row] == U64(0):
            continue
        elif kind[row] == rules.item:
            slot = touch(state.items, item[row], now)
            if is_sketch(sketch[row]):
                state.items.carried[slot] = sketch[row]
        elif kind[row] == rules.order or kind[row] == rules.shown:
            slot = find(state.items.keys, item[row])
            if slot == NONE:
                continue
            touch(state.items, item[row], now)
            weight = 1.0 if kind[row] == rules.order else rules.looked
            if user[row] != U64(0) and weight > 0.0 and is_sketch(state.items.carried[slot]):
                _like(state, touch(state.users, user[row], now), state.items.carried[slot, 0], weight, rules.lately)


@kernel
def _glance(
    state: TitlesState,
    keep_us: int,
    by_user: bool,
    logged_us: NDArray[np.int64],
    keys: NDArray[np.uint64],
    x: NDArray[np.float32],
) -> None:
    held = state.users if by_user else state.items
    for row in range(len(keys)):
        slot = find(held.keys, keys[row]) if keys[row] != U64(0) else NONE
        if slot != NONE and logged_us[row] - held.links[slot].last_us <= keep_us:
            _say(state, by_user, slot, x[row])


@kernel
def _expire(state: TitlesState, edge: int) -> None:
    """Forget whatever was last seen before the edge."""
    while state.items.ends[0] != NONE and state.items.links[state.items.ends[0]].last_us < edge:
        drop(state.items, state.items.ends[0])
    while state.users.ends[0] != NONE and state.users.links[state.users.ends[0]].last_us < edge:
        slot = state.users.ends[0]
        state.weight[slot] = 0.0
        state.mean[slot, :] = 0.0
        drop(state.users, slot)


@lean
def _like(state: Any, owner: int, signs: np.uint64, weight: float, lately: float) -> None:
    """Move a shopper's mean towards the signs of one title."""
    state.weight[owner] = min(state.weight[owner] + weight, lately)
    for sign in range(SIGNS):
        side = 1.0 if (signs >> U64(sign)) & U64(1) else -1.0
        state.mean[owner, sign] += (side - state.mean[owner, sign]) * weight / state.weight[owner]


@lean
def _say(state: Any, by_user: bool, slot: int, to: Any) -> None:
    if by_user:
        for sign in range(SIGNS):
            to[sign] = state.mean[slot, sign]
    elif is_sketch(state.items.carried[slot]):
        for band in range(BANDS):
            signs = (state.items.carried[slot, 0] >> U64(band * (SIGNS // BANDS))) & U64(SLOTS - 2)
            to[band] = 1 + int(signs)
