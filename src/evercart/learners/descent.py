"""Descent: gradient steps at a constant rate, with momentum, or at a rate of each weight's own.

All are lazy: a weight whose slot does not stand in a row is not touched by it, so momentum and averages of
gradients decay with the rows that have the slot, not with time. To move all 2^20 weights at each event would
cost fifty thousand times more, for slots that nothing was learned about; L1 and L2 pull only there, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.kernel import kernel

_SGD, _MOMENTUM, _ADAGRAD, _RMSPROP, _ADAM = range(5)
_ADAM_EPS = 1e-8


class DescentRule(NamedTuple):
    """A descent as kernels take it; `keep` is the share of the past that stays, `second` Adam's beta2 or an eps."""

    code: int
    rate: float
    keep: float
    second: float
    l1: float
    l2: float


@dataclass(frozen=True)
class Sgd:
    """Plain gradient descent at a constant rate."""

    rate: float = 0.01
    l1: float = 0.0
    l2: float = 0.0
    remembered: ClassVar[int] = 1

    def __post_init__(self) -> None:
        _check_rate("sgd", self.rate, self.l1, self.l2)

    def rule(self) -> DescentRule:
        """Return it as kernels take it."""
        return DescentRule(_SGD, self.rate, 0.0, 0.0, self.l1, self.l2)


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with a heavy ball: the step is `rho` of the last one plus rate * gradient.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    rate: float = 0.01
    rho: float = 0.9
    l1: float = 0.0
    l2: float = 0.0
    remembered: ClassVar[int] = 2

    def __post_init__(self) -> None:
        _check_rate("momentum", self.rate, self.l1, self.l2)
        _check_share("momentum.rho", self.rho)

    def rule(self) -> DescentRule:
        """Return it as kernels take it."""
        return DescentRule(_MOMENTUM, self.rate, self.rho, 0.0, self.l1, self.l2)


@dataclass(frozen=True)
class AdaGrad:
    """A rate per weight that falls with the summed squares of its gradients.

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods", JMLR 12, 2011.
    """

    rate: float = 0.1
    eps: float = 1e-8
    l1: float = 0.0
    l2: float = 0.0
    remembered: ClassVar[int] = 2

    def __post_init__(self) -> None:
        _check_rate("adagrad", self.rate, self.l1, self.l2)
        require(self.eps > 0, "adagrad.eps", "more than 0", self.eps)

    def rule(self) -> DescentRule:
        """Return it as kernels take it."""
        return DescentRule(_ADAGRAD, self.rate, 0.0, self.eps, self.l1, self.l2)

    def eased(self, memory: NDArray[np.float64], keep: float) -> NDArray[np.float64]:
        """Return memory with a share `keep` of the summed squared gradients."""
        memory[:, 1] *= keep
        return memory


@dataclass(frozen=True)
class RmsProp:
    """A rate per weight that follows a decaying mean of its squared gradients.

    Source: Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera, 2012.
    """

    rate: float = 0.01
    rho: float = 0.9
    eps: float = 1e-8
    l1: float = 0.0
    l2: float = 0.0
    remembered: ClassVar[int] = 2

    def __post_init__(self) -> None:
        _check_rate("rmsprop", self.rate, self.l1, self.l2)
        _check_share("rmsprop.rho", self.rho)
        require(self.eps > 0, "rmsprop.eps", "more than 0", self.eps)

    def rule(self) -> DescentRule:
        """Return it as kernels take it."""
        return DescentRule(_RMSPROP, self.rate, self.rho, self.eps, self.l1, self.l2)


@dataclass(frozen=True)
class Adam:
    """Decaying means of the gradient, of its square, both rid of their bias towards zero.

    The bias is removed by each weight's own count of steps: with one global count a slot first seen late would
    take a first step of (1 - beta1) / sqrt(1 - beta2), about three times the rate. Where every row touches every
    weight both are the same.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
    """

    rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    l1: float = 0.0
    l2: float = 0.0
    remembered: ClassVar[int] = 4

    def __post_init__(self) -> None:
        _check_rate("adam", self.rate, self.l1, self.l2)
        _check_share("adam.beta1", self.beta1)
        _check_share("adam.beta2", self.beta2)

    def rule(self) -> DescentRule:
        """Return it as kernels take it."""
        return DescentRule(_ADAM, self.rate, self.beta1, self.beta2, self.l1, self.l2)


def _check_rate(name: str, rate: float, l1: float, l2: float) -> None:
    require(rate > 0, f"{name}.rate", "more than 0", rate)
    require(l1 >= 0, f"{name}.l1", "at least 0", l1)
    require(l2 >= 0, f"{name}.l2", "at least 0", l2)


def _check_share(where: str, share: float) -> None:
    require(0 <= share < 1, where, "at least 0 and less than 1", share)


@kernel
def descent_weight(rule: DescentRule, memory: NDArray[np.float64], place: int) -> float:
    """Return a weight."""
    return float(memory[place, 0])


@kernel
def descend(rule: DescentRule, memory: NDArray[np.float64], place: int, weight: float, gradient: float) -> None:
    """Move a weight against a gradient, with L2 in the gradient; then L1 by a soft threshold of the same rate.

    Source of the threshold: Duchi and Singer, "Efficient online and batch learning using forward backward
    splitting", JMLR 10, 2009.
    """
    gradient += rule.l2 * memory[place, 0]
    rate = rule.rate
    step = rate * gradient
    if rule.code == _MOMENTUM:
        step += rule.keep * memory[place, 1]
        memory[place, 1] = step
    elif rule.code == _ADAGRAD:
        memory[place, 1] += gradient * gradient
        rate /= np.sqrt(memory[place, 1] + rule.second)
        step = rate * gradient
    elif rule.code == _RMSPROP:
        memory[place, 1] += (1.0 - rule.keep) * (gradient * gradient - memory[place, 1])
        rate /= np.sqrt(memory[place, 1] + rule.second)
        step = rate * gradient
    elif rule.code == _ADAM:
        step = _adam_step(rule, memory, place, gradient)
    stepped = memory[place, 0] - step
    memory[place, 0] = np.copysign(max(abs(stepped) - rate * rule.l1, 0.0), stepped)


@kernel
def _adam_step(rule: DescentRule, memory: NDArray[np.float64], place: int, gradient: float) -> float:
    memory[place, 1] += (1.0 - rule.keep) * (gradient - memory[place, 1])
    memory[place, 2] += (1.0 - rule.second) * (gradient * gradient - memory[place, 2])
    memory[place, 3] += 1.0
    mean = memory[place, 1] / (1.0 - rule.keep ** memory[place, 3])
    square = memory[place, 2] / (1.0 - rule.second ** memory[place, 3])
    return float(rule.rate * mean / (np.sqrt(square) + _ADAM_EPS))
