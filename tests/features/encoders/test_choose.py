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
    with pytest.raises(UserError) as caught:
        encoder("bert")
    rule = "one of auto sentences ngrams sentences-0db566fd ngrams-256"
    assert str(caught.value) == f"encoder: expected {rule}, got 'bert'"
