"""Apps are found by name, built with options."""

from __future__ import annotations

import pytest

from evercart.apps import APPS, app
from evercart.errors import UserError


@pytest.mark.parametrize("name", APPS)
def test_each_app_carries_its_name(name: str) -> None:
    assert app(name).name == name
    assert app(name).about


def test_options_reach_the_app() -> None:
    assert app("spend", {"unit": "JPY", "minor": 1}).unit == "JPY"


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UserError, match=r"^app: expected one of repurchase spend, got 'churn'$"):
        app("churn")
    text = "^option of repurchase: expected one of kind gap_s window_s zone, got 'most'$"
    with pytest.raises(UserError, match=text):
        app("repurchase", {"most": 3})
