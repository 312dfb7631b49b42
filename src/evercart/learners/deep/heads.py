"""Heads: from a network's margins to the guess, from labels to the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.kernel import kernel
from evercart.labels.likely import likeliest
from evercart.learners.deep.extra import torch
from evercart.learners.losses import guess_of

_LOGISTIC = 0


class Head(Protocol):
    """What a network's margins mean."""

    @property
    def outputs(self) -> int:
        """Return how many margins a row has."""
        ...

    @property
    def classes(self) -> int:
        """Return how many classes a label may name, one margin each; 1: a label is a number."""
        ...

    def knows(self, y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which labels, (rows,), it can learn from."""
        ...

    def guess(self, margins: NDArray[np.floating[Any]], seen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return guesses, (rows,), on the label's scale.

        margins   (rows, outputs)
        seen      (classes,) rows learned so far of each class
        """
        ...

    def loss(self, margins: Any, y: Any) -> Any:
        """Return the loss of each row, a tensor (rows,), of margins (rows, outputs) at labels (rows,)."""
        ...

    def apart(self, margins: Any, others: Any) -> Any:
        """Return how far two tensors of margins (rows, outputs) say different things, (rows,): 0 where they agree."""
        ...

    def spread(self, margins: Any, slopes: Any) -> Any:
        """Return the mean square, (rows, weights), of the loss's slope over labels drawn from the guess itself.

        margins   a tensor (rows, outputs)
        slopes    a tensor (rows, outputs, weights): each margin's own slope
        """
        ...


@dataclass(frozen=True)
class Binary:
    """A label of 0 or 1; the guess is a chance, the loss the log loss."""

    outputs: ClassVar[int] = 1
    classes: ClassVar[int] = 1

    def knows(self, y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which labels lie in 0 to 1."""
        return np.asarray((y >= 0) & (y <= 1))

    def guess(self, margins: NDArray[np.floating[Any]], seen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return chances, (rows,)."""
        return _chances(margins[:, 0].astype(np.float64))

    def loss(self, margins: Any, y: Any) -> Any:
        """Return -(y log p + (1 - y) log(1 - p)), (rows,)."""
        losses = torch().nn.functional.binary_cross_entropy_with_logits
        return losses(margins[:, 0], y.to(margins.dtype), reduction="none")

    def apart(self, margins: Any, others: Any) -> Any:
        """Return the relative entropy of the margins' chances to the others', (rows,)."""
        p = torch().sigmoid(others[:, 0])
        return self.loss(margins, p) - self.loss(others, p)

    def spread(self, margins: Any, slopes: Any) -> Any:
        """Return p (1 - p) slope^2, (rows, weights)."""
        p = torch().sigmoid(margins)
        return (p * (1 - p)) * slopes[:, 0] ** 2


@dataclass(frozen=True)
class Squared:
    """A label that is any number; the guess is its mean, the loss (margin - y)^2."""

    outputs: ClassVar[int] = 1
    classes: ClassVar[int] = 1

    def knows(self, y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which labels are finite."""
        return np.isfinite(y)

    def guess(self, margins: NDArray[np.floating[Any]], seen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the margins, (rows,)."""
        return margins[:, 0].astype(np.float64)

    def loss(self, margins: Any, y: Any) -> Any:
        """Return the squared distance, (rows,)."""
        return (margins[:, 0] - y.to(margins.dtype)) ** 2

    def apart(self, margins: Any, others: Any) -> Any:
        """Return the squared distance of the margins, (rows,)."""
        return (margins[:, 0] - others[:, 0]) ** 2

    def spread(self, margins: Any, slopes: Any) -> Any:
        """Return 2 slope^2, (rows, weights): the loss is -log of a normal chance of variance 1/2."""
        return 2 * slopes[:, 0] ** 2


@dataclass(frozen=True)
class Classes:
    """A label that is the number of a class; the guess is the likeliest class of those ever learned.

    outputs    how many classes there may be; which of them exist shows as their labels come

    >>> Classes(3).guess(np.array([[0.1, 0.3, 0.9]]), np.array([4, 2, 0])).tolist()
    [1.0]
    """

    outputs: int

    def __post_init__(self) -> None:
        require(self.outputs >= 2, "classes.outputs", "at least 2", self.outputs)

    @property
    def classes(self) -> int:
        """Return one for each margin."""
        return self.outputs

    def knows(self, y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which labels are whole numbers from 0 to the number of classes."""
        return np.asarray((y >= 0) & (y < self.outputs) & (y == np.floor(y)))

    def guess(self, margins: NDArray[np.floating[Any]], seen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the classes of the largest margins, (rows,); before anything was learned, of all classes."""
        return likeliest(margins, seen)

    def loss(self, margins: Any, y: Any) -> Any:
        """Return -log of the softmax at the label, (rows,)."""
        return torch().nn.functional.cross_entropy(margins, y.long(), reduction="none")

    def apart(self, margins: Any, others: Any) -> Any:
        """Return the relative entropy of the margins' softmax to the others', (rows,)."""
        ours, theirs = margins.log_softmax(1), others.log_softmax(1)
        return (theirs.exp() * (theirs - ours)).sum(1)

    def spread(self, margins: Any, slopes: Any) -> Any:
        """Return the variance of the slope of the drawn class's margin, (rows, weights)."""
        p = margins.softmax(1)[:, :, None]
        return (p * (slopes - (p * slopes).sum(1, keepdim=True)) ** 2).sum(1)


@kernel
def _chances(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty(len(margins))
    for row in range(len(margins)):
        out[row] = guess_of(_LOGISTIC, margins[row])
    return out
