"""Door: who a request is from, whether that one may ask now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final

from evercart.errors import expected
from evercart.serve.caller import LOCAL, NOBODY, Caller
from evercart.serve.guards.host import require_own
from evercart.serve.guards.rates import Rates, household
from evercart.serve.problem import TooMany, WhoAreYou

if TYPE_CHECKING:
    from evercart.serve.guards.session import Sessions
    from evercart.serve.keys import Keys
    from evercart.serve.metrics import Metrics
    from evercart.serve.settings import Settings

_WRONG_A_SECOND: Final = 1.0  # wrong keys of an address
_WRONG_AT_ONCE: Final = 20.0


class Door:
    """What finds the caller of each request.

    now_s    seconds of a clock that never goes back
    """

    def __init__(
        self, keys: Keys, sessions: Sessions, settings: Settings, metrics: Metrics, now_s: Callable[[], float]
    ) -> None:
        self._keys, self._sessions, self._metrics = keys, sessions, metrics
        self._rate = settings.rate
        self._asked, self._wrong = Rates(now_s), Rates(now_s)

    def caller(self, asgi: MutableMapping[str, Any], headers: Mapping[bytes, bytes]) -> Caller:
        """Return who asks; raises `WhoAreYou`, `NotAllowed` or `TooMany`.

        headers    of the request, by lower-case name
        """
        asgi["session"] = None
        if not self._keys.any():
            require_own(asgi, headers)
            return LOCAL
        try:
            caller = self._keys.caller(asgi)
        except WhoAreYou:
            self._metrics.wrong_keys += 1
            wait_s = self._wrong.wait_s(household(asgi.get("client")), _WRONG_A_SECOND, _WRONG_AT_ONCE)
            if not wait_s:
                raise
            self._metrics.throttle("wrong keys")
            rule = f"at most {_WRONG_A_SECOND:g} wrong ones a second from an address"
            raise TooMany(expected("key", rule, "more"), wait_s) from None
        if caller is NOBODY:
            return self._sessions.of_request(asgi, headers) if b"cookie" in headers else NOBODY
        rate = self._keys.rate(caller.key)
        rate = self._rate if rate is None else rate
        if rate:
            wait_s = self._asked.wait_s(caller.key, rate, max(1.0, rate))
            if wait_s:
                self._metrics.throttle("rate")
                raise TooMany(expected("key", f"at most {rate:g} requests a second", "more"), wait_s)
        return caller
