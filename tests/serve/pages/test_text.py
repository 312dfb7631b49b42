"""Numbers and times as people read them."""

from __future__ import annotations

from evercart.serve.pages.language import languages
from evercart.serve.pages.text import age, moment, percent, rate, size, when
from evercart.units import DAY_US, SECOND_US


def test_a_moment_is_shown_in_the_shops_zone_through_summer_time() -> None:
    summer, winter = 1_719_835_200 * SECOND_US, 1_704_067_200 * SECOND_US
    assert when(summer, "Europe/Paris") == "2024-07-01 14:00:00"
    assert when(winter, "Europe/Paris") == "2024-01-01 01:00:00"
    assert moment(summer, "Europe/Paris").isoformat() == "2024-07-01T14:00:00+02:00"


def test_ages_have_one_unit() -> None:
    words = languages()["zh"]
    said = [age(us, words) for us in (-5, 0, 59e6, 91e6, 3 * 3600e6, 47 * 3600e6, 2 * DAY_US)]
    assert said == ["0.0 秒", "0.0 秒", "59 秒", "2 分钟", "3 小时", "47 小时", "2 天"]


def test_shares() -> None:
    assert [percent(x) for x in (0.0, 9.99, 10.0, -0.004, float("nan"))] == [
        "+0.00 %",
        "+9.99 %",
        "+10 %",
        "-0.00 %",
        "–",
    ]
    assert percent(-0.5, signed=False) == "0.50 %"


def test_rates_and_sizes() -> None:
    assert [rate(x) for x in (0.04, 99.96, 1234.5)] == ["0.0", "100.0", "1,234"]
    assert (size(0), size(1e6)) == ("0.0 kB", "1.0 MB")
