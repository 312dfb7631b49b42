"""Vectors kept on disk by content."""

import subprocess
import sys
from dataclasses import dataclass, field

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.stored import Stored, cache_folder


@dataclass(frozen=True)
class Counting:
    """An encoder that tells which texts it was given."""

    fingerprint: str = "ab" * 32
    given: list[str] = field(default_factory=list, compare=False)
    name = "counting"
    width = 2

    def __call__(self, texts):
        self.given.extend(texts)
        return np.array([[len(text), 0.1] for text in texts], np.float32).reshape(-1, 2)


def test_a_text_is_encoded_once_over_all_processes(tmp_path):
    first, second, other = Counting(), Counting(), Counting("cd" * 32)
    texts = ["a", "", "a", "red 红 \ud800", "x" * 1_000_000]
    found = Stored(first, tmp_path)(texts)
    assert first.given == ["a", "", "red 红 \ud800", "x" * 1_000_000]
    assert Stored(second, tmp_path)(texts[::-1]).tobytes() == found[::-1].tobytes() and second.given == []
    Stored(other, tmp_path)(["a"])
    assert other.given == ["a"]
    assert Stored(first, tmp_path)([]).shape == (0, 2)
    assert (Stored(first).name, Stored(first).width, Stored(first).fingerprint) == ("counting", 2, "ab" * 32)


def test_the_oldest_go(tmp_path):
    inner = Counting()
    stored = Stored(inner, tmp_path, most=2)
    stored(["a", "b"])
    stored(["c"])
    stored(["b", "c", "a"])
    assert inner.given == ["a", "b", "c", "a"]


def test_a_file_that_is_none_costs_time_not_an_answer(tmp_path):
    inner = Counting()
    stored = Stored(inner, tmp_path)
    stored.path.write_bytes(b"no database at all" * 100)
    with pytest.warns(UserWarning, match=r"^vectors are not kept in .*: file is not a database$"):
        assert stored(["abc"])[0, 0] == 3.0
    with pytest.warns(UserWarning, match=r"^vectors are not kept in "):
        assert Stored(inner, stored.path)(["abc"])[0, 0] == 3.0


def test_a_vector_of_another_width_is_encoded_again(tmp_path):
    Stored(HashedNgrams(8), tmp_path)(["shoe"])
    narrow = Counting(HashedNgrams(8).fingerprint)
    assert Stored(narrow, tmp_path)(["shoe"])[0, 0] == 4.0


def test_many_processes_write_at_once(tmp_path):
    code = f"""
from pathlib import Path
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.stored import Stored
Stored(HashedNgrams(16), Path({str(tmp_path)!r}))([f"text {{at % 700}}" for at in range(1500)])
"""
    running = [subprocess.Popen([sys.executable, "-W", "error", "-c", code]) for _ in range(4)]
    assert [one.wait() for one in running] == [0, 0, 0, 0]
    texts = [f"text {at}" for at in range(700)]
    assert Stored(HashedNgrams(16), tmp_path)(texts).tobytes() == HashedNgrams(16)(texts).tobytes()


def test_the_folder_follows_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("EVERCART_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "vectors"
    monkeypatch.delenv("EVERCART_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "evercart" / "vectors"


def test_a_size_that_makes_no_sense():
    with pytest.raises(UserError, match=r"^stored.most: expected at least 1, got 0$"):
        Stored(HashedNgrams(), most=0)
