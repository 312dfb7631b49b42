"""Every fold class is found; one without a check is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import evercart.labels
from evercart.errors import UserError
from evercart.labels.further import Further
from evercart.labels.lists import Lists
from evercart.labels.named import Named
from evercart.labels.pairs import Pairs
from evercart.labels.precedents import Precedents
from evercart.testing.discovery import EXEMPT, fold_classes, require_checked, unchecked

SOURCE = """
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Protocol
from evercart.labels.pairs import Pairs
from evercart.labels.precedents import Precedents


class Named(Protocol):
    grain: str
    def start(self): ...
    def step(self, state, batch): ...


class Plain:
    grain = "event"
    def start(self): ...
    def step(self, state, batch): ...


@dataclass(frozen=True)
class Base(ABC):
    grain: ClassVar[str] = "event"
    def start(self): ...
    @abstractmethod
    def step(self, state, batch): ...


class Derived(Base):
    def step(self, state, batch): ...


@dataclass(frozen=True)
class Field:
    grain: str
    def start(self): ...
    def step(self, state, batch): ...


@dataclass(frozen=True)
class NoGrain:
    def start(self): ...
    def step(self, state, batch): ...
"""


def test_concrete_dataclasses_with_start_step_grain_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "found_here"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "deep" / "__init__.py").touch()
    (package / "deep" / "folds.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("found_here")
    try:
        assert [found.__name__ for found in fold_classes(module)] == ["Derived", "Field"]
    finally:
        for name in [name for name in sys.modules if name.startswith("found_here")]:
            del sys.modules[name]


def test_a_fold_without_a_check_is_named() -> None:
    assert unchecked([Further, Lists, Named, Pairs, Precedents], evercart.labels) == []
    require_checked([Further, Lists, Named, Pairs, Precedents], evercart.labels)
    named = ["further.Further", "lists.Lists", "named.Named", "pairs.Pairs", "precedents.Precedents"]
    missing = ", ".join(rf"evercart\.labels\.{one}" for one in named)
    text = rf"^folds: expected a check of the four laws for each, got 'none for {missing}'$"
    with pytest.raises(UserError, match=text):
        require_checked([], evercart.labels)


def test_one_exemption_is_declared() -> None:
    assert EXEMPT == {"Refit": ("flat",)}
