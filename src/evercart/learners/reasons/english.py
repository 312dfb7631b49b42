"""English: the words of all reasons; a table like it is another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENGLISH: Final[Mapping[str, str]] = {
    "went_on.one": "once lately people went on to it from here",
    "went_on.many": "{n} times lately people went on to it from here",
    "went_on": "people look at it shortly before or after this",
    "earlier": "people go on to it from what you looked at before",
    "neighbours.one": "it stood in a recent session like yours",
    "neighbours.many": "it stood {n} times in recent sessions like yours",
    "neighbours": "it stood in recent sessions like yours",
    "two_steps": "it goes with what goes with this",
    "own.one": "you looked at it just before",
    "own.many": "you looked at it {n} clicks ago",
    "own": "you looked at it before",
    "popular.many": "popular now: {n} recent clicks",
    "popular": "popular with others",
    "lately": "somebody looked at it {ago} ago",
    "new": "new: first seen {ago} ago",
    "repeat.one": "you bought it {ago} ago",
    "repeat.many": "you bought it {n} times, about every {apart}, last {ago} ago",
    "repeat": "you bought it before",
    "content": "similar to what you look at",
    "embedded": "looked at by the same people as what you look at",
    "cosine": "it goes with what you have chosen before",
    "habit.one": "you bought it {ago} ago",
    "habit.many": "you bought it {n} times, about every {apart}, last {ago} ago",
    "habit": "you bought it before",
    "sold": "it sells well here now",
    "newcomers": "new, and it sells",
    "qlearning": "it tends to lead to an order",
    "other": "suggested by {name}",
    "explored": "shown to learn whether it is liked",
    "long tail": "one that few know",
    "young": "one that has only just come",
    "diverse": "something different from the rest",
    "second.one": "a second",
    "second.many": "{n} seconds",
    "minute.one": "a minute",
    "minute.many": "{n} minutes",
    "hour.one": "an hour",
    "hour.many": "{n} hours",
    "day.one": "a day",
    "day.many": "{n} days",
}
