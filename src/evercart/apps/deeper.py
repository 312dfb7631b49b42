"""Deeper: nets that race beside an app's light models, where its settings say `deep = true`."""

from __future__ import annotations

from typing import Any

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.deep_fm import DeepFm
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.learners.learner import Learner
from evercart.learners.scaled import Scaled


def factored(columns: tuple[Column, ...], rate: float = 1e-3) -> Learner[Any]:
    """Return a deep factorization machine of all columns, which says a chance; needs the extra `deep`.

    rate    of AdamW's steps
    """
    net = Deep(columns, DeepFm((64, 32)), steps=AdamW(rate), table=Table(rows=1 << 16, width=8), batch=64)
    return Scaled(net, columns, most=5.0)
