"""Rates: how often each may ask."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final

_MOST: Final = 1_024  # that are remembered; who asked longest ago is forgotten first
_NETWORK: Final = 64  # bits of a version 6 address: a household has all that begin so


class Rates:
    """Token buckets by name: each fills at its rate up to a burst, a request takes one token.

    Source: Turner, "New directions in communications (or which way to the information age?)", IEEE Communications
    Magazine 24(10), 1986, where a counter is drained at a steady rate.

    >>> rates = Rates(lambda: 0.0)
    >>> [rates.wait_s("a", rate=2, burst=1) for _ in range(2)]
    [0.0, 0.5]
    """

    def __init__(self, now_s: Callable[[], float], most: int = _MOST) -> None:
        self._now_s, self._most = now_s, most
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens, then when they were so many

    def __len__(self) -> int:
        return len(self._buckets)

    def wait_s(self, name: str, rate: float, burst: float) -> float:
        """Take a token and return 0; where there is none, return the seconds until there will be one.

        rate     tokens a second, more than 0
        burst    tokens at most, at least 1
        """
        now_s = self._now_s()
        tokens, since_s = self._buckets.pop(name, (burst, now_s))
        tokens = min(burst, tokens + (now_s - since_s) * rate)
        wait_s = 0.0 if tokens >= 1 else (1 - tokens) / rate
        self._buckets[name] = (tokens if wait_s else tokens - 1), now_s
        if len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        return wait_s


def household(client: tuple[str, int] | None) -> str:
    """Return what stands for all that one client may send from.

    >>> household(("192.0.2.7", 5)), household(("2001:db8:1:2:3::4", 5)), household(None)
    ('192.0.2.7', '2001:db8:1:2::', '')
    """
    if not client:
        return ""
    try:
        found = ip_address(client[0])
    except ValueError:
        return client[0][:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> (128 - _NETWORK) << (128 - _NETWORK)))
