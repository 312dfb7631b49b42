"""Events: what happened in the shop, sent in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from evercart.errors import expected
from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.problem import Problem
from evercart.serve.sent import Sent, read
from evercart.serve.wire import Taken

if TYPE_CHECKING:
    from evercart.serve.service import Service

_KIND: Final = "outcome"


async def _events(service: Service, call: Call) -> Taken:
    return await _logged(service, read(call.body, call.type, service.settings))


async def _outcomes(service: Service, call: Call) -> Taken:
    sent = read(call.body, call.type, service.settings)
    if sent.table is not None:
        table = sent.table
        if "kind" not in table.column_names:
            table = table.append_column("kind", pa.array([_KIND] * sent.events, pa.string()))
        return await _logged(service, sent._replace(table=table))
    return await _logged(service, sent._replace(rows=[(number, _outcome(row)) for number, row in sent.rows]))


def _outcome(row: Any) -> Any:
    """Return an outcome as an event: its kind is said by the address."""
    return {"kind": _KIND, **row} if isinstance(row, dict) else row


async def _logged(service: Service, sent: Sent) -> Taken:
    if not sent.events:
        raise Problem(expected("events", "at least one", 0))
    taken = await service.intake.take(sent)
    service.metrics.taken(taken.accepted, taken.duplicates, len(taken.refused), taken.orphans)
    return taken


ENDPOINTS: Final = (
    Endpoint(
        "POST",
        "/v1/events",
        "ingest",
        "Log events, each checked by itself; answered once those that may enter are durable.",
        _events,
        gives=Taken,
        statuses=(413, 415, 429, 503),
        tag="events",
    ),
    Endpoint(
        "POST",
        "/v1/outcomes",
        "ingest",
        "Log what came of decisions: `ref` names one, `value` says what.",
        _outcomes,
        gives=Taken,
        statuses=(413, 415, 429, 503),
        tag="events",
    ),
)
