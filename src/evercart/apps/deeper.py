"""Deeper: nets that race beside an app's light models, where its settings say `deep = true`."""

from __future__ import annotations

from typing import Any

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.deep_fm import DeepFm
from evercart.learners.deep.deep_rank import DeepRank
from evercart.learners.deep.heads import Binary
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.numbered import Numbered, numbered
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.learners.deep.tasks import Tasks
from evercart.learners.learner import Learner
from evercart.learners.scaled import Scaled
from evercart.shortlist import Shortlist


def factored(columns: tuple[Column, ...], rate: float = 1e-3, device: str = "cpu") -> Learner[Any]:
    """Return a deep factorization machine of all columns, which says a chance; needs the extra `deep`.

    rate      of AdamW's steps
    device    where it computes: "cpu" or "cuda"
    """
    parts: Any = {"table": Table(rows=1 << 16, width=8), "batch": 64, "device": device}
    net = Deep(columns, DeepFm((64, 32)), steps=AdamW(rate), **parts)
    return Scaled(net, columns, most=5.0)


def multitask(
    columns: tuple[Column, ...], by: str, tasks: tuple[str, ...], rate: float = 1e-2, device: str = "cpu"
) -> Learner[Any]:
    """Return a mixture of experts that says a chance of each of several outcomes; needs the extra `deep`.

    by       the slot column that says which outcome a row is about: 1 for the first of the tasks, and so on
    tasks    the names of the outcomes
    rate     of AdamW's steps
    device   where it computes: "cpu" or "cuda"
    """
    head = Tasks(tuple(Binary() for _ in tasks))
    parts: Any = {"table": Table(rows=1 << 16, width=8), "batch": 64, "device": device}
    net = Deep(numbered(columns), Mmoe(tasks), head, AdamW(rate), **parts)
    return Numbered(net, columns, by)


def ranking(parts: Shortlist, rate: float = 3e-3) -> DeepRank:
    """Return a mixture of experts that orders the candidates of a shortlist; needs the extra `deep`.

    Its tasks are the answer, then each kind that a shortlist follows further.

    rate     of AdamW's steps
    """
    return DeepRank(parts.columns, (parts.kind, *parts.further), rate=rate, longest=parts.longest)
