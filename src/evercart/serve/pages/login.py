"""Login: where people show their key."""

from __future__ import annotations

from math import ceil
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.serve.pages.entrance import log_in, log_out, wants_key
from evercart.serve.pages.page import Page, Visit
from evercart.serve.problem import TooMany, WhoAreYou


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


async def _enter(visit: Visit) -> Response:
    there = onward(visit.form.get("next", "/"))
    try:
        cookie = log_in(visit.service, visit.request, visit.form.get("key", ""))
    except (TooMany, WhoAreYou) as error:
        answer = await visit.page("login.html.j2", error.status, next=there, error=str(error))
        if error.retry_s is not None:
            answer.headers["retry-after"] = str(ceil(error.retry_s))
        return answer
    return _with(visit.go(there), cookie)


async def _leave(visit: Visit) -> Response:
    cookie = await run_in_threadpool(log_out, visit.service, visit.request)
    return _with(visit.go("/login", "logged_out"), cookie)


def _with(answer: Response, cookie: str) -> Response:
    answer.headers.append("set-cookie", cookie)
    return answer


PAGES: Final = (
    Page("GET", "/login", "", _login),
    Page("POST", "/login", "", _enter),
    Page("POST", "/logout", "", _leave),
)
