"""OpenAPI: the service described, for machines, for people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from evercart.serve.described.document import document
from evercart.serve.described.page import page
from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.reply import Reply

if TYPE_CHECKING:
    from evercart.serve.service import Service

HTML: Final = "text/html; charset=utf-8"
POLICY: Final = (
    b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'"
)


def describing(service: Service, others: Sequence[Endpoint]) -> list[Endpoint]:
    """Return the addresses that describe all others, themselves with them."""

    @cache
    def told(keyed: bool) -> dict[str, Any]:
        return document(found, keyed=keyed, apps={app.name: app.about for app in service.shop.apps})

    @cache
    def as_json(keyed: bool) -> bytes:
        return msgspec.json.encode(told(keyed))

    @cache
    def as_page(keyed: bool) -> bytes:
        settings = service.settings
        return page(told(keyed), f"http://{settings.host}:{settings.port}").encode()

    async def openapi(service: Service, call: Call) -> Reply:
        return Reply.text(as_json(service.keys.any()), "application/json")

    async def docs(service: Service, call: Call) -> Reply:
        shown = Reply.text(as_page(service.keys.any()), HTML)
        return shown._replace(headers=(*shown.headers, (b"content-security-policy", POLICY)))

    machines, people = "Describe the service as OpenAPI 3.1.", "Describe the service to people."
    found = [
        *others,
        Endpoint("GET", "/openapi.json", "", machines, openapi, gives=dict[str, Any]),
        Endpoint("GET", "/docs", "", people, docs, form="text/html"),
    ]
    return found[len(others) :]
