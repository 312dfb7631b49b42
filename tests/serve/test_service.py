"""What all addresses share."""

from __future__ import annotations

import asyncio

from evercart.serve.service import Service


def test_it_is_ready_once_its_states_are_loaded_then_lets_go_of_all(shop):
    async def work():
        service = Service(shop)
        await service.start()
        before = service.ready
        while not service.ready:
            await asyncio.sleep(0.01)
        await service.stop()
        return before, service.ready

    assert asyncio.run(work()) == (False, False)


def test_a_service_that_never_began_may_be_stopped(empty):
    asyncio.run(Service(empty).stop())


def test_commits_are_counted(empty, ask):
    async def work(service, client):
        event = {"kind": "view", "id": "a", "event_us": 1_700_000_000_000_000, "item": "x"}
        await client.post("/v1/events", json=[event, event, event | {"id": "b", "item": None}])
        metrics = service.metrics
        return metrics.accepted, metrics.duplicates, metrics.refused, sum(metrics.commits.counts)

    assert ask(empty, work) == (1, 1, 1, 1)


def test_profiles_do_not_touch_the_log_that_answers(shop):
    user = next(row["user"] for row in shop.log.names(0, 3_000).to_pylist() if row["kind"] == 2)
    service = Service(shop)
    assert service.profile(user).user == user
    asyncio.run(service.stop())
