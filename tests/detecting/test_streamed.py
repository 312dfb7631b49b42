"""A label is learned when it comes, no sooner."""

from __future__ import annotations

import numpy as np

from evercart.apps.fraud import fraud
from evercart.detecting.reading import Payments
from evercart.detecting.streamed import batches, streamed
from evercart.units import SECOND_US

RNG = np.random.default_rng(2)
N = 3000


def stream(delay_s: int = 1000) -> Payments:
    """Return payments, one a minute, of which those at place 3 are frauds."""
    place = RNG.integers(1, 20, N).astype(np.uint64)
    parties = {"user": RNG.integers(1, 200, N).astype(np.uint64), "place": place}
    us = np.arange(N, dtype=np.int64) * 60 * SECOND_US
    return Payments(us, parties, RNG.integers(100, 9000, N), (place == 3).astype(np.int64), {}, {})


def test_chargebacks_stand_where_they_come() -> None:
    found = stream()
    reads = fraud("user place", 1000, 1000).reads
    kinds = np.concatenate([events.kind for events in batches(found, 1000 * SECOND_US, reads)])
    us = np.concatenate([events.logged_us for events in batches(found, 1000 * SECOND_US, reads)])
    assert (np.diff(us) >= 0).all()
    assert (kinds == 21).sum() == N
    assert (kinds == 22).sum() == (found.label == 1).sum()
    first = np.flatnonzero(found.label == 1)[0]
    assert us[kinds == 22][0] == found.us[first] + 1000 * SECOND_US


def test_a_place_is_known_once_its_first_label_has_come() -> None:
    found = stream()
    ran = streamed(fraud("user place", 1000, 1000), found, 1000, lambda: 0.0, lambda part: None)
    guess, bad = ran.guesses["continual"], found.label == 1
    assert set(ran.guesses) == {"continual", "machine", "linear", "frozen"}
    assert np.isfinite(guess).all()
    assert guess[bad][-50:].min() > guess[~bad][-500:].max()
    early = found.us <= 1000 * SECOND_US
    assert np.unique(guess[early]).tolist() == [0.5]  # before the first label nothing is known
    assert ran.counts["asked"] == N
