"""Distilled: a smaller network that was taught by a larger one."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.export.taught import taught
from evercart.export.unwrapped import Unwrapped
from evercart.fold import clone
from evercart.learners.deep.steps import AdamW

_WIDTHS: Final = ("hidden", "tower", "filters", "units")
_PART: Final = 4
_LEAST: Final = 16
_RATE: Final = 3e-3
PASSES: Final = 8


def distilled(one: Unwrapped, x: NDArray[np.float32], passes: int = PASSES) -> Unwrapped:
    """Return a network of a quarter of the width that says nearly what the learner says.

    x    (rows, columns), as the app has them

    It keeps the learner's vectors of slots, which go on learning beside it. Where no layer can be narrower,
    `UserError` says so.
    """
    deep = replace(one.deep, network=narrower(one.deep.network), steps=AdamW(_RATE))
    seen = one.seen(x)
    held = clone(one.trained)
    state = deep.start()._replace(seen=held.seen, rows=held.rows)
    state = taught(deep, state, seen, one.deep.margins(one.trained, seen), passes)
    return one._replace(deep=deep, trained=state)


def narrower(network: Any) -> Any:
    """Return a network like another, its layers a quarter as wide, but at least 16.

    >>> from evercart.learners.deep.mlp import Mlp
    >>> narrower(Mlp((256, 64))).hidden
    (64, 16)
    """
    names = [one.name for one in fields(network)] if is_dataclass(network) else []
    widths = {name: _narrower(getattr(network, name)) for name in names if name in _WIDTHS}
    if all(widths[name] == getattr(network, name) for name in widths):
        rule = f"a network with layers wider than {_LEAST} ({' '.join(_WIDTHS)})"
        raise UserError(expected("export.distilled", rule, type(network).__name__))
    return replace(network, **widths)


def _narrower(width: Any) -> Any:
    if isinstance(width, tuple):
        return tuple(_narrower(one) for one in width)
    return max(_LEAST, width // _PART // _LEAST * _LEAST)
