"""Statuses: what an address may answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from evercart.serve.endpoint import Endpoint

_ABOUT: Final = {
    200: "Done.",
    400: "What was sent breaks a rule; the text says which.",
    401: "No key, or one that is not known.",
    403: "The key may not do this.",
    404: "There is no such thing.",
    409: "It cannot be done as things stand; the text says why.",
    413: "More than one request may hold.",
    415: "A body of this type is not read here.",
    429: "Too much at once: come back after `Retry-After` seconds.",
    503: "Not possible now: come back after `Retry-After` seconds.",
}
WAITS: Final = (429, 503)
_DOOR: Final = (401, 403, 429)  # a wrong key, a foreign host, too often: before it is known what is asked for


def statuses(endpoint: Endpoint) -> list[int]:
    """Return all statuses that an address may answer with, in order.

    >>> from evercart.serve.api.health import ENDPOINTS
    >>> statuses(ENDPOINTS[1])
    [200, 401, 403, 429, 503]
    """
    found = {200, *_DOOR, *endpoint.statuses}
    if endpoint.query or endpoint.method != "GET":
        found.add(400)
    if endpoint.method != "GET":
        found.add(413)
        if endpoint.takes is not None:
            found.add(415)
    return sorted(found)


def about(status: int) -> str:
    """Return what a status means here.

    >>> about(401)
    'No key, or one that is not known.'
    """
    return _ABOUT.get(status) or f"{HTTPStatus(status).phrase}."


def headers(status: int) -> dict[str, Any]:
    """Return the headers that an answer carries beside those of HTTP."""
    found: dict[str, Any] = {
        "x-request-id": {"description": "Number of the request in the service's log.", "schema": {"type": "string"}}
    }
    if status in WAITS:
        found["retry-after"] = {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
    return found
