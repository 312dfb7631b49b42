"""The newest stay, with one a day."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.publish.keep import dispensable
from evercart.publish.revision import Version
from evercart.units import DAY_US


def version(offset: int, day: int = 0, model: str = "a") -> Version:
    return Version(f"{model}{offset}", model, "spend", offset, day * DAY_US + offset, 1, "f", {}, "", None)


def gone(versions: list[Version], keep: int, one_a_day: bool, pinned: tuple[str, ...] = ()) -> list[str]:
    return sorted(one.address for one in dispensable(versions, keep, one_a_day, pinned))


def test_the_newest_of_each_model_stay() -> None:
    versions = [version(offset, model=model) for offset in (1, 2, 3) for model in "ab"]
    assert gone(versions, 2, False) == ["a1", "b1"]


def test_the_last_of_each_day_stays() -> None:
    versions = [version(10 * day + hour, day) for day in range(3) for hour in (1, 2, 3)]
    assert gone(versions, 1, True) == ["a1", "a11", "a12", "a2", "a21", "a22"]


def test_what_is_pinned_stays() -> None:
    assert gone([version(offset) for offset in (1, 2, 3)], 1, False, ("a1",)) == ["a2"]


def test_nothing_kept_is_refused() -> None:
    with pytest.raises(UserError, match=r"^prune.keep: expected an integer of at least 1, got 0$"):
        dispensable([], 0, True)
