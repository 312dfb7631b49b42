"""Grown: LightGBM's trees as learners keep them, as text."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected

REPEATABLE: Final = {  # settings that give the same bits each time
    "feature_pre_filter": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def require_trees(where: str) -> None:
    """Raise `UserError` where the extra `trees` is not installed, without the second that importing it takes."""
    if find_spec("lightgbm") is None:
        raise UserError(expected(where, "the extra trees (pip install 'evercart[trees]')", "no lightgbm"))


def lightgbm_of(where: str) -> Any:
    """Return the module, for whom it is named."""
    require_trees(where)
    import lightgbm

    return lightgbm


@lru_cache(maxsize=8)
def booster(text: bytes, where: str) -> Any:
    """Return the model that a text stands for: reading it costs more than a guess does."""
    return lightgbm_of(where).Booster(model_str=text.decode())


def text_of(booster: Any) -> NDArray[np.uint8]:
    """Return the text of a model."""
    return np.frombuffer(booster.model_to_string().encode(), np.uint8).copy()
