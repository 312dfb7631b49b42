"""Mending: rows of the quarantine sent through the border again, by an address or a page."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool

from evercart.errors import expected
from evercart.events.findings import Refusal
from evercart.serve.wire import RefusedEvent, Retried
from evercart.shop import Shop

if TYPE_CHECKING:
    from evercart.serve.service import Service

_LOG: Final = logging.getLogger("evercart.serve")
_ONE_AT_A_TIME: Final = Lock()


async def mend(service: Service, numbers: Sequence[int] | None, edits: Mapping[str, Any], who: str) -> Retried:
    """Send rows again that wait; the log tells who did.

    numbers    which; all that wait where None
    edits      field -> value that replaces what was sent, in the log's terms; None takes it away
    """
    done = await run_in_threadpool(_apart, service.shop, numbers, edits)
    which = "all" if numbers is None else " ".join(str(one) for one in numbers[:20]) + (" …" if numbers[20:] else "")
    fields = " ".join(edits) or "nothing"
    _LOG.info("quarantine: %s sent again by %s, changing %s: %d entered", which, who, fields, done.entered)
    return done


def _apart(shop: Shop, numbers: Sequence[int] | None, edits: Mapping[str, Any]) -> Retried:
    """Do it with connections of its own, so that no answer waits for them."""
    with _ONE_AT_A_TIME, Shop.open(shop.folder, given=shop.given, clock=shop.clock, told=shop.told) as own:
        entered, refused = own.ingester.retry(own.quarantine.retry(numbers, edits), own.clock.now_us())
    return Retried(entered, [_refused(one) for one in refused])


def _refused(one: Refusal) -> RefusedEvent:
    return RefusedEvent(one.row, one.field, one.rule, one.value, expected(one.field, one.rule, one.value))
