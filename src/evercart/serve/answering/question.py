"""Question: what is asked of a shop's apps, as it goes from who was asked to what answers."""

from __future__ import annotations

from typing import Any, Final, Protocol, Self

import msgspec
from msgspec import Struct

from evercart.serve.wire import Guessed, Listed, Shown

_encode: Final = msgspec.json.Encoder().encode


class Question(Struct, array_like=True):
    """A question to one app; what a caller can get wrong without a model is checked before.

    id      of the decision
    keys    columns of an event by name
    k       places of a list
    why     whether to say why
    beside  whether a list is to stand beside the item that is looked at, so without it
    named   whether the caller named the decision: it may be in the log already
    """

    app: str
    id: str
    keys: dict[str, Any]
    k: int | None = None
    why: bool = False
    beside: bool = False
    named: bool = False


class Said(Struct, array_like=True):
    """An answer, with the row of the log that it is to become.

    json       as it goes over the wire, `Listed` or `Guessed`, not confirmed
    fallback   what stood in for the model; "" where it answered
    """

    json: bytes
    fallback: str
    row: dict[str, Any]

    @classmethod
    def of(cls, answer: Listed | Guessed, row: dict[str, Any]) -> Self:
        """Return what is said by an answer that is not confirmed."""
        return cls(_encode(answer), answer.fallback, row)

    def confirmed(self) -> bytes:
        """Return it as it goes over the wire once its row is in the log.

        A quote within a JSON text is escaped, so what is looked for is nowhere but where it is meant.

        >>> Said(b'{"app":"spend","confirmed":false}', "", {}).confirmed()
        b'{"app":"spend","confirmed":true}'
        """
        return self.json.replace(b'"confirmed":false', b'"confirmed":true', 1)


class Status(Struct, array_like=True):
    """What answers, by app.

    at       next offset of the log that all answers know of; -1 before anything is loaded
    live     model, revision; an app without a model has none
    popular  what is popular, for who must be answered without a model
    places   of a list, where a question does not say
    forms    what answers in the place of a net; an app whose learner answers itself has none
    """

    at: int = -1
    live: dict[str, tuple[str, str]] = {}
    popular: dict[str, list[Shown]] = {}
    places: dict[str, int] = {}
    forms: dict[str, str] = {}


class Answering(Protocol):
    """What answers: in this process (`Within`) or in one of its own (`Apart`); lives in the event loop."""

    @property
    def status(self) -> Status:
        """Return what answers now."""
        ...

    def start(self) -> None:
        """Begin to load."""
        ...

    async def stop(self) -> None:
        """End."""
        ...

    def committed(self, rows: int, events: int, next_offset: int) -> None:
        """Hear that the log has more: some rows, so many of them no decisions of our own, which change no state."""
        ...

    async def ask(self, question: Question) -> Said:
        """Return the answer; raises `Conflict` for an id that is in the log, `UserError` for what cannot be put."""
        ...
