"""Now: the whole shop in one look."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from evercart.serve.pages.page import Page, Visit


async def _now(visit: Visit) -> Response:
    return await visit.page("now.html.j2")


PAGES: Final = (Page("GET", "/", "read", _now),)
