"""Traffic: requests as a shop's site sends them, prepared for the load generator."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import numpy as np

from loading import NOW_US, NUMBER, request

NEWCOMERS = 0.1  # share of questions about sessions that nobody knows
ACTIVE = 2_000  # sessions that are on the site


class Visitors:
    """The sessions that are on the site: who asks also clicks.

    sessions    of the shop's log, the newest of which are here
    items       of its catalogue, named i0, i1, ...
    """

    def __init__(self, sessions: int, items: int, seed: int = 1) -> None:
        self._rng = np.random.default_rng(seed)
        self._first, self._sessions, self._items = max(sessions - ACTIVE, 0), sessions, items

    def sessions(self, count: int) -> list[str]:
        """Return names of sessions, some of them new."""
        known = self._rng.integers(self._first, self._sessions, count)
        new = self._rng.random(count) < NEWCOMERS
        return [f"n{one}" if fresh else f"s{one}" for one, fresh in zip(known.tolist(), new.tolist(), strict=True)]

    def questions(self, count: int = 5_000, **more: str) -> list[bytes]:
        """Return requests for lists."""
        return [
            request("GET", f"/v1/recommend?{urlencode({'user': one, 'session': one, **more})}")
            for one in self.sessions(count)
        ]

    def views(self, batch: int, count: int = 1_000) -> list[bytes]:
        """Return requests that bring views, a batch each, numbered and dated when they are sent."""
        return [request("POST", "/v1/events", self.batch(batch)) for _ in range(count)]

    def batch(self, batch: int) -> bytes:
        """Return the body of one."""
        items = self._rng.integers(0, self._items, batch).tolist()
        fixed = {"id": f"v{NUMBER.decode()}", "kind": "view", "event_us": "@"}
        events = [
            {**fixed, "user": one, "session": one, "item": f"i{item}"}
            for one, item in zip(self.sessions(batch), items, strict=True)
        ]
        return json.dumps(events, separators=(",", ":")).encode().replace(b'"@"', NOW_US)
