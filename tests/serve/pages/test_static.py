"""Files that a browser fetches once."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from evercart.serve.pages import static


def test_a_file_is_sent_once_for_ever(empty) -> None:
    for name in static.NAMES:
        answer = empty.get(static.address(name), headers={"accept-encoding": "identity"})
        assert (answer.status_code, answer.content) == (200, static.file(name).body)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == static.NAMES[name]
        again = empty.get(static.address(name), headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_files_are_packed_where_the_browser_can(empty) -> None:
    answer = empty.get(static.address("plotly.js"), headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 1_600_000
    assert gzip.decompress(static.packed("plotly.js")) == answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/static/0/site.css",
        "/static/{}/nope.js",
        "/static/{}/..%2fpage.py",
        "/static/{}/page.py",
        "/static/",
        "/static",
    ],
)
def test_nothing_else_is_there(empty, path: str) -> None:
    assert empty.get(path.format(static.file("site.css").digest)).status_code == 404


def test_a_page_with_all_it_loads_stays_small(empty) -> None:
    page = empty.get("/", headers={"accept-encoding": "gzip"})
    links = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    sizes = [int(empty.get(one, headers={"accept-encoding": "gzip"}).headers["content-length"]) for one in links]
    assert len(page.content) + sum(sizes) < 100_000  # without figures


def _shade(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.2 has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    lit = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * lit[0] + 0.7152 * lit[1] + 0.0722 * lit[2]


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_shade(a), _shade(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_from_its_ground_in_light_and_dark() -> None:
    css = (Path(static.__file__).parent / "assets" / "site.css").read_text()
    light, dark = (dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", part)) for part in css.split("@media", 2)[:2])
    for colours in (light, dark):
        for ink in ("--ink", "--soft", "--good", "--bad", "--warn", "--accent"):
            for ground in ("--page", "--card", "--wash"):
                assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground, colours[ground])
        assert _contrast(colours["--on-accent"], colours["--accent"]) >= 4.5
        for wash in ("--good-wash", "--bad-wash", "--warn-wash"):
            assert _contrast(colours["--ink"], colours[wash]) >= 4.5
            assert _contrast(colours["--accent"], colours[wash]) >= 4.5, wash
