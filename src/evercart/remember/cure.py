"""Cure: how a lesson is learned so that older ones still hold."""

from __future__ import annotations

from typing import Protocol, TypeVar

from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.lesson import Lesson

M = TypeVar("M")


class Cure(Protocol[M]):
    """A frozen dataclass with a memory, a NamedTuple of arrays, that it fills as lessons pass."""

    def start(self, deep: Deep) -> M:
        """Return the memory of nothing; a learner it cannot cure raises `UserError`."""
        ...

    def learn(self, deep: Deep, trained: Trained, memory: M, lesson: Lesson) -> tuple[Trained, M]:
        """Return the learner and the memory after one lesson; its classes are counted by who calls."""
        ...
