"""Trees of arrays: what goes into a fold, or comes out of it, as columns that can be joined, compared, spoiled."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.fold import describe

Leaves = dict[str, NDArray[Any]]


def leaves(tree: Any) -> Leaves:
    """Return every array of a batch, a state or an output by its path; rows are the first axis.

    A list of records becomes one column of their descriptions.

    >>> leaves((np.zeros(2), {"a": np.ones(1)}))
    {'0': array([0., 0.]), '1.a': array([1.])}
    """
    return dict(_walk(tree, ""))


def _walk(tree: Any, path: str) -> Iterator[tuple[str, NDArray[Any]]]:
    if isinstance(tree, np.ndarray):
        yield path or ".", tree
    elif isinstance(tree, list):
        yield path or ".", np.array([describe(record) for record in tree], object)
    else:
        for name, part in _parts(tree):
            yield from _walk(part, f"{path}.{name}" if path else name)


def _parts(tree: Any) -> list[tuple[str, Any]]:
    if tree is None:
        return []
    if isinstance(tree, Mapping):
        return [(str(name), part) for name, part in tree.items()]
    if isinstance(tree, tuple):
        names = getattr(tree, "_fields", range(len(tree)))
        return [(str(name), part) for name, part in zip(names, tree, strict=True)]
    if dataclasses.is_dataclass(tree):
        return [(f.name, getattr(tree, f.name)) for f in dataclasses.fields(tree)]
    return [("value", np.array([describe(tree)], object))]


def joined(parts: Sequence[Any]) -> Leaves:
    """Return the outputs of successive steps as one set of columns."""
    columns = [leaves(part) for part in parts]
    return {path: np.concatenate([column[path] for column in columns]) for path in columns[0]}


def copied(tree: Any) -> Any:
    """Return the same tree over arrays of its own."""
    if isinstance(tree, np.ndarray):
        return tree.copy()
    if isinstance(tree, Mapping):
        return {name: copied(part) for name, part in tree.items()}
    if isinstance(tree, tuple):
        parts = [copied(part) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return dataclasses.replace(tree, **{f.name: copied(getattr(tree, f.name)) for f in dataclasses.fields(tree)})
    return tree


def poison(tree: Any) -> None:
    """Spoil every array in place, gently enough that an index read from one stays near its range."""
    for array in leaves(tree).values():
        if not array.flags.writeable or array.dtype == object:
            continue
        if array.dtype.kind == "f":
            array[...] = np.nan
        elif array.dtype.kind == "b":
            np.logical_not(array, out=array)
        elif array.dtype.kind in "iu":
            array += array.dtype.type(1)


@dataclasses.dataclass(frozen=True)
class Difference:
    """The first place where two sets of columns part."""

    column: str
    row: int
    was: object
    now: object


def difference(was: Leaves, now: Leaves) -> Difference | None:
    """Return the earliest row at which two sets of columns differ in a bit, or None.

    >>> difference({"a": np.array([1.0, 2.0])}, {"a": np.array([1.0, 2.5])})
    Difference(column='a', row=1, was=2.0, now=2.5)
    """
    found = [_first(column, was.get(column), now.get(column)) for column in dict.fromkeys((*was, *now))]
    return min((one for one in found if one), key=lambda one: one.row, default=None)


def _first(column: str, was: NDArray[Any] | None, now: NDArray[Any] | None) -> Difference | None:
    if was is None or now is None:
        return Difference(column, 0, *("nothing" if side is None else f"{len(side)} rows" for side in (was, now)))
    was, now = np.atleast_1d(was), np.atleast_1d(now)
    if was.dtype != now.dtype or was.shape[1:] != now.shape[1:]:
        return Difference(column, 0, *(f"{side.dtype} of shape {side.shape}" for side in (was, now)))
    shared = min(len(was), len(now))
    differ = np.flatnonzero(_unlike(was[:shared], now[:shared]))
    if len(differ):
        row = int(differ[0])
        return Difference(column, row, _plain(was[row]), _plain(now[row]))
    return None if len(was) == len(now) else Difference(column, shared, f"{len(was)} rows", f"{len(now)} rows")


def _unlike(was: NDArray[Any], now: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows differ, bit for bit: NaN equals itself, 0.0 is not -0.0."""
    rows = len(was)
    if not was.size:
        return np.zeros(rows, np.bool_)
    if was.dtype != object:
        was, now = (np.ascontiguousarray(side).view(np.uint8) for side in (was, now))
    apart: NDArray[np.bool_] = (was != now).reshape(rows, -1).any(axis=1)
    return apart


def _plain(value: Any) -> object:
    return value.tolist() if hasattr(value, "tolist") else value
