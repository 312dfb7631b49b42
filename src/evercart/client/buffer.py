"""Buffer: events that wait to be sent, in order, up to a bound."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock

from evercart.client.events import Event
from evercart.client.failures import Full
from evercart.errors import expected, require


@dataclass(frozen=True)
class Batching:
    """When events are sent.

    size     of a batch, at most
    age_s    that an event waits for others, at most
    room     events that may wait, at most; one more raises `Full`
    """

    size: int = 500
    age_s: float = 1.0
    room: int = 50_000

    def __post_init__(self) -> None:
        require(1 <= self.size <= self.room, "client.batch", f"from 1 to the room of {self.room:,}", self.size)
        require(self.age_s >= 0, "client.age_s", "at least 0", self.age_s)


class Buffer:
    """Waiting events; any thread may add some, those on their way count as waiting until they are done."""

    def __init__(self, batching: Batching) -> None:
        self.batching = batching
        self._waiting: deque[Event] = deque()
        self._away = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._waiting) + self._away

    @property
    def full_batch(self) -> bool:
        """Return whether a batch is ready."""
        return len(self._waiting) >= self.batching.size

    def add(self, event: Event) -> None:
        """Let an event wait; raises `Full`."""
        with self._lock:
            if len(self) >= self.batching.room:
                rule = f"at most {self.batching.room:,} events that wait; is the service up?"
                raise Full(expected("client", rule, "one more"))
            self._waiting.append(event)

    def take(self) -> list[Event]:
        """Return the next batch, which is on its way from now on; tell what becomes of it by `done` or `back`."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(self.batching.size, len(self._waiting)))]
            self._away += len(batch)
            return batch

    def done(self, batch: list[Event]) -> None:
        """Forget a batch."""
        with self._lock:
            self._away -= len(batch)

    def back(self, batch: list[Event]) -> None:
        """Let a batch wait again, before all others."""
        with self._lock:
            self._away -= len(batch)
            self._waiting.extendleft(reversed(batch))
