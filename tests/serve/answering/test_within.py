"""Questions answered in the process that was asked; the rest is asked over HTTP in api/test_answers.py."""

from __future__ import annotations

from evercart.serve.answering.within import Within
from evercart.serve.settings import Settings


def test_nothing_is_ready_before_it_is_loaded(shop) -> None:
    within = Within(shop, Settings())
    assert (within.status.at, within.status.live) == (-1, {})
