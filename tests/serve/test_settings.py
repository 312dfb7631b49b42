"""What `[serve]` in `shop.toml` may say."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.serve.settings import Settings


def test_only_this_machine_is_served_unless_said():
    assert Settings().host == "127.0.0.1"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"port": 70_000}, "shop.toml: serve.port: expected from 0 to 65535, got 70000"),
        ({"port": "80"}, "shop.toml: serve.port: expected an integer, got '80'"),
        ({"port": True}, "shop.toml: serve.port: expected an integer, got True"),
        ({"host": 5}, "shop.toml: serve.host: expected text, got 5"),
        ({"batch": 0}, "shop.toml: serve.batch: expected at least 1, got 0"),
        ({"wait_ms": -1}, "shop.toml: serve.wait_ms: expected at least 0, got -1"),
        ({"body_mb": "much"}, "shop.toml: serve.body_mb: expected a number, got 'much'"),
        ({"defaults": {"spend": "x"}}, "shop.toml: serve.defaults.spend: expected a number, got 'x'"),
        ({"defaults": 5}, "shop.toml: serve.defaults: expected a table of numbers by app, got 5"),
    ],
)
def test_what_may_not_be_said(said, text):
    with pytest.raises(UserError) as error:
        Settings.of(said)
    assert str(error.value) == text


def test_a_setting_that_is_none_is_told_with_the_nearest():
    with pytest.raises(UserError, match=r"^shop\.toml: serve: expected one of the settings .*\(nearest: 'port'\)$"):
        Settings.of({"prot": 5})
