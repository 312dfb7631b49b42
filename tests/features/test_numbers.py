"""Fixed transforms: values, names, units, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features import Feature, Number, Sum

SUM = Sum("order", "amount", 60)


@pytest.mark.parametrize(
    ("made", "amount", "said"),
    [
        (SUM.log1p(), 99, np.log(100)),
        (SUM.log1p(), -99, -np.log(100)),
        (SUM.sqrt(), 16, 4),
        (SUM.sqrt(), -16, -4),
        (SUM.log(0.5), 2, np.log(2.5)),
        (SUM.log(0.5), -2, np.log(0.5)),
        (SUM.hinge(3.0), 5, 2),
        (SUM.hinge(3.0), 2, 0),
        (SUM.clip(-5, 5), 9, 5),
        (SUM.clip(-5, 5), -9, -5),
        (SUM.scaled(0.01), 250, 2.5),
        (SUM.log1p().scaled(2), 99, 2 * np.log(100)),
        (SUM.bucket((0, 10)), -1, 0),
        (SUM.bucket((0, 10)), 0, 1),
        (SUM.bucket((0, 10)), 9, 1),
        (SUM.bucket((0, 10)), 10, 2),
    ],
)
def test_transforms(say: Any, made: Feature, amount: int, said: float) -> None:
    x = say(made, {"at": 1, "kind": "order", "user": 1, "amount": amount}, {"at": 2, "kind": "decision", "user": 1})
    assert x == np.float32(said)


def test_names_and_units_say_what_was_done() -> None:
    made: list[Number] = [SUM.log1p(), SUM.sqrt(), SUM.clip(0, 5), SUM.scaled(0.01), SUM.scaled(0.01).log1p()]
    assert [(column.name, column.unit) for number in made for column in number.outputs] == [
        ("order_amount_sum_1m.log1p", "log1p minor units"),
        ("order_amount_sum_1m.sqrt", "sqrt minor units"),
        ("order_amount_sum_1m.clip_0_5", "minor units"),
        ("order_amount_sum_1m.scaled_0.01", "100 minor units"),
        ("order_amount_sum_1m.scaled_0.01.log1p", "log1p 100 minor units"),
    ]
    assert SUM.bucket((0, 10)).outputs[0].slots == 3


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: SUM.clip(5, 5), r"order_amount_sum_1m.clip: expected low below high, got \(5, 5\)"),
        (lambda: SUM.scaled(0), "order_amount_sum_1m.scaled: expected a number but 0, got 0"),
        (lambda: SUM.scaled(float("nan")), "order_amount_sum_1m.scaled: expected a number but 0, got nan"),
        (lambda: SUM.log(0), "order_amount_sum_1m.log: expected an offset above 0, got 0"),
        (lambda: SUM.hinge(float("inf")), "order_amount_sum_1m.hinge: expected a finite knot, got inf"),
        (lambda: SUM.bucket(()), r"order_amount_sum_1m.bucket: expected strictly increasing edges, got \(\)"),
        (lambda: SUM.bucket((1, 1)), r"order_amount_sum_1m.bucket: expected strictly increasing edges, got \(1, 1\)"),
    ],
)
def test_bad_transforms_are_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        make()
