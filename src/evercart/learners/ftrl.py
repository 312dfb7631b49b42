"""Ftrl: follow the regularised leader, proximal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.kernel import kernel

_Z, _ROOT = 0, 1  # of a weight's memory: z, the root of its summed squared gradients (n in the paper)


class FtrlRule(NamedTuple):
    """FTRL as kernels take it: a weight is -(|z| - l1) sign(z) / (base + root / alpha)."""

    per_alpha: float  # 1 / alpha
    base: float  # beta / alpha + l2
    l1: float


@dataclass(frozen=True)
class Ftrl:
    """A rate per coordinate that falls with its gradients; L1 leaves weights at exactly zero.

    Source: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, algorithm 1.
    """

    alpha: float = 0.1
    beta: float = 1.0
    l1: float = 0.0
    l2: float = 0.0
    remembered: ClassVar[int] = 2

    def __post_init__(self) -> None:
        require(self.alpha > 0, "ftrl.alpha", "more than 0", self.alpha)
        require(self.beta > 0, "ftrl.beta", "more than 0", self.beta)
        require(self.l1 >= 0, "ftrl.l1", "at least 0", self.l1)
        require(self.l2 >= 0, "ftrl.l2", "at least 0", self.l2)

    def rule(self) -> FtrlRule:
        """Return it as kernels take it."""
        return FtrlRule(1.0 / self.alpha, self.beta / self.alpha + self.l2, float(self.l1))

    def eased(self, memory: NDArray[np.float64], keep: float) -> NDArray[np.float64]:
        """Return memory with a share `keep` of the summed squared gradients; z moves so that no weight does."""
        _ease(self.rule(), memory, np.sqrt(keep))
        return memory


@kernel
def ftrl_weight(rule: FtrlRule, memory: NDArray[np.float64], place: int) -> float:
    """Return a weight, computed when it is read: a division is cheaper than a wider memory."""
    z = memory[place, _Z]
    beyond = abs(z) - rule.l1
    if beyond <= 0.0:
        return 0.0
    return float(-np.copysign(beyond, z) / (rule.base + rule.per_alpha * memory[place, _ROOT]))


@kernel
def ftrl_move(rule: FtrlRule, memory: NDArray[np.float64], place: int, weight: float, gradient: float) -> None:
    """Move a weight; `weight` is its value as the row found it."""
    old = memory[place, _ROOT]
    new = np.sqrt(old * old + gradient * gradient)
    memory[place, _Z] += gradient - rule.per_alpha * (new - old) * weight
    memory[place, _ROOT] = new


@kernel
def _ease(rule: FtrlRule, memory: NDArray[np.float64], share: float) -> None:
    for place in range(len(memory)):
        beyond = abs(memory[place, _Z]) - rule.l1
        held = rule.base + rule.per_alpha * memory[place, _ROOT]
        memory[place, _ROOT] *= share
        if beyond > 0.0:
            now = rule.base + rule.per_alpha * memory[place, _ROOT]
            memory[place, _Z] = np.copysign(rule.l1 + beyond * now / held, memory[place, _Z])
