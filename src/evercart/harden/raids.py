"""Raids: searches for the payment that looks best, within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.harden.attempts import Attempt, Move, Others, Scores

_LEFT = -1  # a thing that is left as it is


class Terms(NamedTuple):
    """Within what a fraudster looks for a way."""

    moves: tuple[Move, ...]
    budget: float  # minor units
    others: Others


class Found(NamedTuple):
    """The least suspicious attempt."""

    attempt: Attempt
    score: float
    clean: float  # the score of the beginning


class Search(Protocol):
    """Looks for the attempt of the least score that may be paid for."""

    def __call__(self, begin: Attempt, terms: Terms, scores: Scores, seed: int) -> Found:
        """Return the best attempt; that of the beginning where none is better. The same seed, the same attempt."""
        ...


@dataclass(frozen=True)
class Coordinate:
    """Change one thing at a time, the best first, until none is better.

    rounds    things changed, or changed again, at most
    """

    rounds: int = 4

    def __post_init__(self) -> None:
        require(self.rounds >= 1, "coordinate.rounds", "at least 1", self.rounds)

    def __call__(self, begin: Attempt, terms: Terms, scores: Scores, seed: int) -> Found:
        """Return the best attempt."""
        moves = _cheap(terms)
        choice, best = [_LEFT] * len(moves), _as_it_is(begin, scores)
        for _ in range(self.rounds):
            options = ((at, option) for at, option in _options(moves) if option != choice[at])
            near = [[*choice[:at], option, *choice[at + 1 :]] for at, option in options]
            tried = [(one, _made(begin, moves, one, terms.others)) for one in near]
            tried = [(one, attempt) for one, attempt in tried if attempt.cost <= terms.budget]
            better = _least([attempt for _, attempt in tried], scores, best)
            if better is best:
                break
            choice = next(one for one, attempt in tried if attempt is better.attempt)
            best = better
        return _dear(best, terms, scores)


@dataclass(frozen=True)
class Random:
    """Try drawn changes of all things together.

    tries    attempts drawn; those that cost too much are not made
    """

    tries: int = 64

    def __post_init__(self) -> None:
        require(self.tries >= 1, "random.tries", "at least 1", self.tries)

    def __call__(self, begin: Attempt, terms: Terms, scores: Scores, seed: int) -> Found:
        """Return the best attempt."""
        moves = _cheap(terms)
        best = _as_it_is(begin, scores)
        draws = uniform(seed, np.arange(self.tries * len(moves) * 2), "raid").reshape(self.tries, len(moves), 2)
        tried = [_made(begin, moves, _drawn(moves, draw), terms.others) for draw in draws]
        best = _least([attempt for attempt in tried if attempt.cost <= terms.budget], scores, best)
        return _dear(best, terms, scores)


@dataclass(frozen=True)
class Strongest:
    """Take the best of what several searches find."""

    searches: tuple[Search, ...] = (Coordinate(), Random())

    def __post_init__(self) -> None:
        require(len(self.searches) > 0, "strongest.searches", "at least one", self.searches)

    def __call__(self, begin: Attempt, terms: Terms, scores: Scores, seed: int) -> Found:
        """Return the best attempt, the first of those alike."""
        return min((search(begin, terms, scores, seed) for search in self.searches), key=lambda found: found.score)


def _as_it_is(begin: Attempt, scores: Scores) -> Found:
    score = float(scores([begin])[0])
    return Found(begin, score, score)


def _cheap(terms: Terms) -> list[Move]:
    return [move for move in terms.moves if not move.is_dear]


def _options(moves: Sequence[Move]) -> list[tuple[int, int]]:
    return [(at, option) for at, move in enumerate(moves) for option in range(_LEFT, move.options)]


def _drawn(moves: Sequence[Move], draws: NDArray[Any]) -> list[int]:
    """Return an option a move by draws, (moves, 2); every other one leaves its thing."""
    return [
        _LEFT if leave < 0.5 else int(which * move.options)
        for move, (leave, which) in zip(moves, draws.tolist(), strict=True)
    ]


def _made(begin: Attempt, moves: Sequence[Move], choice: Sequence[int], others: Others) -> Attempt:
    attempt = begin
    for move, option in zip(moves, choice, strict=True):
        attempt = attempt if option == _LEFT else move(attempt, option, others)
    return attempt


def _least(tried: Sequence[Attempt], scores: Scores, best: Found) -> Found:
    """Return the first attempt of the least score, the best so far unless it is lower."""
    if not tried:
        return best
    said = scores(tried)
    at = int(np.argmin(said))
    return Found(tried[at], float(said[at]), best.clean) if said[at] < best.score else best


def _dear(best: Found, terms: Terms, scores: Scores) -> Found:
    """Try, on the best attempt, what takes long to score."""
    dear = [move for move in terms.moves if move.is_dear]
    tried = [move(best.attempt, option, terms.others) for move in dear for option in range(move.options)]
    fresh = [one for one in tried if one.cost <= terms.budget and one is not best.attempt]
    return _least(fresh, scores, best)
