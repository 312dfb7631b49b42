"""All that answers for a shop, opened again beside it."""

from __future__ import annotations

import pytest

from evercart.serve.answering.opened import opened


def test_it_is_level_with_the_log_under_the_live_weights(shop):
    now = opened(shop)
    assert now.at == shop.log.next_offset
    assert set(now.weighed) == {app.name for app in shop.apps}
    assert not now.stale
    now.close()


def test_its_answers_are_those_of_the_shop(shop):
    now = opened(shop)
    user = next(name for name in reversed(shop.log.names(0, shop.log.next_offset)["user"].to_pylist()) if name)
    one, _ = now.decider.answer("spend", {"user": user}, "d")
    other = shop.decide("spend", user=user)
    assert (one.guess, one.model, one.revision) == (other.guess, other.model, other.revision)
    mine = now.lists["recommend"].answer(user=user, level=False)
    theirs = shop.recommender().answer(user=user)
    assert [one.item for one in mine] == [one.item for one in theirs]
    assert [one.score for one in mine] == pytest.approx([one.score for one in theirs])
    now.close()


def test_rows_are_taken_in_a_few_at_a_time(shop):
    now = opened(shop)
    at = shop.log.next_offset
    history = shop.log.names(0, 30).drop_columns(["offset", "logged_us"])
    again = history.set_column(history.column_names.index("id"), "id", [[f"again-{n}" for n in range(30)]])
    shop.log.append(again, 1_700_000_000_000_000)
    part = now.part("recommend")
    assert part.level(10) == 21  # the heartbeat with which live begins is one more
    assert (part.at, now.part("spend").at) == (at + 10, at)
    assert [one.level() for one in now.parts] == [0, 0]
    assert now.at == at + 31
    now.close()


def test_a_shop_without_a_checkpoint_is_read_from_its_start(empty):
    now = opened(empty)
    assert (now.at, dict(now.weighed)) == (0, {})
    assert len(now.lists["recommend"].answer(level=False, popular=True)) == 0
    now.close()
