"""How far the log reaches, as those who append to it tell."""

from __future__ import annotations

from evercart.serve.answering.heard import Heard


def after(*commits: tuple[int, int, int]) -> tuple[int, int]:
    heard = Heard()
    for one in commits:
        heard.committed(*one)
    return heard.known, heard.due


def test_decisions_of_our_own_change_no_state() -> None:
    assert after((2, 2, 2), (3, 0, 5), (1, 0, 6)) == (6, 2)


def test_rows_that_others_put_between_may() -> None:
    assert after((2, 2, 2), (1, 0, 9)) == (9, 9)


def test_what_is_heard_late_takes_nothing_back() -> None:
    assert after((4, 4, 4), (2, 2, 2)) == (4, 4)


def test_a_commit_that_failed_says_nothing() -> None:
    assert after((4, 4, 4), (1, 1, -1)) == (4, 4)
