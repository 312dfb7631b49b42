"""Which columns say what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from evercart.events.batch import Events
from evercart.learners.neighbours.baskets import Baskets
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import unite
from evercart.learners.neighbours.content import Content
from evercart.learners.neighbours.cosine import Cosine
from evercart.learners.neighbours.embedded import Embedded
from evercart.learners.neighbours.newcomers import Newcomers
from evercart.learners.neighbours.popular import Popular
from evercart.learners.neighbours.q_learning import QLearning
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.neighbours.traits import TRAITS
from evercart.learners.reasons.english import ENGLISH
from evercart.learners.reasons.evidence import BROWSED, PRIOR, evidence, said

CONTEXT = {"leads_back", "log_length", "distinct", "returned", "returns", "last_log_sessions", "leaves"}
SUMS = {"prior", "prior_rank"}


@dataclass(frozen=True)
class Ouija:
    columns: tuple[str, ...] = ("glow",)


def test_every_trait_is_evidence_or_context() -> None:
    known = {column for kind in BROWSED.values() for column in kind}
    assert known | CONTEXT | SUMS == set(TRAITS)
    assert not known & (CONTEXT | SUMS)
    assert sum(len(kind) for kind in BROWSED.values()) == len(known)


def _browsed(rows: int = 400) -> tuple[Browsing, Events]:
    rng = np.random.default_rng(3)
    kind = np.where(np.arange(rows) % 4 == 3, 7, 1)
    session, item = rng.integers(1, 30, rows), rng.integers(1, 40, rows)
    number = np.where(kind == 7, np.cumsum(kind == 7) - 1, -1)
    us = np.arange(rows) * 1_000_000
    return Browsing(), Events.of(kind=kind, logged_us=us, session=session, item=item, user=session, number=number)


def test_the_prior_is_the_stated_sum() -> None:
    fold, events = _browsed()
    _, out = fold.step(fold.start(), events)
    columns = [TRAITS.index(name) for name in PRIOR]
    prior = out.x[:, columns] @ np.array(list(PRIOR.values()), np.float32)
    np.testing.assert_allclose(prior, out.score, rtol=1e-5)
    np.testing.assert_allclose(0.2 * prior, out.x[:, TRAITS.index("prior")], rtol=1e-5)


def test_places_of_several_sources_follow_each_other_as_they_are_united() -> None:
    fold, events = _browsed()
    _, out = fold.step(fold.start(), events)
    sources = (Ouija(), fold, Repeats())
    found = {one.name: one for one in evidence(sources)}
    assert set(found) == {"ouija", *BROWSED, "repeat"}
    assert found["ouija"].absent == {0: 0.0, 1: 0.0, 2: 0.0}
    at = 3 + 2
    assert found["neighbours"].absent[at + TRAITS.index("unmet")] == 1.0
    assert found["own"].within == {
        at + TRAITS.index("prior"): {at + TRAITS.index("own"): pytest.approx(0.6)},
        3: {at + TRAITS.index("own"): 3.0},
    }
    assert found["popular"].within == {}
    assert max(found["repeat"].absent) == 3 + 2 + len(TRAITS) + 2 + len(Repeats().columns) - 1
    width = unite([out, out]).x.shape[1]
    assert width == 2 * len(said(fold, alone=False)) == 2 * (2 + len(said(fold, alone=True)))


def test_two_sources_of_one_kind_are_one_evidence() -> None:
    found = {one.name: one for one in evidence((Repeats(), Repeats("view")))}
    assert set(found) == {"repeat"}
    assert len(found["repeat"].absent) == 2 * (2 + len(Repeats().columns))


def test_every_source_has_words_of_its_own() -> None:
    sources = (Browsing(), Content(), Cosine(), Embedded(), Popular(), QLearning(), Repeats(), Baskets(), Newcomers())
    kinds = {one.name for one in evidence(sources)}
    assert kinds == {*BROWSED, "content", "cosine", "embedded", "qlearning", "repeat", "habit", "sold", "newcomers"}
    assert kinds <= set(ENGLISH)
    places = sorted(column for one in evidence(sources[1:]) for column in one.absent)
    assert places == list(range(sum(len(said(one, alone=False)) for one in sources[1:])))
