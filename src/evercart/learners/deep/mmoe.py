"""Mmoe: experts that all tasks share, weighed by a gate a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.errors import require
from evercart.learners.deep.blocks import assembled, check_units, ending, hidden, padded, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.plan import Draft, Plan
from evercart.learners.deep.towers import check_tasks, task_apart, towers


@dataclass(frozen=True)
class Mmoe:
    """Multi-gate mixture of experts: a task is told the sum of what experts say, weighed by its own gate.

    tasks       their names, in the order of their numbers, as `Tasks` has their heads; a new one goes to the end
    experts     how many
    hidden      the units of each expert's layers, multiples of 16
    tower       the units of each task's own layers, multiples of 16; none: one linear layer
    reversal    how strongly the experts' mean is taught not to give the task away; above 0 the head wants
                `adversary=True`

    The first number column is the task's number.

    Source: Ma et al., "Modeling task relationships in multi-task learning with multi-gate mixture-of-experts", KDD
    2018, section 4.2; reversal: Ganin and Lempitsky, "Unsupervised domain adaptation by backpropagation", ICML 2015,
    section 3.

    >>> Mmoe(("view", "cart")).experts
    4
    """

    tasks: tuple[str, ...]
    experts: int = 4
    hidden: tuple[int, ...] = (32,)
    tower: tuple[int, ...] = (16,)
    reversal: float = 0.0
    block: ClassVar[int] = 32

    def __post_init__(self) -> None:
        check_tasks("mmoe.tasks", self.tasks)
        require(self.experts >= 1, "mmoe.experts", "at least 1", self.experts)
        require(bool(self.hidden), "mmoe.hidden", "at least one layer", self.hidden)
        check_units("mmoe.hidden", self.hidden)
        check_units("mmoe.tower", self.tower)
        require(self.reversal >= 0, "mmoe.reversal", "0 or more", self.reversal)

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs)."""
        nn, width = torch().nn, up(inputs)
        return assembled(
            _forward,
            pad=padded(inputs),
            experts=nn.ModuleList(hidden(width, self.hidden, 0.0) for _ in range(self.experts)),
            gates=nn.ModuleDict({task: ending(width, self.experts) for task in self.tasks}),
            towers=towers("mmoe", self.tasks, self.hidden[-1], self.tower, outputs, self.reversal),
        )

    def plan(self, inputs: Inputs, outputs: int) -> Plan | None:
        """Return the same without torch, every task's tower worked; with an adversary there is none."""
        if self.reversal:
            return None
        draft, width, units = Draft(inputs), up(inputs), self.hidden[-1]
        rows = draft.room(width)  # the inputs, 0 in place of the task
        experts = draft.room(self.experts * units)
        gates = [draft.room(up(self.experts)) for _ in self.tasks]
        every = draft.room(len(self.tasks))
        draft.copied(1, rows + 1, inputs - 1)
        for at in range(self.experts):
            draft.layers(rows, width, self.hidden, experts + at * units)
        for gate in gates:
            draft.linear(rows, gate, width, up(self.experts))
        for at, gate in enumerate(gates):
            draft.mixed(gate, told := draft.room(units), experts, self.experts, units)
            top, read = draft.layers(told, units, self.tower)
            draft.linear(top, said := draft.room(up(1)), read, up(1))
            draft.copied(said, every + at, 1)
        draft.chosen(every, draft.room(outputs), len(self.tasks))
        return draft.plan(outputs)


def mixed(gate: Any, experts: Any) -> Any:
    """Return the sum over experts, (rows, experts, units), weighed by the softmax of a gate, (rows, experts)."""
    return (gate.softmax(1)[:, :, None] * experts).sum(1)


def _forward(self: Any, x: Any) -> Any:
    number, rows = task_apart(x)
    given = self.pad(rows)
    experts = torch().stack([expert(given) for expert in self.experts], 1)
    told = [mixed(gate(given), experts) for gate in self.gates.values()]
    return self.towers(number, told, experts.mean(1))
