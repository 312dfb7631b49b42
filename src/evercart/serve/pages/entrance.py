"""Entrance: who looks at a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from evercart.errors import expected
from evercart.serve.caller import NOBODY, Caller
from evercart.serve.guards.session import Session
from evercart.serve.problem import NotAllowed

if TYPE_CHECKING:
    from evercart.serve.service import Service


def page_caller(service: Service, request: Request) -> Caller:
    """Return who opens a page: by a key, else by the browser's session, else nobody."""
    found: Caller = request.scope.get("caller", NOBODY)
    session = _session(request)
    return found if found.name or session is None else service.sessions.caller(session) or NOBODY


def wants_key(service: Service) -> bool:
    """Return whether people log in with a key."""
    return service.keys.any()


def csrf_of(service: Service, request: Request | None) -> str:
    """Return what a form of this visitor must carry, so that no other site can send it."""
    return service.sessions.csrf(_session(request))


def require_csrf(service: Service, request: Request | None, token: str) -> None:
    """Raise `NotAllowed` unless a form came from a page of ours."""
    service.sessions.require_csrf(_session(request), token)
    site = request.headers.get("sec-fetch-site", "none") if request else "none"
    if site not in ("same-origin", "none"):  # whoever is not logged in shares a token with all others
        raise NotAllowed(expected("sec-fetch-site", "same-origin or none", site))


def log_in(service: Service, request: Request, text: str) -> str:
    """Return the `Set-Cookie` header for who shows a key; raises `WhoAreYou`, or `TooMany` after wrong ones."""
    return service.sessions.cookie(service.sessions.begin(text, request.scope.get("client")), request.scope)


def log_out(service: Service, request: Request) -> str:
    """End a browser's session; return the `Set-Cookie` header that takes it away. Waits for the disk."""
    session = _session(request)
    if session is not None:
        service.sessions.end(session)
    return service.sessions.no_cookie(request.scope)


def _session(request: Request | None) -> Session | None:
    found: Session | None = request.scope.get("session") if request else None
    return found
