"""The pages as a whole."""

from __future__ import annotations

import pytest

from evercart.serve import pages
from evercart.serve.pages import static
from evercart.serve.pages.page import templates
from evercart.serve.pages.standing import looker_of


def test_what_the_first_visitor_would_wait_for_is_done_before(raced) -> None:
    templates.cache_clear()
    static.packed.cache_clear()
    pages.warm(raced.service)
    assert static.packed.cache_info().currsize == len(static.NAMES)
    assert looker_of(raced.service)._looked is not None


def test_what_is_wrong_then_stops_nobody(empty, caplog: pytest.LogCaptureFixture, monkeypatch) -> None:
    monkeypatch.setattr(pages, "looker_of", lambda service: None)
    pages.warm(empty.service)
    assert "the pages could not be made ready" in caplog.text


def test_addresses_differ() -> None:
    known = [(page.method, page.path) for page in pages.PAGES]
    assert len(known) == len(set(known))
    assert all(
        page.scope == "operate" for page in pages.PAGES if page.method == "POST" and page.path.startswith("/versions")
    )
