"""Settings: what `[serve]` in `shop.toml` may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from evercart.errors import UserError, require, unknown

_TABLE = "shop.toml: serve"


@dataclass(frozen=True)
class Settings:
    """How a shop is served.

    host, port     where; a host that is not this machine itself wants keys
    body_mb        of a request, at most
    batch          events of a request, at most
    depth          of nested JSON, at most
    queue          events that may wait for their commit: further ones are told to come back
    wait_ms        that an answer waits for its decision's commit, else it goes out as unconfirmed
    deadline_ms    after which the process that answers is waited for no longer: what is popular answers
    rate           requests a second of a key, where the key does not say; 0: as many as it likes
    drain_s        that requests get to end in when the service stops
    connections    at once, at most; then the client that waits longest goes
    slow_s         that a client gets to send its request, or to read its answer; a long body gets more
    proxies        addresses whose X-Forwarded-For, X-Forwarded-Proto are believed
    seconds_away   after which a browser has to log in again
    access_log     whether each request is a line of the log; None: unless that goes to a terminal
    apart          whether a process of its own answers, so that requests and answers have a core each
    defaults       what an app answers where nothing else can, by app
    """

    host: str = "127.0.0.1"
    port: int = 8321
    body_mb: float = 16
    batch: int = 10_000
    depth: int = 32
    queue: int = 50_000
    wait_ms: float = 5
    deadline_ms: float = 250
    rate: float = 0
    drain_s: float = 10
    connections: int = 4_096
    slow_s: float = 20
    proxies: tuple[str, ...] = ()
    seconds_away: float = 12 * 3600
    access_log: bool | None = None
    apart: bool = True
    defaults: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, kind in (
            ("host", str),
            ("port", int),
            ("batch", int),
            ("depth", int),
            ("queue", int),
            ("connections", int),
        ):
            value = getattr(self, name)
            right = isinstance(value, kind) and not isinstance(value, bool)
            require(right, f"{_TABLE}.{name}", "text" if kind is str else "an integer", value)
        for name in ("body_mb", "wait_ms", "deadline_ms", "rate", "drain_s", "seconds_away", "slow_s"):
            _number(f"{_TABLE}.{name}", getattr(self, name))
            require(getattr(self, name) >= 0, f"{_TABLE}.{name}", "at least 0", getattr(self, name))
        require(0 <= self.port < 1 << 16, f"{_TABLE}.port", "from 0 to 65535", self.port)
        for name in ("batch", "depth", "queue", "connections"):
            require(getattr(self, name) >= 1, f"{_TABLE}.{name}", "at least 1", getattr(self, name))
        said = self.access_log is None or isinstance(self.access_log, bool)
        require(said, f"{_TABLE}.access_log", "true or false", self.access_log)
        require(isinstance(self.apart, bool), f"{_TABLE}.apart", "true or false", self.apart)
        listed = isinstance(self.proxies, list | tuple) and all(isinstance(one, str) for one in self.proxies)
        require(listed, f"{_TABLE}.proxies", "a list of addresses", self.proxies)
        require(isinstance(self.defaults, Mapping), f"{_TABLE}.defaults", "a table of numbers by app", self.defaults)
        for app, value in self.defaults.items():
            _number(f"{_TABLE}.defaults.{app}", value)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Return what a table of settings says.

        >>> Settings.of({"port": 9000}).port
        9000
        """
        known = [one.name for one in fields(cls)]
        for name in said:
            if name not in known:
                raise UserError(unknown(_TABLE, "settings", known, name))
        return cls(**said)


def _number(where: str, value: object) -> None:
    require(isinstance(value, int | float) and not isinstance(value, bool), where, "a number", value)
