"""Ple: experts of all tasks beside experts of each, layer upon layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.errors import require
from evercart.learners.deep.blocks import assembled, check_units, ending, hidden, padded, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.mmoe import mixed
from evercart.learners.deep.towers import check_tasks, task_apart, towers


@dataclass(frozen=True)
class Ple:
    """Progressive layered extraction: a task's gate weighs its own experts with the shared ones.

    tasks       their names, in the order of their numbers, as `Tasks` has their heads; a new one goes to the end
    shared      experts that all tasks share, in each layer
    own         experts of each task, in each layer
    layers      layers of extraction; in all but the last, a gate for what is shared weighs every expert
    units       of each expert, a multiple of 16
    tower       the units of each task's own layers, multiples of 16; none: one linear layer
    reversal    as in `Mmoe`, of what is shared in the last layer

    The first number column is the task's number.

    Source: Tang et al., "Progressive layered extraction (PLE): a novel multi-task learning model for personalized
    recommendations", RecSys 2020, sections 4.1, 4.2.

    >>> Ple(("view", "cart")).layers
    1
    """

    tasks: tuple[str, ...]
    shared: int = 2
    own: int = 1
    layers: int = 1
    units: int = 32
    tower: tuple[int, ...] = (16,)
    reversal: float = 0.0
    block: ClassVar[int] = 32

    def __post_init__(self) -> None:
        check_tasks("ple.tasks", self.tasks)
        for name, least in (("shared", 1), ("own", 1), ("layers", 1)):
            require(getattr(self, name) >= least, f"ple.{name}", f"at least {least}", getattr(self, name))
        check_units("ple.units", (self.units,))
        check_units("ple.tower", self.tower)
        require(self.reversal >= 0, "ple.reversal", "0 or more", self.reversal)

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs)."""
        widths = [up(inputs)] + [self.units] * (self.layers - 1)
        layers = [self._layer(width, last=at == self.layers - 1) for at, width in enumerate(widths)]
        return assembled(
            _forward,
            pad=padded(inputs),
            layers=torch().nn.ModuleList(layers),
            towers=towers("ple", self.tasks, self.units, self.tower, outputs, self.reversal),
        )

    def _layer(self, width: int, *, last: bool) -> Any:
        nn, every = torch().nn, self.shared + self.own * len(self.tasks)

        def experts(count: int) -> Any:
            return nn.ModuleList(hidden(width, (self.units,), 0.0) for _ in range(count))

        return assembled(
            _extract,
            shared=experts(self.shared),
            own=nn.ModuleDict({task: experts(self.own) for task in self.tasks}),
            gates=nn.ModuleDict({task: ending(width, self.own + self.shared) for task in self.tasks}),
            gate=None if last else ending(width, every),
        )


def _extract(self: Any, told: list[Any], common: Any) -> tuple[list[Any], Any]:
    it = torch()
    shared = [expert(common) for expert in self.shared]
    own = [[expert(one) for expert in each] for each, one in zip(self.own.values(), told, strict=True)]
    gates = zip(self.gates.values(), told, own, strict=True)
    out = [mixed(gate(one), it.stack([*experts, *shared], 1)) for gate, one, experts in gates]
    if self.gate is None:
        return out, it.stack(shared, 1).mean(1)
    every = [expert for experts in own for expert in experts]
    return out, mixed(self.gate(common), it.stack([*shared, *every], 1))


def _forward(self: Any, x: Any) -> Any:
    number, rows = task_apart(x)
    common = self.pad(rows)
    told = [common] * len(self.towers.each)
    for layer in self.layers:
        told, common = layer(told, common)
    return self.towers(number, told, common)
