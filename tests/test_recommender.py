"""Answers in process: what to show now, to whom, why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evercart.apps.recommend import app_of, next_basket, next_click
from evercart.catalogue import Catalogue
from evercart.clock import Clock
from evercart.errors import UserError
from evercart.hashing import hash_name
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.content import Content
from evercart.learners.neighbours.cosine import Cosine
from evercart.learners.neighbours.embedded import Embedded
from evercart.learners.neighbours.popular import Popular
from evercart.learners.neighbours.q_learning import QLearning
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.policies.available import Available
from evercart.learners.policies.diverse import Diverse
from evercart.learners.policies.explore import Explore, Uniform
from evercart.learners.policies.not_bought import NotBought
from evercart.learners.policies.policy import Policy
from evercart.learners.policies.similar import SameKey
from evercart.learners.policies.young import Young
from evercart.log import Log, open_log
from evercart.recommender import Recommender
from evercart.shop import Shop
from evercart.testing.walks import KEY, NOW_US, START_US, click, history, rows
from evercart.units import DAY_US, SECOND_US

PARTS = next_click()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    opened = open_log(tmp_path / "log", KEY)
    opened.import_history("walks", lambda skip: iter([history().slice(skip)]))
    click(opened, NOW_US - SECOND_US, "now", "i3", "me")
    yield opened
    opened.close()


def asked(log: Log, **given: Any) -> Recommender:
    return Recommender(given.pop("parts", PARTS), log, lambda: NOW_US, **given)


def items(answer: Any) -> list[str]:
    return [one.item for one in answer]


def test_an_answer_has_names_places_reasons(log: Log) -> None:
    answer = asked(log).answer(session="now", k=5)
    assert items(answer)[0] == "i4"
    assert [one.place for one in answer] == [1, 2, 3, 4, 5]
    assert [one.score for one in answer] == sorted((one.score for one in answer), reverse=True)
    assert {one.chance for one in answer} == {1.0}
    assert "people went on to it from here" in " ".join(reason.text for reason in answer.items[0].why)
    assert (answer.empty, answer.offset) == ("", log.next_offset)
    assert asked(log).answer(session="now", why=False).items[0].why == ()


def test_a_click_changes_the_next_answer(log: Log) -> None:
    one = asked(log)
    before = items(one.answer(session="now"))
    click(log, NOW_US, "now", "i7")
    after = one.answer(session="now")
    assert items(after)[0] == "i8" != before[0]
    assert items(one.answer(session="fresh")) != items(after)
    click(log, NOW_US + 1, "now", "never seen before")
    assert "never seen before" not in items(one.answer(session="now"))
    click(log, NOW_US + 2, "now", "i1")
    assert "never seen before" in items(one.answer(session="now", k=50))


def test_one_that_followed_the_log_answers_like_one_that_read_it_at_once(log: Log) -> None:
    """Rows came one by one here, all at once there: the same bits, the ranker's too."""
    follower = asked(log)
    for i in range(60):
        click(log, NOW_US + i * SECOND_US, f"late {i // 4}", f"i{i % 12}", "me")
        if i % 3:
            follower.answer(session=f"late {i // 4}", now_us=NOW_US + i * SECOND_US)
    later_us = NOW_US + 100 * SECOND_US
    both = [one.answer(session="late 3", now_us=later_us) for one in (follower, asked(log))]
    assert both[0] == both[1]


def test_strangers_are_shown_what_is_popular(log: Log) -> None:
    for i in range(30):
        click(log, NOW_US, f"crowd {i}", "i9")
    one = asked(log)
    for who in ({}, {"session": "nobody"}, {"user": "nobody"}, {"session": "nobody", "item": "nothing"}):
        answer = one.answer(**who, k=3)
        assert len(answer) == 3
        assert "i9" in items(answer)
    assert items(one.answer(item="i5", k=1)) == ["i6"]


def test_an_empty_log_says_why_there_is_nothing(tmp_path: Path) -> None:
    empty = open_log(tmp_path / "empty", KEY)
    answer = asked(empty).answer(session="s", user="u")
    assert (len(answer), answer.empty) == (0, "no candidates: nothing is known yet that could be shown")
    click(empty, NOW_US, "s", "only")
    assert asked(empty).answer(session="other").items[0].item == "only"
    empty.close()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"k": 0}, "recommend.k: expected at least 1, got 0"),
        ({"k": -4}, "recommend.k: expected at least 1, got -4"),
        ({"k": 2.5}, "recommend.k: expected at least 1, got 2.5"),
        ({"session": ""}, "recommend.session: expected a name, got ''"),
        ({"user": 7}, "recommend.user: expected a name, got 7"),
        ({"session": "\ud800"}, "recommend.session: expected a name in UTF-8, got 'other bytes'"),
    ],
)
def test_what_cannot_be_asked_is_told(log: Log, given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        asked(log).answer(**given)


def test_more_places_than_items_give_what_there_is(log: Log) -> None:
    answer = asked(log).answer(session="now", k=10**9)
    assert len(answer) == 11
    assert "i3" not in items(answer)


@pytest.mark.parametrize("letters", ["a", "ß", "名", "🛒", "\u202eع", "a b\n\t'\"\\"])
def test_ids_of_a_kilobyte_in_any_script(log: Log, letters: str) -> None:
    name = (letters * 1000)[: 1000 // len(letters.encode())]
    for session in ("before " + name, name):
        for us, item in ((NOW_US, "i1"), (NOW_US + 1, "x" + name), (NOW_US + 2, "i2")):
            click(log, us, session, item)
    one = asked(log)
    assert "x" + name in items(one.answer(session=name, user=name, k=50))
    assert len(one.answer(session=name + "?", user=name, item=name)) > 0


@pytest.mark.parametrize(
    ("session", "clicks"),
    [("single", ["i3"]), ("again", ["i3"] * 300), ("long", [f"i{n * 7 % 12}" for n in range(10_000)])],
)
def test_sessions_of_any_length(log: Log, session: str, clicks: list[str]) -> None:
    us = [NOW_US] * len(clicks)
    log.append(rows("view", us, session=[session] * len(us), item=clicks), NOW_US)
    answer = asked(log, learned=500).answer(session=session)
    assert len(answer) >= 10
    assert clicks[-1] not in items(answer)
    assert all(np.isfinite(one.score) for one in answer)


def test_duplicates_out_of_order(log: Log) -> None:
    """A resend is no second click; what comes late counts when it comes."""
    one, twin = asked(log), rows("view", [NOW_US], session=["d"], item=["i5"])
    log.append(twin, NOW_US)
    first = one.answer(session="d", now_us=NOW_US + 10)
    log.append(twin, NOW_US + 5)
    assert one.answer(session="d", now_us=NOW_US + 10) == first
    late = rows("view", [NOW_US - 3600 * SECOND_US], session=["d"], item=["i2"])
    log.append(late, NOW_US + 6)
    assert items(one.answer(session="d", now_us=NOW_US + 10))[0] == "i3"


def test_an_item_deleted_between_click_and_answer(log: Log) -> None:
    gone: set[int] = set()
    one = asked(log, policy=Policy((Available(gone=gone),)))
    assert items(one.answer(session="now"))[0] == "i4"
    gone.add(hash_name("i4", KEY))
    answer = one.answer(session="now")
    assert "i4" not in items(answer)
    assert answer.removed == {"not available": 1}


def test_all_filtered_is_a_clear_empty_answer(log: Log) -> None:
    one = asked(log, policy=Policy((Available(stock=()),)))
    answer = one.answer(session="now")
    assert (len(answer), answer.empty) == (0, "all 11 candidates were filtered: 11 not available")


def test_a_policy_knows_purchases_categories_chances(log: Log) -> None:
    order = {"user": ["me"], "item": ["i4"], "quantity": [1000], "amount": [5], "currency": ["EUR"]}
    log.append(rows("order", [NOW_US], **order), NOW_US)
    names = [f"i{n}" for n in range(12)]
    log.append(rows("item", [NOW_US] * 12, item=names, category=["even", "odd"] * 6), NOW_US)
    catalogue = Catalogue(KEY)
    same = SameKey(catalogue.category)
    one = asked(log, catalogue=catalogue, policy=Policy((NotBought(), Diverse(same, 0.1)), k=2))
    answer = one.answer(session="now", user="me")
    assert "i4" not in items(answer)
    assert answer.removed == {"bought already": 1}
    assert len({catalogue.category[hash_name(name, KEY)] for name in items(answer)}) == 2
    assert "i4" in items(one.answer(session="now", user="you", k=11))
    drawing = asked(log, policy=Policy((Explore((2,), Uniform(1.0)),), k=2))
    drawn = [drawing.answer(session="now", item=f"i{n}") for n in range(20)]
    assert {answer.items[1].chance for answer in drawn} == {0.1}
    assert len({answer.items[1].item for answer in drawn}) > 3
    tried = [a.items[1].why[0].text for a in drawn if a.items[1].why[0].kind == "explored"]
    assert set(tried) == {"shown to learn whether it is liked"}
    assert drawing.answer(session="now") == drawing.answer(session="now")


def test_a_place_is_kept_for_what_has_only_just_come(log: Log) -> None:
    for item in ("i3", "fresh"):
        click(log, NOW_US, "another", item)
    catalogue = Catalogue(KEY)
    keeping = Policy((Young(1, catalogue.since_us, younger_s=600),), k=1)
    one = asked(log, catalogue=catalogue, policy=keeping)
    assert items(asked(log).answer(session="now", k=1)) == ["i4"]
    answer = one.answer(session="now")
    assert items(answer) == ["fresh"]
    assert answer.items[0].why[0].text == "one that has only just come"
    assert items(one.answer(session="now", now_us=NOW_US + 601 * SECOND_US)) == ["i4"]


def test_baskets_are_asked_about_by_shopper(log: Log) -> None:
    days = range(0, 56, 7)
    us = [NOW_US + day * DAY_US for day in days]
    bought = {"user": ["me"] * 8, "quantity": [1000] * 8, "amount": [5] * 8, "currency": ["EUR"] * 8}
    for item in ("milk", "tea"):
        for at, _ in enumerate(days):
            one = {name: [values[at]] for name, values in bought.items()}
            log.append(rows("order", [us[at]], item=[item], session=[f"b{at}"], **one), us[at])
    answer = asked(log, parts=next_basket()).answer(user="me", now_us=us[-1] + 7 * DAY_US)
    assert set(items(answer)[:2]) == {"milk", "tea"}
    said = [reason.text for one in answer.items[:2] for reason in one.why]
    assert any(re.search(r"bought it 8 times, about every 7 days, last 7 days ago", text) for text in said)


def test_a_source_that_learns_by_whole_ticks_waits_for_them(log: Log) -> None:
    class Ticking(Browsing):
        grain = "tick"  # type: ignore[assignment, misc]

    one = asked(log, parts=replace(PARTS, sources=(Ticking(),)))
    click(log, NOW_US, "now", "i7")
    assert items(one.answer(session="now", now_us=NOW_US))[0] == "i4"
    assert items(one.answer(session="now", now_us=NOW_US + SECOND_US))[0] == "i8"


@pytest.mark.slow  # every source is compiled; each is asked in a test of its own
def test_all_sources_together_with_titles(log: Log) -> None:
    names = [f"i{n}" for n in range(12)]
    text = ["green tea", "black tea"] * 6
    log.append(rows("item", [NOW_US] * 12, item=names, category=["even", "odd"] * 6, text=text), NOW_US)
    sources = (Browsing(), Content(texts="ngrams"), Cosine(), Embedded(), Popular(), QLearning(), Repeats())
    one = asked(log, parts=replace(PARTS, sources=sources))
    for us in range(3):
        click(log, NOW_US + us, "late", f"i{5 + us}", "me")
    answer = one.answer(session="late", user="me", k=4)
    assert items(answer)[0] == "i8"
    assert all(reason.text for shown in answer for reason in shown.why)
    assert len(one.answer(session="nobody")) > 0
    assert one.answer(session="late", user="me", k=4) == asked(log, parts=one.parts).answer(
        session="late", user="me", k=4
    )


def test_a_log_that_fails_half_way_is_read_again(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken in before the failure is not taken in twice."""
    one = asked(log)
    for i in range(6):
        click(log, NOW_US + i, "now", f"i{i}")
    read = log.read

    def failing(*given: Any, **more: Any) -> Iterator[Any]:
        for events in read(*given, **more):
            yield events.rows(slice(3))
            raise TimeoutError

    monkeypatch.setattr(log, "read", failing)
    with pytest.raises(TimeoutError):
        one.answer(session="now", now_us=NOW_US + 10)
    monkeypatch.undo()
    assert one.answer(session="now", now_us=NOW_US + 10) == asked(log).answer(session="now", now_us=NOW_US + 10)


def test_only_apps_that_rank_recommend(tmp_path: Path) -> None:
    with (
        Shop.open(tmp_path / "mine", create=True) as shop,
        pytest.raises(UserError, match=r"^recommend\.app: expected an app that ranks, got 'spend'$"),
    ):
        shop.recommender(app="spend")


def test_a_shop_that_has_learned_answers_with_what_is_live(tmp_path: Path) -> None:
    app = app_of(PARTS)
    slow = replace(PARTS.ranker, rate=0.001)
    app = replace(app, challengers=(("slow", slow),))
    clock = Clock(now_us=lambda: NOW_US, cpu_s=lambda: 0.0)
    with Shop.open(tmp_path / "shop", create=True, given=(app,), clock=clock) as shop:
        part = history(2000, 12)
        us = START_US
        for at in range(0, part.num_rows, 50):
            rows_now = part.slice(at, 50)
            us = rows_now["event_us"][-1].as_py()
            shop.log.append(rows_now, us)
        shop.run()
        whole = Recommender(PARTS, shop.log, clock.now_us, learned=10**9)
        resumed = shop.recommender()
        for _ in range(2):
            one, other = whole.answer(session="s399", k=6), resumed.answer(session="s399", k=6)
            assert [(shown.item, shown.score) for shown in one] == [(shown.item, shown.score) for shown in other]
            click(shop.log, us + DAY_US, "s399", "i3")
        before = [shown.score for shown in other]
        model = next(one for one in shop.ring().lanes()[0].models.values() if one.name == "slow")
        shop.promote("recommend", model.id, who="me", force=True)
        shop.log.heartbeat(NOW_US + 9 * DAY_US)
        shop.run()
        assert [shown.score for shown in shop.recommender().answer(session="s399", k=6)] != before
