"""Discovery: every fold class of a package, so that none goes unchecked."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Final

import evercart
from evercart.errors import UserError, expected
from evercart.testing.laws import Law

EXEMPT: Final[dict[str, tuple[Law, ...]]] = {"Refit": ("flat",)}  # it re-reads the log, in backtest only


def fold_classes(package: ModuleType = evercart) -> tuple[type[Any], ...]:
    """Return the fold classes of a package by name: dataclasses with `start`, `step`, `grain`, none of them abstract.

    >>> import evercart.labels
    >>> [found.__name__ for found in fold_classes(evercart.labels)]
    ['Further', 'Lists', 'Named', 'Pairs', 'Precedents']
    """
    found = {found for module in _modules(package) for found in vars(module).values() if _is_fold(found, package)}
    return tuple(sorted(found, key=lambda one: (one.__name__, one.__module__)))


def unchecked(checked: Iterable[type[Any]], package: ModuleType = evercart) -> list[str]:
    """Return the names of the fold classes that are not among those checked."""
    have = set(checked)
    return [f"{one.__module__}.{one.__name__}" for one in fold_classes(package) if one not in have]


def require_checked(checked: Iterable[type[Any]], package: ModuleType = evercart) -> None:
    """Raise `UserError` naming the fold classes that no check is registered for."""
    missing = unchecked(checked, package)
    if missing:
        raise UserError(expected("folds", "a check of the four laws for each", "none for " + ", ".join(missing)))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def _is_fold(found: Any, package: ModuleType) -> bool:
    if not (inspect.isclass(found) and dataclasses.is_dataclass(found)):
        return False
    inside = found.__module__ == package.__name__ or found.__module__.startswith(package.__name__ + ".")
    names = {f.name for f in dataclasses.fields(found)} | set(dir(found))
    return inside and {"start", "step", "grain"} <= names and not inspect.isabstract(found)
