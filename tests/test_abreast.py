"""Tables that are level with the log say at a question what the ring says there."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from evercart.abreast import Abreast, questions, turns
from evercart.apps.repurchase import repurchase
from evercart.apps.spend import spend
from evercart.events.batch import Events
from evercart.events.outliers import Outliers
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.loop import Ring
from evercart.testing.shop import SimulatedShop
from evercart.units import HOUR_S, SECOND_US

KEY = 9
SHOP = SimulatedShop(seed=4, shoppers=30, items=20, days=30)


def mended() -> Ring:
    one = repurchase()
    flags = (Outliers("amount", "user", keep_s=HOUR_S),)
    return Ring((type(one)(**{**vars(one), "mend": flags, "name": "mended"}), spend()), key=KEY)


def rows(ring: Ring) -> Events:
    return Events.concat(list(SHOP.stream(900, key=KEY, columns=ring.reads)))


def asked(ring: Ring, users: list[str], offset: list[int], us: list[int]) -> Events:
    return questions(ring, pa.table({"user": users}), np.array(offset), np.array(us))


def test_woven_or_peeked_a_question_finds_the_same() -> None:
    ring = mended()
    log = rows(ring)
    users = SHOP.table()["user"].drop_null().to_pylist()[:6]
    at = [int(offset) for offset in log.offset[[5, 40, 40, 200, 700, len(log) - 1]]]
    put = asked(ring, users, at, log.logged_us[np.searchsorted(log.offset, at)].tolist())
    woven = Abreast(ring, ring.start(), 0).take(log, put)
    for place in range(len(put)):
        level = Abreast(ring, ring.start(), 0)
        level.take(log.rows(log.offset < at[place]))
        assert level.at == at[place]
        for lane in ring.lanes():
            found = level.x(lane, put.rows(slice(place, place + 1)))
            assert found[0].tobytes() == woven[lane.app.name][place].tobytes()


def test_cuts_change_nothing() -> None:
    ring = mended()
    log = rows(ring)
    put = asked(ring, ["user-1"], [int(log.offset[-1]) + 1], [int(log.logged_us[-1]) + SECOND_US])
    whole, pieces = (Abreast(ring, ring.start(), 0) for _ in range(2))
    whole.take(log)
    for start in range(0, len(log), 97):
        pieces.take(log.rows(slice(start, start + 97)))
    assert (whole.at, whole.us) == (pieces.at, pieces.us) == (int(log.offset[-1]) + 1, int(log.logged_us[-1]))
    for lane in ring.lanes():
        assert whole.x(lane, put).tobytes() == pieces.x(lane, put).tobytes()


def test_a_question_as_a_learner_takes_it() -> None:
    ring = mended()
    put = asked(ring, ["a", "b"], [4, 9], [5 * SECOND_US, 6 * SECOND_US])
    x = np.zeros((2, 3), np.float32)
    made = turns(ring.lanes()[0], Tick(), put, x)
    assert made.what.tolist() == [ASKED] * 2
    assert (made.tick.tolist(), made.offset.tolist()) == ([5, 6], [4, 9])
    assert made.key.tolist() == put["user"].tolist()
    assert np.isnan(made.y).all()
