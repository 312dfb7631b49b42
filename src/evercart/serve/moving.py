"""Moving: what an operator does about which model is live, for addresses or pages alike."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from evercart.errors import UserError, expected
from evercart.mover import Refused
from evercart.publish.moves import Move
from evercart.serve.problem import Conflict, Unknown
from evercart.shop import Shop

if TYPE_CHECKING:
    from evercart.serve.service import Service

_LOG: Final = logging.getLogger("evercart.serve")
_ONE_AT_A_TIME: Final = Lock()


class Objected(Conflict):
    """The gate has something against a promotion; every objection is in the log by now."""

    def __init__(self, app: str, objections: tuple[str, ...]) -> None:
        self.objections = objections
        super().__init__(expected(f"promote {app}", "no objection of the gate", "; ".join(objections)))


async def promote(service: Service, app: str, model: str, force: bool, who: str) -> Move:
    """Ask the gate to make a model live; raises `Objected` unless it passes, or is overruled.

    who    is logged with the move
    """
    return await _moved(service, app, who, lambda shop: shop.promote(app, model, who=who, force=force))


async def rollback(service: Service, app: str, to: str | None, who: str) -> Move:
    """Go back at once: to a model or a revision, else to what was live before; raises `Conflict` where it cannot."""
    return await _moved(service, app, who, lambda shop: shop.rollback(app, to, who=who))


async def _moved(service: Service, app: str, who: str, move: Callable[[Shop], Move]) -> Move:
    names = [one.name for one in service.shop.given] or list(service.shop.config.apps)
    if app not in names:
        raise Unknown(expected("app", "one of " + " ".join(names), app))
    moved = await run_in_threadpool(_apart, service.shop, app, move)
    _LOG.info("move of %s: %s -> %s by %s (%s)", app, moved.from_model, moved.to_model, who, moved.why)
    return moved


def _apart(shop: Shop, app: str, move: Callable[[Shop], Move]) -> Move:
    """Do it with connections of its own, so that no answer waits for them."""
    with _ONE_AT_A_TIME, Shop.open(shop.folder, given=shop.given, clock=shop.clock, told=shop.told) as own:
        try:
            return move(own)
        except Refused as error:
            raise Objected(app, error.verdict.objections) from None
        except UserError as error:
            raise Conflict(str(error)) from None
