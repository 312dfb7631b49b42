"""Trees: gradient boosting by LightGBM, an opponent of another kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.evaluate.losses import Loss
from evercart.features.columns import Column

_OBJECTIVES: Final = {
    "log_loss": "binary",
    "squared": "regression",
    "absolute": "regression_l1",
    "pinball": "quantile",
}


@dataclass(frozen=True)
class Trees:
    """Boosted trees over the same X: numbers as they are, slots as categories; one thread, the same bits each time.

    Needs the extra `trees`. Source: Ke et al., "LightGBM: a highly efficient gradient boosting decision tree",
    NeurIPS 2017.
    """

    columns: tuple[Column, ...]
    loss: Loss
    rounds: int = 100
    leaves: int = 31
    rate: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        require(self.rounds > 0, "trees.rounds", "at least 1", self.rounds)
        require(self.leaves > 1, "trees.leaves", "at least 2", self.leaves)

    def ready(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return X with slots numbered densely, in their own order."""
        x = np.nan_to_num(x)
        for at, column in enumerate(self.columns):
            if not column.is_number:
                x[:, at] = np.unique(x[:, at], return_inverse=True)[1]
        return x

    def fit(self, ready: NDArray[np.float32], rows: NDArray[np.int64], y: NDArray[np.float64], was: Any | None) -> Any:
        """Return a booster of `rounds` trees, grown anew; for labels all alike, their value."""
        if y.min() == y.max():
            return float((y.sum() + 0.5) / (len(y) + 1)) if self.loss.kind == "binary" else float(y[0])
        lightgbm = _lightgbm()
        slots = [at for at, column in enumerate(self.columns) if not column.is_number]
        data = lightgbm.Dataset(ready[rows], y, categorical_feature=slots, params=self._params(), free_raw_data=True)
        return lightgbm.train(self._params(), data, num_boost_round=self.rounds)

    def guess(self, model: Any, ready: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (rows,) chances, or numbers in the label's unit."""
        if isinstance(model, float):
            return np.full(len(rows), model)
        return np.asarray(model.predict(ready[rows], num_threads=1), np.float64)

    def _params(self) -> dict[str, Any]:
        return {
            "objective": _OBJECTIVES[self.loss.name],
            "alpha": self.loss.level,
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError:
        raise UserError(expected("trees", "the extra trees (pip install 'evercart[trees]')", "no lightgbm")) from None
    return lightgbm
