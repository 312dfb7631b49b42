"""A transformer learns the words it is not shown."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra deep")
pytest.importorskip("transformers", reason="needs the extra deep")

from small_bert import WORDS, Small

from evercart.errors import UserError
from evercart.features.encoders.tokens import pair_rows, token_columns, token_rows
from evercart.fold import clone, fingerprint, load, pack, save, unpack
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.depths import Full, OnlyHead
from evercart.learners.deep.extra import torch
from evercart.learners.deep.lora import Lora
from evercart.learners.deep.masked import Masked, Surprise, common
from evercart.learners.deep.steps import AdamW
from evercart.learners.prequential import prequential
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

BASE = Small()
LEARNER = Deep(token_columns(6), Masked(BASE, Lora(4), share=0.3), Surprise(), AdamW(0.005), batch=16)


def titles(rows, seed):
    """Return titles whose third word follows from the first."""
    first = np.random.default_rng(seed).choice(4, rows)
    return token_rows(BASE, [f"{WORDS[one]} iron {WORDS[one]}" for one in first], 6)


def test_the_laws():
    learner = Deep(COLUMNS, Masked(BASE, Lora(2)), Surprise(), batch=3)
    check_fold(lambda _: learner, Turned(holes=0.2), laws=("resume", "batching", "honesty"), examples=1)


def test_what_it_is_not_shown_surprises_it_less_the_more_it_has_read():
    x = titles(800, 1)
    learner = replace(LEARNER, network=Masked(BASE, Full(True), share=0.3))
    state, guesses = learner.step(learner.start(), prequential(x, np.zeros(len(x))))
    early, late = guesses[::2][:100].mean(), guesses[::2][-100:].mean()
    assert early > 1.0 > 0.8 > late
    assert state.counts.skipped[0] == 0


def test_resumed_bit_for_bit(tmp_path):
    given = prequential(titles(100, 2), np.zeros(100))
    half, _ = LEARNER.step(LEARNER.start(), given.rows(slice(0, 90)))
    save(tmp_path / "state", pack(half), 90, {})
    loaded = unpack(replace(LEARNER).start(), load(tmp_path / "state").flat)
    whole, _ = LEARNER.step(clone(half), given.rows(slice(90, None)))
    again, _ = replace(LEARNER).step(loaded, given.rows(slice(90, None)))
    assert fingerprint(whole) == fingerprint(again) != fingerprint(half)


def test_not_training_each_seventh_token_is_hidden_every_text_for_itself():
    x = token_rows(BASE, ["red blue shoe boot pan pot iron steel"] * 2 + ["red"], 12)
    margins = LEARNER.margins(LEARNER.start(), x)
    assert margins[0, 1] >= 1 and margins[0].tolist() == margins[1].tolist()
    assert margins[:, 1].max() <= 2
    empty = LEARNER.margins(LEARNER.start(), x * 0)
    assert empty[:, :2].tolist() == [[0, 0]] * 3
    assert LEARNER.head.guess(empty, np.zeros(3, np.int64)).tolist() == [0.0] * 3


def test_while_training_the_right_share_is_hidden_most_of_it_behind_the_mask():
    module = LEARNER.layout.asked(training=True)
    ids = torch().full((400, 10), 5)
    torch().manual_seed(1)
    hidden = module.hidden(ids, module.place[ids])
    shown = module.shown(ids, hidden)
    assert 0.27 < hidden.float().mean() < 0.33
    assert 0.75 < (shown[hidden] == BASE.marks.mask).float().mean() < 0.85
    assert bool((shown[~hidden] == 5).all())


def test_only_some_words_are_guessed():
    x = titles(50, 1)
    words = common(x, 2, BASE)
    assert len(words) == 2 and 10 in words
    assert set(common(x, 99, BASE)) == {4, 5, 6, 7, 10}
    learner = replace(LEARNER, network=Masked(BASE, OnlyHead(), words=(10,), share=0.9))
    assert learner.layout.module.word.weight.shape == (1, 16)
    assert learner.margins(learner.start(), token_rows(BASE, ["red"], 6))[0, 1] == 0


def test_pairs_that_belong_together():
    rng = np.random.default_rng(4)
    second = rng.choice(2, 400)
    x = pair_rows(BASE, ["iron pan"] * 400, [WORDS[b] for b in second], 6)
    y = (second == 0).astype(float)
    learner = replace(LEARNER, network=Masked(BASE, Lora(4)), head=Surprise(pairs=5.0), batch=4)
    state, _ = learner.step(learner.start(), prequential(x, y))
    said = learner.margins(state, x[-100:])[:, 2] > 0
    assert (said == y[-100:]).mean() > 0.9


def test_other_labels_are_counted_as_refused():
    state, _ = LEARNER.step(LEARNER.start(), prequential(titles(20, 1), np.r_[np.zeros(16), 0.5, 3, 77, -1]))
    assert (state.counts.learned[0], state.counts.refused[0]) == (1, 4)


def test_settings_that_make_no_sense():
    with pytest.raises(UserError, match=r"^masked.share: expected between 0 and 1, got 0.0$"):
        Masked(BASE, share=0.0)
    with pytest.raises(UserError, match=r"^surprise.pairs: expected 0 or more and finite, got -1$"):
        Surprise(pairs=-1)
