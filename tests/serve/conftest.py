"""A small shop in the midst of its life, for whoever only looks at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evercart.shop import Shop
from evercart.testing.living import Hands, living


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """It is not to be changed."""
    with living(tmp_path_factory.mktemp("lived") / "corner", Hands()) as shop:
        yield shop
