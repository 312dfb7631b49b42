"""Passed: the messages between the process that is asked, the one that answers."""

from __future__ import annotations

from msgspec import Struct

from evercart.serve.answering.question import Question, Said, Status


class Asked(Struct, array_like=True):
    """A question; `number` names it among those under way, the rest tells how far the log reaches (`Heard`)."""

    number: int
    known: int
    due: int
    question: Question


class Answered(Struct, array_like=True, tag="answered"):
    """What is said to a question, or why nothing is.

    refused    what is wrong with the question; `taken` where its id is in the log
    """

    number: int
    said: Said | None
    refused: str = ""
    taken: bool = False


class Told(Struct, array_like=True, tag="told"):
    """What answers now."""

    status: Status


Replies = Answered | Told
