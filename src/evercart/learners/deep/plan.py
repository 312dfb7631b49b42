"""Plan: a network's guess written out as steps on one row, compiled, without torch.

A torch module takes a tenth of a millisecond or more to be called at all. Here a row is worked alone, its sums in one
order only, so that its bits depend on nothing but itself and the weights, whatever stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Protocol, runtime_checkable
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel
from evercart.learners.deep.inputs import Inputs

Floats = NDArray[np.floating[Any]]
_LINEAR: Final = 0  # W source + b
_RECTIFIED: Final = 1  # the larger of that and 0
_CROSSED: Final = 2  # inputs * (W source + b) + source
_TOGETHER: Final = 4  # numbers read at once, of which all layers read a multiple


@dataclass(frozen=True)
class Plan:
    """Steps on the numbers of one row, which begin with its inputs, padded with zeros.

    steps      (steps, 6): kind, where it reads, where it writes, how many it reads, writes, where its weights begin
    numbers    that a row takes in all
    weights    that the steps read, in the order of the module's parameters
    outputs    how many of the numbers that the last step writes are margins
    """

    steps: NDArray[np.int64]
    numbers: int
    weights: int
    outputs: int
    _turned: list[Any] = field(default_factory=list, compare=False, repr=False)

    def margins(self, weights: Floats, x: Floats) -> Floats:
        """Return margins, (rows, outputs), of rows x, (rows, inputs), with weights that will never change."""
        if not (self._turned and self._turned[0]() is weights):
            self._turned[:] = [ref(weights), _turned(self.steps, weights)]
        return _margins(self.steps, self.numbers, self.outputs, self._turned[1], x)


@runtime_checkable
class Planned(Protocol):
    """A network that knows its own plan."""

    def plan(self, inputs: Inputs, outputs: int) -> Plan:
        """Return what its module does when not training, the weights in the order of the module's parameters."""
        ...


class Draft:
    """A plan in the making; steps are given in the order of the module's parameters."""

    def __init__(self, inputs: int) -> None:
        self._steps: list[tuple[int, ...]] = []
        self._numbers, self._weights = inputs, 0

    def room(self, numbers: int) -> int:
        """Return where as many numbers may be written; rooms follow each other."""
        self._numbers += numbers
        return self._numbers - numbers

    def linear(self, source: int, into: int, read: int, written: int, *, rectified: bool = False) -> None:
        """Write W source + b."""
        self._add(_RECTIFIED if rectified else _LINEAR, source, into, read, written)

    def crossed(self, source: int, into: int, width: int) -> None:
        """Write inputs * (W source + b) + source."""
        self._add(_CROSSED, source, into, width, width)

    def plan(self, outputs: int) -> Plan:
        """Return the plan, whose margins are the first numbers that the last step writes."""
        return Plan(np.array(self._steps, np.int64), self._numbers, self._weights, outputs)

    def _add(self, kind: int, source: int, into: int, read: int, written: int) -> None:
        self._steps.append((kind, source, into, read, written, self._weights))
        self._weights += (read + 1) * written


@kernel
def _turned(steps: NDArray[np.int64], weights: Floats) -> Floats:
    """Return the weights with each matrix turned, so that what belongs to one number read lies together."""
    out = weights.copy()
    for step in range(len(steps)):
        read, written, first = steps[step, 3], steps[step, 4], steps[step, 5]
        for to in range(written):
            for at in range(read):
                out[first + at * written + to] = weights[first + to * read + at]
    return out


@kernel
def _margins(steps: NDArray[np.int64], numbers: int, outputs: int, weights: Floats, x: Floats) -> Floats:
    out, row = np.empty((len(x), outputs), weights.dtype), np.zeros(numbers, weights.dtype)
    for each in range(len(x)):
        row[: x.shape[1]] = x[each]
        for step in range(len(steps)):
            kind, source, into, read, written, first = steps[step]
            _linear(
                weights[first : first + (read + 1) * written], row[source : source + read], row[into : into + written]
            )
            if kind == _RECTIFIED:
                for to in range(into, into + written):
                    row[to] = max(row[to], 0)
            elif kind == _CROSSED:
                for to in range(written):
                    row[into + to] = row[to] * row[into + to] + row[source + to]
        into = steps[-1, 2]
        out[each] = row[into : into + outputs]
    return out


@kernel
def _linear(weights: Floats, read: Floats, written: Floats) -> None:
    """Write W read + b; sums of four go to the whole at once, which rounds it less often."""
    count = len(written)
    written[:] = weights[len(read) * count :]
    for at in range(0, len(read), _TOGETHER):
        a, b, c, d = read[at], read[at + 1], read[at + 2], read[at + 3]
        if a != 0 or b != 0 or c != 0 or d != 0:  # much of what is rectified, all that is padded
            of_a, of_b = weights[at * count : (at + 1) * count], weights[(at + 1) * count : (at + 2) * count]
            of_c, of_d = weights[(at + 2) * count : (at + 3) * count], weights[(at + 3) * count : (at + 4) * count]
            for to in range(count):
                written[to] += (a * of_a[to] + b * of_b[to]) + (c * of_c[to] + d * of_d[to])
