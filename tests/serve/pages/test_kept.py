"""What the pages of a service share."""

from __future__ import annotations

import gc
from typing import Any

from evercart.serve.pages.kept import per_service


class Some:
    """Stands for a service."""


def test_it_is_made_once_a_service_and_goes_with_it() -> None:
    made: list[Any] = []
    of: Any = per_service(lambda service: made.append(1) or [len(made)])
    one, two = Some(), Some()
    assert of(one) is of(one)
    assert of(one) is not of(two)
    assert len(made) == 2
    del one, two
    gc.collect()
    assert of(Some()) == [3]
