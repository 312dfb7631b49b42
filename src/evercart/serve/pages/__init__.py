"""Pages: what a shop's people look at all day."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from evercart.serve.pages import app, data, decisions, live, login, now, queue, static, trying, versions
from evercart.serve.pages.page import Page, lost, templates
from evercart.serve.pages.standing import looker_of

if TYPE_CHECKING:
    from evercart.serve.service import Service

__all__ = ["PAGES", "lost", "routes", "warm"]

_LOG = logging.getLogger("evercart.serve")

PAGES: tuple[Page, ...] = (
    *now.PAGES,
    *app.PAGES,
    *versions.PAGES,
    *decisions.PAGES,
    *queue.PAGES,
    *data.PAGES,
    *trying.PAGES,
    *login.PAGES,
    *live.PAGES,
)


def routes(service: Service) -> list[BaseRoute]:
    """Return the addresses of all pages."""
    return [Route("/static/{digest}/{name}", static.answer), *(page.route(service) for page in PAGES)]


def warm(service: Service) -> None:
    """Do what the first visitor would wait for: read what is shown, make templates, pack files. Blocks."""
    try:
        looker_of(service).look()
        for name in templates().list_templates():
            templates().get_template(name)
        for name in static.NAMES:
            static.packed(name)
    except Exception:  # who comes first waits, then sees what is wrong
        _LOG.warning("the pages could not be made ready", exc_info=True)
