"""What answers is kept level with the log, with the newest weights."""

from __future__ import annotations

import asyncio

import pyarrow as pa

from evercart.erasing import erase
from evercart.events.kinds import number as kind_number
from evercart.events.schema import conform
from evercart.publishing import FOLDER
from evercart.serve.answering.keeping import Keeping
from evercart.shop import Shop


def ran(shop, work):
    async def run():
        keeping = Keeping(shop)
        keeping.start()
        try:
            while keeping.now is None:
                await asyncio.sleep(0.01)
            return await asyncio.wait_for(work(keeping), 60)
        finally:
            await keeping.stop()

    return asyncio.run(run())


async def until(holds):
    while not holds():
        await asyncio.sleep(0.01)


def appended(shop, rows, first="e"):
    history = shop.log.names(0, 500).drop_columns(["offset", "logged_us"])
    many = pa.concat_tables([history] * (rows // 500))
    ids = [[f"{first}-{n}" for n in range(rows)]]
    shop.log.append(many.set_column(many.column_names.index("id"), "id", ids), 1_700_000_000_000_000)


def test_what_others_log_is_taken_in_unasked(shop):
    async def work(keeping):
        appended(shop, 2_500)
        await until(lambda: keeping.at == shop.log.next_offset)
        return True

    assert ran(shop, work)


def test_a_question_takes_in_what_it_has_the_time_for(shop):
    async def work(keeping):
        appended(shop, 1_500)
        keeping.hear(shop.log.next_offset, shop.log.next_offset)
        first, at = keeping.level("recommend"), keeping.now.lists["recommend"].at
        part = keeping.now.lists["recommend"]
        return first, at, keeping.level("recommend"), part.at == shop.log.next_offset

    before = shop.log.next_offset
    assert ran(shop, work) == (False, before + 1_024, True, True)


def test_after_a_move_the_other_model_answers(shop):
    async def work(keeping):
        current = shop.current("spend").model
        model = next(one.id for one in shop.shelf.models("spend") if one.id != current)
        shop.promote("spend", model, who="me", force=True)
        await until(lambda: keeping.now.weighed["spend"].weights.model == model)
        shop.rollback("spend", who="me")
        await until(lambda: keeping.now.weighed["spend"].weights.model == current)
        return True

    assert ran(shop, work)


def test_an_erased_shopper_is_a_stranger_at_once_then_forgotten(shop):
    rows = shop.log.names(0, shop.log.next_offset).to_pylist()
    user = next(row["user"] for row in reversed(rows) if row["kind"] == 1)

    async def work(keeping):
        before = keeping.now
        known = before.lists["recommend"].answer(user=user, level=False)
        with Shop.open(shop.folder) as other:
            await asyncio.to_thread(erase, other, "user", user)
        await until(lambda: keeping.now is not before)
        stranger = keeping.now.lists["recommend"].answer(user="nobody at all", level=False)
        left = keeping.now.lists["recommend"].answer(user=user, level=False)
        return known, left, stranger

    known, left, stranger = ran(shop, work)
    assert [one.item for one in left] == [one.item for one in stranger]
    assert [one.score for one in known] != [one.score for one in left]


def test_other_apps_answer_once_what_the_log_holds_asks_for_them(tmp_path):
    def rows(kind, first, **more):
        names = [f"{kind}-{n}" for n in range(first, first + 300)]
        columns = {
            "id": names,
            "event_us": [n * 1_000_000 for n in range(300)],
            "user": [f"u{n % 9}" for n in range(300)],
        }
        items = [f"i{n % 7}" for n in range(300)]
        numbers = pa.array([kind_number(kind)] * 300, pa.int16())
        return conform(pa.table({**columns, "item": items, "kind": numbers, **more}))

    said = []
    with Shop.open(tmp_path / "shop", create=True, told=said.append) as shop:
        orders = rows("order", 0, quantity=[1_000] * 300, amount=[100] * 300)
        shop.log.import_history("orders", lambda skip: iter([orders.slice(skip)]))
        shop.run()

        async def work(keeping):
            before = keeping.now.apps
            views = rows("view", 0, session=[f"s{n // 5}" for n in range(300)])
            shop.log.import_history("views", lambda skip: iter([views.slice(skip)]))
            await asyncio.to_thread(shop.run, replay=True)
            await until(lambda: keeping.now.apps != before)
            return keeping.now.apps == shop.apps, set(keeping.now.weighed)

        assert ran(shop, work) == (True, {app.name for app in shop.apps})
    assert [text for text in said if text.startswith("live weights of recommend: expected the weights of a model")]


def test_the_folder_of_live_weights_is_where_the_learner_puts_them(shop):
    assert sorted(path.name for path in (shop.folder / FOLDER).glob("*.safetensors")) == [
        f"{app.name}.safetensors" for app in sorted(shop.apps, key=lambda app: app.name)
    ]
