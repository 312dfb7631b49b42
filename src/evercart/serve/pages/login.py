"""Login: where people show their key."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from evercart.serve.pages.entrance import wants_key
from evercart.serve.pages.page import Page, Visit


def onward(path: str) -> str:
    """Return a path of ours to go on to; the first page instead of anything else.

    >>> onward("/data?kind=order"), onward("//evil.example"), onward("https://evil.example")
    ('/data?kind=order', '/', '/')
    """
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if ours else "/"


async def _login(visit: Visit) -> Response:
    there = onward(visit.asked("next", "/"))
    if wants_key(visit.service) and visit.caller.name:
        return visit.go(there)
    return await visit.page("login.html.j2", next=there, error="")


PAGES: Final = (Page("GET", "/login", "", _login),)
