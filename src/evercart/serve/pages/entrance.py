"""Entrance: who looks at a page."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from starlette.requests import Request

from evercart.errors import expected
from evercart.serve.caller import NOBODY, Caller
from evercart.serve.problem import NotAllowed

if TYPE_CHECKING:
    from evercart.serve.service import Service

_TOKENS: Final[WeakKeyDictionary[Service, str]] = WeakKeyDictionary()


def page_caller(service: Service, request: Request) -> Caller:
    """Return who opens a page."""
    found: Caller = request.scope.get("caller", NOBODY)
    return found


def wants_key(service: Service) -> bool:
    """Return whether people log in with a key."""
    return False


def csrf_of(service: Service, request: Request) -> str:
    """Return what a form of this visitor must carry, so that no other site can send it."""
    return _TOKENS.setdefault(service, secrets.token_urlsafe(24))


def require_csrf(service: Service, request: Request, token: str) -> None:
    """Raise `NotAllowed` unless a form came from a page of ours."""
    if not hmac.compare_digest(token.encode(), csrf_of(service, request).encode()):
        raise NotAllowed(expected("csrf", "the token of the page that holds the form", "another; open the page again"))
