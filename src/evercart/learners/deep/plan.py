"""Plan: a network's guess written out as steps on one row, compiled, without torch.

A torch module takes a tenth of a millisecond or more to be called at all. Here a row is worked alone, its sums in one
order only, so that its bits depend on nothing but itself and the weights, whatever stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
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
_TIMES: Final = 3  # each number read times a vector of its own
_COPIED: Final = 5  # what is read
_PAIRS: Final = 6  # added to one number: the first of all vectors read, all products of pairs of the others, a bias
_MIXED: Final = 7  # vectors, each times its share of a softmax
_CHOSEN: Final = 8  # of several numbers the one of a row's task, the task's number, a weight of the task
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

    def plan(self, inputs: Inputs, outputs: int) -> Plan | None:
        """Return what its module does when not training, the weights in the order of the module's parameters.

        None: as it stands it has no plan.
        """
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

    def layers(self, source: int, read: int, units: Sequence[int], last: int = -1) -> tuple[int, int]:
        """Write rectified layers, the last one to where it is said; return where that is, how many numbers it has."""
        for at, written in enumerate(units):
            into = last if last >= 0 and at == len(units) - 1 else self.room(written)
            self.linear(source, into, read, written, rectified=True)
            source, read = into, written
        return source, read

    def crossed(self, source: int, into: int, width: int) -> None:
        """Write inputs * (W source + b) + source."""
        self._add(_CROSSED, source, into, width, width)

    def times(self, source: int, into: int, read: int, width: int) -> None:
        """Write each number read times a vector, one behind the other."""
        self._steps.append((_TIMES, source, into, read, width, self._weights))
        self._weights += read * width

    def bias(self) -> int:
        """Return where the weights have one that a later step reads."""
        self._weights += 1
        return self._weights - 1

    def copied(self, source: int, into: int, read: int) -> None:
        """Write what is read."""
        self._steps.append((_COPIED, source, into, read, read, 0))

    def pairs(self, source: int, into: int, vectors: int, width: int, bias: int) -> None:
        """Add to one number what a factorization machine says of vectors; the first number of each is its weight."""
        self._steps.append((_PAIRS, source, into, vectors, width, bias))

    def mixed(self, gate: int, into: int, vectors: int, count: int, width: int) -> None:
        """Write the sum of vectors that lie one behind the other, weighed by the softmax of as many numbers."""
        self._steps.append((_MIXED, gate, into, count, width, vectors))

    def chosen(self, source: int, into: int, count: int) -> None:
        """Write the number of the task that the row's first number names, that first number, the task's weight."""
        self._steps.append((_CHOSEN, source, into, count, 3, self._weights))
        self._weights += count

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
        kind, read, written, first = steps[step, 0], steps[step, 3], steps[step, 4], steps[step, 5]
        if kind > _CROSSED:
            continue
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
            if kind == _TIMES:
                for at in range(read):
                    for to in range(written):
                        row[into + at * written + to] = row[source + at] * weights[first + at * written + to]
                continue
            if kind == _COPIED:
                row[into : into + read] = row[source : source + read]
                continue
            if kind == _PAIRS:
                row[into] += _paired(row[source : source + read * written], written) + weights[first]
                continue
            if kind == _MIXED:
                _mix(row[source : source + read], row[first : first + read * written], row[into : into + written])
                continue
            if kind == _CHOSEN:
                task = int(min(max(row[0], 0), read - 1))
                row[into], row[into + 1], row[into + 2] = row[source + task], row[0], weights[first + task]
                continue
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
def _paired(vectors: Floats, width: int) -> float:
    """Return the sum of the first numbers of vectors, with that of the products of all pairs of the others."""
    said = 0.0
    for one in range(width):
        total = squares = 0.0
        for at in range(one, len(vectors), width):
            total += vectors[at]
            squares += vectors[at] * vectors[at]
        said += total if one == 0 else (total * total - squares) / 2
    return said


@kernel
def _mix(gate: Floats, vectors: Floats, written: Floats) -> None:
    """Write the sum of vectors, weighed by the softmax of a gate."""
    top, total = gate.max(), 0.0
    for one in range(len(gate)):
        gate[one] = np.exp(gate[one] - top)
        total += gate[one]
    for to in range(len(written)):
        said = 0.0
        for one in range(len(gate)):
            said += gate[one] * vectors[one * len(written) + to]
        written[to] = said / total


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
