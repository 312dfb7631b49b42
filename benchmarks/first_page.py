"""The first page: time until there is content, bytes of all that is fetched, in Chromium."""

from __future__ import annotations

import shutil
import statistics
from typing import Any

from served import Site

TIMES = 5
_PAINT = "() => performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)[0] || 0"
_BYTES = """() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


def first_page(site: Site) -> dict[str, Any]:
    """Print milliseconds to the first content, megabytes in all; a browser that has nothing yet, several times."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        print("  left out: playwright is not installed")
        return {}
    ms, mb = [], []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
            for _ in range(TIMES):
                page = browser.new_page()
                page.goto(f"http://127.0.0.1:{site.port}/")  # the page keeps a stream open: never wait until it is idle
                page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
                page.wait_for_timeout(1_000)
                ms.append(page.evaluate(_PAINT))
                mb.append(page.evaluate(_BYTES) / 1e6)
                page.close()
            browser.close()
    except Error as error:
        print(f"  left out: {error.message.splitlines()[0]}")
        return {}
    print(
        f"  first content after {statistics.median(ms):.0f} ms ({min(ms):.0f} to {max(ms):.0f}), {max(mb):.2f} MB",
        flush=True,
    )
    return {"ms": ms, "mb": mb}
