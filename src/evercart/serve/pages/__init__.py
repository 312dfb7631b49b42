"""Pages: what a shop's people look at all day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from evercart.serve.pages import app, data, decisions, live, login, now, static, versions
from evercart.serve.pages.page import Page, lost

if TYPE_CHECKING:
    from evercart.serve.service import Service

__all__ = ["PAGES", "lost", "routes"]

PAGES: tuple[Page, ...] = (
    *now.PAGES,
    *app.PAGES,
    *versions.PAGES,
    *decisions.PAGES,
    *data.PAGES,
    *login.PAGES,
    *live.PAGES,
)


def routes(service: Service) -> list[BaseRoute]:
    """Return the addresses of all pages."""
    return [Route("/static/{digest}/{name}", static.answer), *(page.route(service) for page in PAGES)]
