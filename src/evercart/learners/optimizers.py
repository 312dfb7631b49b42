"""Optimizers: how one weight moves against its gradient.

What an optimizer remembers of a weight lies side by side in one row of `memory`, so a weight costs one cache
line. `weight_at` and `move` are chosen by the type of the rule while a kernel is compiled, so that the one in
use costs no question in the innermost loop. A slot that stands twice in a row is moved twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from evercart.learners.descent import AdaGrad, Adam, DescentRule, Momentum, RmsProp, Sgd, descend, descent_weight
from evercart.learners.ftrl import Ftrl, FtrlRule, ftrl_move, ftrl_weight

__all__ = ["AdaGrad", "Adam", "Ftrl", "Momentum", "Optimizer", "RmsProp", "Rule", "Sgd", "move", "weight_at"]

Optimizer = Ftrl | Sgd | Momentum | AdaGrad | RmsProp | Adam
Rule = FtrlRule | DescentRule

_KERNELS: dict[type, tuple[Any, Any]] = {
    FtrlRule: (ftrl_weight, ftrl_move),
    DescentRule: (descent_weight, descend),
}


def weight_at(rule: Rule, memory: NDArray[np.float64], place: int) -> float:
    """Return a weight, from within a kernel."""
    raise NotImplementedError


def move(rule: Rule, memory: NDArray[np.float64], place: int, weight: float, gradient: float) -> None:
    """Move a weight against a gradient, from within a kernel; `weight` is its value as the row found it."""
    raise NotImplementedError


def _choose_weight(rule: Any, memory: Any, place: Any) -> Any:
    chosen = _KERNELS[rule.instance_class][0]

    def weight(rule: Any, memory: Any, place: Any) -> Any:
        return chosen(rule, memory, place)

    return weight


def _choose_move(rule: Any, memory: Any, place: Any, weight: Any, gradient: Any) -> Any:
    chosen = _KERNELS[rule.instance_class][1]

    def moved(rule: Any, memory: Any, place: Any, weight: Any, gradient: Any) -> Any:
        return chosen(rule, memory, place, weight, gradient)

    return moved


overload(weight_at)(_choose_weight)
overload(move)(_choose_move)
