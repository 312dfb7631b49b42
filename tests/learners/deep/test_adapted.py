"""A pretrained transformer that goes on learning keeps the laws; a state names its base."""

from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="needs the extra deep")
pytest.importorskip("transformers", reason="needs the extra deep")

from small_bert import Small, titles

from evercart.errors import UserError
from evercart.features.encoders.tokens import token_columns
from evercart.fold import clone, describe, fingerprint, load, pack, save, unpack
from evercart.learners.deep.adapted import Adapted, tokens_of
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.depths import Full, Last
from evercart.learners.deep.extra import torch
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.lora import Lora
from evercart.learners.deep.steps import AdamW
from evercart.learners.prequential import prequential
from evercart.remember.exemplars import Exemplars
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

BASE = Small()
LEARNER = Deep(token_columns(6), Adapted(BASE, Lora(2)), Classes(3), AdamW(0.02), batch=8)


def test_the_laws():
    learner = Deep(COLUMNS, Adapted(BASE, Lora(2, dropout=0.2)), Binary(), batch=3)
    check_fold(lambda _: learner, Turned(holes=0.2), laws=("resume", "batching", "honesty"), examples=1)


@pytest.mark.parametrize(("depth", "rate"), [(Lora(4), 0.02), (Last(1), 0.005), (Full(True), 0.005)])
def test_it_learns_to_read(depth, rate):
    learner = replace(LEARNER, network=Adapted(BASE, depth, dropout=0.0), steps=AdamW(rate))
    x, y = titles(600, 1)
    state, guesses = learner.step(learner.start(), prequential(x, y))
    assert state.counts.skipped[0] == 0
    assert (guesses[::2] == y)[-150:].mean() > 0.8


def test_the_state_holds_only_what_learns():
    state = LEARNER.start()
    names = LEARNER.layout.names
    assert all("down" in name or "up" in name or name.startswith("head.") for name in names)
    assert len(state.weights) == 2 * 2 * (2 * 2 * 16) + 3 * 17
    assert bytes(state.buffers[0]).hex() == BASE.fingerprint and len(state.buffers) == 1


def test_saved_loaded_resumed_bit_for_bit(tmp_path):
    learner = Remembering(LEARNER, Replay(Exemplars(1 << 10), 8))
    given = prequential(*titles(120, 3))
    half, _ = learner.step(learner.start(), given.rows(slice(0, 100)))
    save(tmp_path / "state", pack(half), 100, {})
    fresh = Remembering(replace(LEARNER), Replay(Exemplars(1 << 10), 8))
    loaded = unpack(fresh.start(), load(tmp_path / "state").flat)
    whole, guesses = learner.step(clone(half), given.rows(slice(100, None)))
    again, guesses_again = fresh.step(loaded, given.rows(slice(100, None)))
    assert fingerprint(whole) == fingerprint(again) != fingerprint(half)
    assert guesses.tobytes() == guesses_again.tobytes()


def test_an_adapter_for_another_base_is_refused():
    other = replace(LEARNER, network=Adapted(Small(seed=2), Lora(2)))
    x, y = titles(4, 1)
    with pytest.raises(UserError) as caught:
        other.step(LEARNER.start(), prequential(x, y))
    base = Small(seed=2)
    rule = f"one of the base {base.name} with fingerprint {base.fingerprint}"
    assert str(caught.value) == f"adapter: expected {rule}, got '{BASE.fingerprint}'"
    deeper = replace(LEARNER, network=Adapted(BASE, Lora(4)))
    with pytest.raises(UserError, match=r"^state.weights: expected 563 numbers, got 307$"):
        deeper.step(LEARNER.start(), prequential(x, y))


def test_its_base_is_named_in_the_configuration():
    assert describe(LEARNER.network) != describe(replace(LEARNER.network, base=Small(seed=2)))


def test_learners_of_one_base_share_its_weights():
    one, two = (replace(LEARNER, seed=seed).layout.module.base for seed in (1, 2))
    words = "embeddings.word_embeddings"
    assert one.get_submodule(words).weight.data_ptr() == two.get_submodule(words).weight.data_ptr()


def test_columns_behind_the_longest_text_are_not_read():
    ids, here = tokens_of(torch().tensor([[3.0, 0, 5, 0, 0], [1e9, -4, 0, 0, 0]]), BASE)
    assert ids.tolist() == [[2, 0, 4], [0, 0, 0]] and here.tolist() == [[True, False, True], [False] * 3]
    assert tokens_of(torch().zeros(2, 5), BASE)[0].shape == (2, 1)


def test_settings_that_make_no_sense():
    with pytest.raises(UserError, match=r"^adapted.dropout: expected 0 or more and less than 1, got 1.0$"):
        Adapted(BASE, dropout=1.0)
    with pytest.raises(UserError, match=r"^adapted.speed: expected more than 0, got 0$"):
        Adapted(BASE, speed=0)
