"""Apps are found by name, built with options."""

from __future__ import annotations

import re
from typing import Any

import pytest

from evercart.apps import APPS, app
from evercart.errors import UserError


@pytest.mark.parametrize("name", APPS)
def test_each_app_carries_its_name(name: str) -> None:
    assert app(name).name == name
    assert app(name).about


def test_options_reach_the_app() -> None:
    assert app("spend", {"unit": "JPY", "minor": 1}).unit == "JPY"


@pytest.mark.parametrize("name", APPS)
def test_the_shop_s_zone_is_the_app_s_unless_it_has_its_own(name: str) -> None:
    assert app(name, zone="Asia/Tokyo").time_zone == "Asia/Tokyo"
    assert app(name, {"zone": "Europe/Paris"}, zone="Asia/Tokyo").time_zone == "Europe/Paris"
    if app(name).tables and not app(name).named:
        assert app(name, zone="Asia/Tokyo").tables != app(name).tables  # whose Monday it is


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("spend", {"minor": 0}, "spend.minor: expected at least 1, got 0"),
        ("spend", {"minor": "x"}, "spend.minor: expected a number, got 'x'"),
        ("spend", {"unit": 5}, "spend.unit: expected text, got 5"),
        ("repurchase", {"gap_s": True}, "repurchase.gap_s: expected a number, got True"),
        ("repurchase", {"deep": 1}, "repurchase.deep: expected true or false, got 1"),
        ("repurchase", {"window_s": float("inf")}, "pairs.window_s: expected more than 0, at most a century, got inf"),
    ],
)
def test_options_that_mean_nothing_are_refused(name: str, options: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        app(name, options)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(
        UserError,
        match=r"^app: expected one of repurchase spend recommend profile behaviour fraud classify, got 'churn'$",
    ):
        app("churn")
    text = "^option of repurchase: expected one of kind gap_s window_s zone deep device texts, got 'most'$"
    with pytest.raises(UserError, match=text):
        app("repurchase", {"most": 3})
