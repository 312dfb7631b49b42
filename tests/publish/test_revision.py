"""A revision says where it goes on."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.publish.revision import Revision


def test_an_offset_before_the_log_is_refused() -> None:
    with pytest.raises(UserError, match=r"^revision.next_offset: expected at least 0, got -1$"):
        Revision({}, -1, 0)
