"""Grid: one learner at every combination of some settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import product
from typing import Any, TypeVar

from evercart.errors import UserError, require, unknown

L = TypeVar("L")


def grid(learner: L, **values: Sequence[Any]) -> tuple[L, ...]:
    """Return copies of a learner, the first with the first value of each setting.

    values    by the path of a setting through fields, or numbers of a tuple, with dots between

    >>> from evercart.learners.by_tick import ByTick
    >>> from evercart.learners.mean import Mean
    >>> [one.model.strength for one in grid(ByTick(Mean()), **{"model.strength": (1.0, 5.0)})]
    [1.0, 5.0]
    """
    for path, choices in values.items():
        require(len(choices) > 0, f"grid {path}", "at least one value", "none")
    return tuple(_with(learner, dict(zip(values, chosen, strict=True))) for chosen in product(*values.values()))


def _with(learner: L, settings: dict[str, Any]) -> L:
    for path, value in settings.items():
        learner = _set(learner, path.split("."), value, path)
    return learner


def _set(part: Any, path: list[str], value: Any, whole: str) -> Any:
    if not path:
        return value
    name, *rest = path
    inner = dict(enumerate(part)) if isinstance(part, tuple) else _settings(part)
    known = {str(key): each for key, each in inner.items()}
    if name not in known:
        raise UserError(unknown(f"grid {whole}", f"settings of {type(part).__name__}", known, name))
    known[name] = _set(known[name], rest, value, whole)
    return tuple(known.values()) if isinstance(part, tuple) else replace(part, **{name: known[name]})


def _settings(part: Any) -> dict[str, Any]:
    return {field.name: getattr(part, field.name) for field in fields(part)} if is_dataclass(part) else {}
