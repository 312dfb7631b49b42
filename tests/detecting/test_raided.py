"""A fraud made again is asked about as if it had come that way: by events, never by edited columns."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.apps.fraud import fraud
from evercart.detecting.raided import Raid, others, parted
from evercart.detecting.reading import Payments
from evercart.detecting.streamed import batches, streamed
from evercart.errors import UserError
from evercart.harden.moves import Prices
from evercart.labels.pairs import Tick
from evercart.units import SECOND_US

N = 3000


def stream() -> Payments:
    """Return payments, one a minute, of which those at place 3 are frauds."""
    rng = np.random.default_rng(2)
    place = rng.integers(1, 20, N).astype(np.uint64)
    parties = {"user": rng.integers(1, 200, N).astype(np.uint64), "place": place}
    us = np.arange(N, dtype=np.int64) * 60 * SECOND_US
    return Payments(us, parties, rng.integers(3000, 9000, N), (place == 3).astype(np.int64), {}, {})


FOUND, APP = stream(), fraud("user place", 1000, 1000)


def test_nothing_spent_is_what_was_the_stream_goes_on_as_it_was() -> None:
    plain = streamed(APP, FOUND, 1000, lambda: 0.0, lambda part: None)
    free = Prices((), hour=1e9, part=1e9)
    ran = streamed(APP, FOUND, 1000, lambda: 0.0, lambda part: None, Raid(20, 0.0, free))
    assert plain.raided == {"continual": []}
    for name, guess in plain.guesses.items():
        np.testing.assert_array_equal(ran.guesses[name], guess)
    made = ran.raided["continual"]
    assert len(made) == 20
    for one in made:
        assert one.clean == one.score == plain.guesses["continual"][one.number]
        assert (one.cost, one.ways, FOUND.label[one.number]) == (0.0, (), 1)


def test_another_place_is_what_helps_where_places_are_all() -> None:
    ran = streamed(APP, FOUND, 1000, lambda: 0.0, lambda part: None, Raid(10, 20.0))
    made = ran.raided["continual"]
    assert all("other place" in one.ways and one.cost <= 20 for one in made)
    assert np.mean([one.score for one in made]) < 0.2 < 0.6 < np.mean([one.clean for one in made])


def test_a_split_is_told_by_its_most_suspicious_part() -> None:
    only = Prices((), hour=1e9, part=0.0)
    plain = streamed(APP, FOUND, 1000, lambda: 0.0, lambda part: None, Raid(10, 0.0, only))
    assert all(one.ways in ((), ("split",)) for one in plain.raided["continual"])
    assert any(one.ways for one in plain.raided["continual"])


def test_parts_begin_with_the_tick_of_a_fraud() -> None:
    (events, _) = batches(FOUND, 1000 * SECOND_US, APP.reads)
    victims = np.flatnonzero(FOUND.label == 1)[5:8]
    parts = list(parted(events, victims, 1, Tick()))
    assert [victim for _, victim in parts] == [-1, *victims.tolist()]
    assert sum(len(part) for part, _ in parts) == len(events)
    for part, victim in parts[1:]:
        assert victim + 1 in part["id"][part.logged_us == part.logged_us[0]]


def test_others_are_earlier_parties_or_new_ones() -> None:
    device = np.arange(1, N + 1).astype(np.uint64)
    found = FOUND._replace(parties={"place": FOUND.parties["place"], "device": device})
    drawn = others(found, 50, 1)
    assert set(drawn["place"].tolist()) <= set(FOUND.parties["place"][:50].tolist())
    assert not set(drawn["device"].tolist()) & set(device.tolist())
    assert Raid(since=0.5).drawn(FOUND.label).min() >= N // 2


def test_who_knows_the_payer_goes_where_he_goes() -> None:
    own = FOUND.parties["place"][:2000][FOUND.parties["user"][:2000] == FOUND.parties["user"][2000]]
    assert set(others(FOUND, 2000, 1, knowing=True)["place"].tolist()) <= set(own.tolist())
    assert others(FOUND, 0, 1, knowing=True)["place"].tolist() == [FOUND.parties["place"][0]] * 4  # nothing came before


def test_what_is_counted_of_the_plain_one_changes_nothing_of_it() -> None:
    app, raid = fraud("user place", 1000, 1000, hardened=True), Raid(5, 20.0)
    both, plain = (streamed(one, FOUND, 1000, lambda: 0.0, lambda part: None, raid) for one in (app, APP))
    np.testing.assert_array_equal(both.guesses["continual"], plain.guesses["continual"])
    np.testing.assert_array_equal(both.guesses["machine"], plain.guesses["machine"])
    assert both.raided["continual"] == plain.raided["continual"]
    assert [one.number for one in both.raided["hardened"]] == [one.number for one in both.raided["continual"]]


def test_bad_settings() -> None:
    with pytest.raises(UserError) as caught:
        Raid(budget=-1)
    assert str(caught.value) == "raid.budget: expected 0 or more and finite, got -1"
    with pytest.raises(UserError) as caught:
        Raid(-1)
    assert str(caught.value) == "raid.frauds: expected 0 or more, got -1"
    with pytest.raises(UserError) as caught:
        Raid(since=1)
    assert str(caught.value) == "raid.since: expected 0 or more and less than 1, got 1"
