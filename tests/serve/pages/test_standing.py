"""How a shop is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from evercart import pulse as pulses
from evercart.clock import Clock
from evercart.pulse import Day, Pulse
from evercart.serve.pages.standing import Looker
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.contested import contested

NOW_US = 1_600_100_000_000_000


class Hands:
    """A clock that is set by hand, at a speed beside the wall's."""

    def __init__(self, speed: float = 1.0) -> None:
        self.wall, self.speed = 0.0, speed

    @property
    def clock(self) -> Clock:
        return Clock(
            now_us=lambda: NOW_US + int(self.wall * self.speed * 1e6), wall_s=lambda: self.wall, speed=self.speed
        )


def pulse_at(us: int, **more: object) -> Pulse:
    return replace(Pulse(us, 5, 9, 3.0, 0.1, {}, {}, {}), **more)


def test_an_empty_shop(empty) -> None:
    found = Looker(empty.service).look()
    assert (found.next_offset, found.learned, found.held, found.pulse, found.alarms) == (0, 0, 0, None, ())
    assert [one.app.name for one in found.apps] == ["repurchase", "spend", "recommend"]
    assert [one.judged for one in found.apps] == [None] * 3
    assert not found.learning


def test_what_was_learned(raced) -> None:
    found = Looker(raced.service).look()
    (one,) = found.apps
    assert (one.live, one.own, one.order) == ("seeing", "seeing", ("continual", "seeing", "twin", "frozen"))
    assert found.behind == found.next_offset - raced.service.shop.checkpoints.next_offset() < 10
    raced.service.shop.promote("coupons", "twin", who="ann", force=True)
    (one,) = Looker(raced.service).look().apps
    assert one.racers == ("twin", "frozen", "continual", "seeing")  # the live one first


def test_a_look_serves_all_who_ask_at_once(tmp_path: Path) -> None:
    hands = Hands()
    with Shop.open(tmp_path / "shop", create=True, clock=hands.clock, given=(contested(),)) as shop:
        looker = Looker(Service(shop))
        first = looker.look()
        hands.wall = 0.3
        assert looker.look() is first
        hands.wall = 0.5
        assert looker.look() is not first


def test_a_learner_is_missed_after_ten_seconds_of_the_wall_at_any_speed(tmp_path: Path) -> None:
    for speed in (1.0, 100.0):
        hands = Hands(speed)
        with Shop.open(tmp_path / f"{speed}", create=True, clock=hands.clock, given=(contested(),)) as shop:
            looker = Looker(Service(shop))
            pulses.write(shop.folder / "live", pulse_at(NOW_US))
            hands.wall = 9.0
            found = looker.look()
            assert found.learning
            assert round(found.pulse_s or 0, 3) == 9.0
            assert found.simulated == (speed > 1)
            hands.wall = 11.0
            assert not looker.look().learning


DAYS = (  # after the last closed one that is saved, questions, whether that day is shown
    (1, 10, True),
    (1, 9, False),  # too few
    (2, 1, True),  # the one between closed since
    (2, 0, False),
    (0, 99, False),
)


def test_today_is_what_the_learner_says_where_it_is_newer(raced) -> None:
    shop = raced.service.shop
    loss = {"continual": 0.5, "seeing": 0.4, "twin": 0.5, "frozen": 0.6}
    (last,) = Looker(raced.service).look().apps
    closed = date.fromisoformat(last.course.last(last.order)[0])
    days = [((closed + timedelta(days=ahead)).isoformat(), n, judged) for ahead, n, judged in DAYS]
    for day, n, judged in days:
        pulses.write(shop.folder / "live", pulse_at(NOW_US, today={"coupons": Day(day, n, loss)}))
        (one,) = Looker(raced.service).look().apps
        assert (one.judged is not None and one.judged.open) == judged
    pulses.write(shop.folder / "live", pulse_at(NOW_US, today={"coupons": Day("2020-09-20", 70, {"other": 1.0})}))
    (one,) = Looker(raced.service).look().apps
    assert one.judged is None or not one.judged.open


def test_a_week_is_the_day_with_those_before(raced) -> None:
    shop = raced.service.shop
    loss = {"continual": 0.5, "seeing": 0.4, "twin": 0.5, "frozen": 0.6}
    pulses.write(shop.folder / "live", pulse_at(NOW_US, today={"coupons": Day("2020-09-20", 70, loss)}))
    (one,) = Looker(raced.service).look().apps
    assert one.week is not None
    closed = one.course.rows(slice(-6, None))
    assert one.week.n == 70 + int(closed.n.sum())
    means = (0.6 * 70 + closed.loss[:, one.order.index("frozen")].sum()) / one.week.n
    assert abs(one.week.loss["frozen"] - means) < 1e-12


def test_events_a_second(raced) -> None:
    looker = Looker(raced.service)
    looker._rate(0.0, 100)
    assert looker._rate(0.1, 100) is None
    assert looker._rate(5.0, 600) == 100.0
    assert looker._rate(20.0, 600) == 0.0
