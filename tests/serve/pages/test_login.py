"""Logging in."""

from __future__ import annotations

import pytest

from evercart.serve.pages.login import onward


@pytest.mark.parametrize(
    "evil", ["//evil", "/\\evil", "https://evil", "javascript:alert(1)", "", "/a\r\nset-cookie: x", "/\t/evil"]
)
def test_nobody_is_sent_elsewhere(evil: str) -> None:
    assert onward(evil) == "/"


def test_a_shop_without_keys_says_how_the_first_is_made(empty) -> None:
    text = empty.get("/login").text
    assert "evercart key create" in text
    assert "<form method" not in text
