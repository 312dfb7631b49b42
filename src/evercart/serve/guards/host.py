"""Host: for whom a shop without keys is served, which is this machine alone.

A page from elsewhere that a browser on this machine shows can send requests here too, even under a name of its own
that it has made to lead here. Such requests are told by what the browser says of itself: `Host`, `Origin`,
`Sec-Fetch-Site`. One that came through a proxy may be from anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from evercart.errors import UserError, expected
from evercart.serve.problem import NotAllowed

if TYPE_CHECKING:
    from evercart.serve.keys import Keys

_ALONE: Final = "while the shop has no key; see evercart key create"
_REMEMBERED: Final = 256  # names, addresses that were judged: the same few ask again and again
_PROXIES: Final = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via")


def require_safe(host: str, keys: Keys, where: str = "--host") -> None:
    """Raise `UserError` for an address that others reach while nobody needs a key."""
    if not keys.any() and not is_loopback(host):
        raise UserError(expected(where, f"a loopback address {_ALONE}", host))


@lru_cache(maxsize=_REMEMBERED)
def is_loopback(host: str) -> bool:
    """Return whether a name or an address means this machine and nothing else.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "shop.example")]
    [True, True, True, False, False]
    """
    name = host.removeprefix("[").removesuffix("]").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def require_own(asgi: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> None:
    """Raise `NotAllowed` for a request that was not made by this machine's own user, programs or pages.

    headers    of the request, by lower-case name
    """
    host = headers.get(b"host", b"").decode("latin-1")
    if not is_loopback(_without_port(host)):
        raise NotAllowed(expected("host", f"a loopback name {_ALONE}", host or "none"))
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").lower() not in (
        f"http://{host.lower()}",
        f"https://{host.lower()}",
    ):
        raise NotAllowed(expected("origin", f"this service's own {_ALONE}", origin.decode("latin-1")))
    site = headers.get(b"sec-fetch-site")
    if site in (b"cross-site", b"same-site") and headers.get(b"sec-fetch-mode") != b"navigate":
        raise NotAllowed(expected("sec-fetch-site", f"same-origin or none {_ALONE}", site.decode()))
    for name in _PROXIES:
        if name in headers:
            raise NotAllowed(expected(name.decode(), f"none {_ALONE}", "one"))
    client = asgi.get("client")
    if client and _is_foreign(client[0]):
        raise NotAllowed(expected("client", f"this machine {_ALONE}", client[0]))


def _without_port(host: str) -> str:
    """Return a Host header without its port.

    >>> _without_port("localhost:8321"), _without_port("[::1]:8321"), _without_port("[::1]")
    ('localhost', '[::1]', '[::1]')
    """
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isascii() and port.isdigit()) and (":" not in name or name[-1:] == "]") else host


@lru_cache(maxsize=_REMEMBERED)
def _is_foreign(client: str) -> bool:
    try:
        return not ip_address(client).is_loopback
    except ValueError:
        return False  # no address at all: a test's, or a socket file's
