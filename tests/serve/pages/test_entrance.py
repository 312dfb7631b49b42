"""Who looks at a page."""

from __future__ import annotations

import pytest

from evercart.serve.pages.entrance import csrf_of, require_csrf
from evercart.serve.problem import NotAllowed


def test_only_the_right_token_passes(empty) -> None:
    require_csrf(empty.service, None, csrf_of(empty.service, None))
    for wrong in ("", "x", "ü", csrf_of(empty.service, None) + " "):
        with pytest.raises(NotAllowed, match=r"^csrf: expected the token of the page that holds the form, got"):
            require_csrf(empty.service, None, wrong)
