"""What watches the pages sees what it should."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

FAVICON = "status of 404"  # a bare text has no icon
OUTSIDE = "http://example.org/pixel.png"


def test_a_page_that_is_right_is_let_pass(page: Page, live, watcher) -> None:
    watcher.allowed.append(FAVICON)
    page.goto("/healthz")
    assert page.locator("body").inner_text().strip() == "alive"
    assert watcher.unexpected == []


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("console.error('oh dear')", "error: oh dear"),
        ("setTimeout(() => { throw new Error('thrown') })", "error: thrown"),
        (f"new Image().src = '{OUTSIDE}'", f"asked of the outside: {OUTSIDE}"),
    ],
)
def test_a_page_that_is_wrong_is_told_of(page: Page, watcher, script: str, told: str) -> None:
    watcher.allowed += [told, "ERR_NAME_NOT_RESOLVED", FAVICON]
    page.goto("/healthz")
    page.evaluate(f"() => {{ {script} }}")
    page.wait_for_timeout(200)
    assert any(told in text for text in watcher.wrong), watcher.wrong
    assert watcher.unexpected == []
    watcher.allowed.clear()
    assert watcher.unexpected
    watcher.wrong.clear()
