"""A measure is computed once, however many columns want it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.features.numbers import Number
from evercart.features.seen import Seen


@dataclass(frozen=True)
class Costly(Number):
    calls: list[int] = field(default_factory=list, hash=False)

    @property
    def name(self) -> str:
        return "costly"

    def value(self, seen: Seen) -> NDArray[np.float64]:
        self.calls.append(1)
        return np.array([3.0])


def test_number_and_buckets_share_one_computation() -> None:
    costly = Costly()
    seen = Seen(Events.of(kind=[7]), {}, keep_us=1)
    said = [feature.values(seen) for feature in (costly, costly.bucket((1, 5)), costly.log1p(), costly.log1p().sqrt())]
    assert [float(arrays[0][0]) for arrays in said[:2]] == [3.0, 1.0]
    assert costly.calls == [1]
