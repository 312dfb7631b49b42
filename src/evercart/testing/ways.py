"""Ways of a simulated fraud ring: a function each, from a day to its frauds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.testing.payers import Paid, Payers, anew, popular, some_anew
from evercart.testing.shoppers import time_of_day
from evercart.units import HOUR_S, MINUTE_S, SECOND_US

Ints = NDArray[np.int64]
Generator = np.random.Generator

SPELL_D: Final = 21  # days that a terminal stays taken over
HELD: Final = 3  # terminals at a time
_GIFTS: Final = np.array([2_500, 5_000, 10_000, 15_000])  # minor units that gift cards are sold at


class Scene(NamedTuple):
    """What a way finds.

    payers    whose cards, accounts it may take
    seed      of the ring, so that a spell of days looks the same on each of them
    """

    payers: Payers
    seed: int
    day: int
    start_us: int
    places: int


Way = Callable[[Scene, Generator, int], Paid]  # the last: about how many frauds


def large(scene: Scene, rng: Generator, count: int) -> Paid:
    """Stolen cards: a few times the owner's usual amount, each card some times, on a device of the thief's."""
    seat = np.repeat(scene.payers.drawn(rng, -(-count // 3)), 3)[:count]
    device = np.repeat(anew(rng, -(-count // 3)), 3)[:count]
    card, _, address = scene.payers.own(rng, seat[::3])
    us = scene.start_us + time_of_day(rng.random(count))
    amount = scene.payers.amounts(rng, seat, rng.uniform(2.5, 7, count))
    place = popular(rng, (count,), scene.places)
    user = scene.payers.user[seat]
    return _frauds(us, user, place, np.repeat(card, 3)[:count], device, np.repeat(address, 3)[:count], amount)


def fresh(scene: Scene, rng: Generator, count: int) -> Paid:
    """Accounts opened for it, two payments each, that share a handful of devices, addresses for a few days."""
    hands = np.random.default_rng((scene.seed, 1, scene.day // 3))
    devices, addresses = anew(hands, 6), anew(hands, 8)
    user, card = (np.repeat(anew(rng, -(-count // 2)), 2)[:count] for _ in range(2))
    amount = np.exp(rng.normal(8.3, 0.5, count)).astype(np.int64)
    us, place = scene.start_us + time_of_day(rng.random(count)), popular(rng, (count,), scene.places)
    return _frauds(us, user, place, card, rng.choice(devices, count), rng.choice(addresses, count), amount)


def probing(scene: Scene, rng: Generator, count: int) -> Paid:
    """Card testing: many stolen cards, small amounts, within an hour, at one or two places."""
    rush = rng.integers(0, 2, count)
    at = rng.integers(7 * HOUR_S, 22 * HOUR_S, 2)[rush] + rng.integers(0, HOUR_S, count)
    seat = scene.payers.drawn(rng, count)
    card, _, address = scene.payers.own(rng, seat)
    device = rng.choice(anew(rng, -(-count // 12)), count)
    amount, place = rng.integers(60, 600, count), rng.integers(0, scene.places, 2)[rush]
    us = scene.start_us + at * SECOND_US
    return _frauds(us, scene.payers.user[seat], place, card, device, address, amount)


def terminals(scene: Scene, rng: Generator, count: int) -> Paid:
    """Taken-over terminals: most payments there are frauds for weeks, of usual amounts, by payers with own cards."""
    order = np.random.default_rng((scene.seed, 2)).permutation(scene.places)
    first = scene.day // (SPELL_D // HELD)  # so often one is let go, another taken
    place = order[(first + rng.integers(0, HELD, count)) % scene.places]
    seat = scene.payers.drawn(rng, count)
    card, device, address = scene.payers.own(rng, seat)
    us, amount = scene.start_us + time_of_day(rng.random(count)), scene.payers.amounts(rng, seat)
    return _frauds(us, scene.payers.user[seat], place, card, device, address, amount)


def night(scene: Scene, rng: Generator, count: int) -> Paid:
    """Bursts: accounts taken over, four payments within minutes in the small hours, of usual amounts."""
    many = -(-count // 4)
    burst = np.repeat(np.arange(many), 4)[:count]
    seat = scene.payers.drawn(rng, many)
    began = rng.integers(int(0.5 * HOUR_S), int(4.5 * HOUR_S), many)
    us = scene.start_us + (began[burst] + rng.integers(0, 15 * MINUTE_S, count)) * SECOND_US
    card, device, address = scene.payers.own(rng, seat)
    place = popular(rng, (count,), scene.places)
    amount = scene.payers.amounts(rng, seat[burst], 1.3)
    device = some_anew(rng, device, 0.5)
    return _frauds(us, scene.payers.user[seat][burst], place, card[burst], device[burst], address[burst], amount)


def gifts(scene: Scene, rng: Generator, count: int) -> Paid:
    """Gift cards: accounts taken over buy round amounts at a few places, sent to a new address."""
    shops = np.random.default_rng((scene.seed, 3, scene.day // 7)).integers(0, scene.places, 6)
    many = -(-count // 2)
    buyer = np.repeat(np.arange(many), 2)[:count]
    seat = scene.payers.drawn(rng, many)
    card, device, _ = scene.payers.own(rng, seat)
    us, user = scene.start_us + time_of_day(rng.random(count)), scene.payers.user[seat][buyer]
    address, amount = anew(rng, many)[buyer], rng.choice(_GIFTS, count)
    return _frauds(us, user, rng.choice(shops, count), card[buyer], device[buyer], address, amount)


def _frauds(us: Ints, user: Ints, place: Ints, card: Ints, device: Ints, address: Ints, amount: Ints) -> Paid:
    return Paid(us, user, place, card, device, address, amount, np.ones_like(us))


WAYS: Final[Mapping[str, Way]] = {
    "large": large,
    "fresh": fresh,
    "probing": probing,
    "terminals": terminals,
    "night": night,
    "gifts": gifts,
}
