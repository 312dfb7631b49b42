"""Towers: the end of a network of tasks, one tower a task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evercart.errors import require
from evercart.learners.deep.blocks import assembled, ending, hidden
from evercart.learners.deep.extra import torch
from evercart.learners.deep.tasks import SAID


def check_tasks(where: str, tasks: Sequence[str]) -> None:
    """Raise `UserError` unless tasks have names, each its own."""
    require(bool(tasks) and all(one.isidentifier() for one in tasks), where, "names of letters, digits, _", tasks)
    require(len(set(tasks)) == len(tasks), where, "names that differ", tasks)


def towers(where: str, tasks: Sequence[str], width: int, units: Sequence[int], outputs: int, reversal: float) -> Any:
    """Return a module from what each task is told, with what all share, to margins as `Tasks` reads them.

    width       of what each task is told, likewise of what they share
    reversal    how strongly what is shared is taught not to give the task away
    """
    right = outputs == SAID + (len(tasks) if reversal else 0)
    wanted = f"Tasks of {len(tasks)} heads, {'with' if reversal else 'without'} an adversary"
    require(right, f"{where}.head", wanted, f"{outputs} outputs")
    nn = torch().nn
    last = units[-1] if units else width
    return assembled(
        _forward,
        each=nn.ModuleDict({one: nn.Sequential(hidden(width, units, 0.0), ending(last, 1)) for one in tasks}),
        variance=nn.ParameterDict({one: nn.Parameter(torch().zeros(1)) for one in tasks}),
        adversary=ending(width, len(tasks)) if reversal else None,
        reversal=reversal,
    )


def task_apart(x: Any) -> tuple[Any, Any]:
    """Return the number of each row's task, (rows,), with the rows where it is 0."""
    return x[:, 0], torch().cat([torch().zeros_like(x[:, :1]), x[:, 1:]], 1)


def _forward(self: Any, number: Any, told: Sequence[Any], shared: Any) -> Any:
    it, names = torch(), list(self.each)
    every = it.cat([self.each[name](one) for name, one in zip(names, told, strict=True)], 1)
    which = number.clamp(0, len(names) - 1).long()[:, None]
    variance = it.cat([self.variance[name] for name in names])[which[:, 0]][:, None]
    margins = [every.gather(1, which), number.detach()[:, None], variance]
    if self.adversary is not None:
        # the value of `shared`, its slope times -reversal: Ganin and Lempitsky, ICML 2015, equations 9, 10
        turned = (1 + self.reversal) * shared.detach() - self.reversal * shared
        margins.append(self.adversary(turned))
    return it.cat(margins, 1)
