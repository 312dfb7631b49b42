"""Difference: what sets two versions apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.fold import Packed
from evercart.publish.model import Model
from evercart.publish.revision import Version

Two = dict[str, tuple[Any, Any]]  # by name what the one has, what the other has; None where it has nothing


class Norms(NamedTuple):
    """Euclidean norms of an array; `apart` is that of the difference, None where the shapes differ."""

    a: float | None
    b: float | None
    apart: float | None


@dataclass(frozen=True)
class Difference:
    """What differs; what is alike is left out.

    about     app, model, code, offset, parent
    folds     fingerprints of what feeds the learner
    columns   of X: True where it is there
    norms     of the arrays of numbers in the state, by path
    """

    a: str
    b: str
    about: Two
    parameters: Two
    folds: Two
    columns: Two
    scores: Two
    norms: dict[str, Norms]

    def __bool__(self) -> bool:
        return any((self.about, self.parameters, self.folds, self.columns, self.scores, self.norms))

    def lines(self) -> Iterator[str]:
        """Hand out one line for each thing that differs."""
        for part in ("about", "parameters", "folds", "columns", "scores"):
            for name, (a, b) in getattr(self, part).items():
                yield f"{part} {name}: {_said(a)} | {_said(b)}"
        for path, (a, b, apart) in self.norms.items():
            yield f"norm {path}: {_said(a)} | {_said(b)}, apart {_said(apart)}"


def difference(a: tuple[Model, Version, Packed], b: tuple[Model, Version, Packed]) -> Difference:
    """Return what sets two versions apart, each given with its model, its packed state."""
    (one, at, state), (other, there, against) = a, b
    return Difference(
        at.address,
        there.address,
        differing(_about(one, at), _about(other, there)),
        differing(dict(one.parameters), dict(other.parameters)),
        differing(dict(one.folds), dict(other.folds)),
        differing(dict.fromkeys(one.columns, True), dict.fromkeys(other.columns, True)),
        differing(at.scores, there.scores),
        {
            path: _norms(state.get(path), against.get(path))
            for path in sorted({*state, *against})
            if _numbers(state.get(path), against.get(path)) and not _alike(state.get(path), against.get(path))
        },
    )


def differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> Two:
    """Return the names whose values differ, with both.

    >>> differing({"rate": 1, "decay": 2}, {"rate": 3, "decay": 2, "l1": 0})
    {'l1': (None, 0), 'rate': (1, 3)}
    """
    return {name: (a.get(name), b.get(name)) for name in sorted({*a, *b}) if a.get(name) != b.get(name)}


def _about(model: Model, version: Version) -> dict[str, Any]:
    return {
        "app": model.app,
        "code": model.code,
        "model": model.id,
        "offset": version.next_offset,
        "parent": version.parent,
    }


def _numbers(*arrays: NDArray[Any] | None) -> bool:
    return all(array is None or array.dtype.kind in "fiu" for array in arrays)


def _alike(a: NDArray[Any] | None, b: NDArray[Any] | None) -> bool:
    return a is not None and b is not None and a.shape == b.shape and a.tobytes() == b.tobytes()


def _norms(a: NDArray[Any] | None, b: NDArray[Any] | None) -> Norms:
    same = a is not None and b is not None and a.shape == b.shape
    with np.errstate(all="ignore"):  # damaged states are compared, too
        apart = _norm(a.astype(np.float64) - b.astype(np.float64)) if same and a is not None and b is not None else None
        return Norms(_norm(a), _norm(b), apart)


def _norm(array: NDArray[Any] | None) -> float | None:
    return None if array is None else float(np.sqrt(np.square(array, dtype=np.float64).sum()))


def _said(value: Any) -> str:
    return "-" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
