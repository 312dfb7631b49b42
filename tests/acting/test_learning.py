"""What says how a policy is learned checks itself."""

from __future__ import annotations

import re

import pytest

from evercart.acting.learning import Learning
from evercart.errors import UserError
from evercart.features.columns import Column


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"after_s": 0}, "learning.after_s: expected more than 0, got 0"),
        ({"most": 0}, "learning.most: expected at least 1, got 0"),
    ],
)
def test_what_makes_no_sense(changed: dict, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        Learning(**{"context": (), "after_s": 1.0} | changed)


def test_a_context_is_slots() -> None:
    columns = (Column("money", "EUR"), Column("device", slots=4))
    assert Learning(("device",), 1.0).slots(columns) == (4,)
    for name in ("money", "none"):
        with pytest.raises(UserError, match=f"^learning.context: expected slot columns of the app, got '{name}'$"):
            Learning((name,), 1.0).slots(columns)
