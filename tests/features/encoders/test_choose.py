"""Encoders by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.features.encoders import choose
from evercart.features.encoders.choose import encoder


def test_auto_takes_sentences_where_they_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "folder", lambda: None)
    assert encoder().name == "ngrams-256"
    monkeypatch.setattr(choose, "folder", lambda: Path())
    assert encoder("auto").name == "sentences-0db566fd"


def test_a_full_name_is_a_name() -> None:
    assert [encoder(name).width for name in ("ngrams", "ngrams-256", "sentences", "sentences-0db566fd")] == [
        *(256, 256, 512, 512)
    ]


def test_an_unknown_name() -> None:
    for name in ("bert", "ngrams+bert"):
        with pytest.raises(UserError) as caught:
            encoder(name)
        rule = "one of auto sentences ngrams e5 minilm sentences-0db566fd ngrams-256 e5-e46dbcb9 minilm-48e9a844"
        assert str(caught.value) == f"encoder: expected {rule}, got {name!r}"


def test_several_side_by_side() -> None:
    assert encoder("sentences+ngrams").name == "sentences-0db566fd*1+ngrams-256*1"
    assert encoder("e5+ngrams-256").width == 640


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(UserError) as caught:
        encoder("local:nowhere")
    assert str(caught.value) == "encoder folder nowhere: expected a file config.json, got 'no such file'"
