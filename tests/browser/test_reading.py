"""Every page can be read: by ear, by keyboard, on a phone, in light or dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

KEYED = True
HERE = Path(__file__).parent
LACKING, FAINT = ((HERE / name).read_text().partition("\n")[2] for name in ("lacking.js", "faint.js"))
PATHS = (
    *("/", "/apps/repurchase", "/apps/recommend", "/versions", "/decisions", "/decisions?name=nobody"),
    *(
        "/decisions/back-8-3",
        "/try?app=spend",
        "/try?app=recommend",
        "/data",
        "/data/quarantine/2",
        "/versions/promote?app=repurchase&model=restarted",
    ),
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DARK = {"color_scheme": "dark"}
CHINESE = {"locale": "zh-CN"}


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_without_a_name(anna: Page, path: str) -> None:
    anna.goto(path)
    assert anna.evaluate(LACKING) == []


@pytest.mark.parametrize("context", [{}, DARK], indirect=True, ids=["light", "dark"])
def test_no_text_is_too_faint(anna: Page) -> None:
    for path in PATHS:
        anna.goto(path)
        assert anna.evaluate(FAINT) == [], path


@pytest.mark.parametrize("context", [PHONE, PHONE | CHINESE], indirect=True, ids=["en", "zh"])
def test_on_a_phone_nothing_sticks_out(page: Page, live) -> None:
    page.goto("/login")
    page.locator("#key").fill(live.key)
    page.locator("form button").click()
    page.wait_for_url("/")
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path


def focused(page: Page) -> dict:
    return page.evaluate(
        """() => {
      const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
      const text = (one.textContent || one.value || "").trim();
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return { tag: one.tagName, text, href: one.getAttribute("href"), ring, top: box.top, bottom: box.bottom };
    }"""
    )


@pytest.mark.parametrize("path", ["/decisions", "/data", "/data/quarantine/2", "/decisions/back-8-3"])
def test_the_keyboard_goes_everywhere_in_order(anna: Page, path: str) -> None:
    anna.goto(path)
    every = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    wanted = sum(one.is_visible() for one in anna.locator(every).all())
    seen = []
    for _ in range(wanted):
        anna.keyboard.press("Tab")
        seen.append(focused(anna))
    assert seen[0]["href"] == "#main" and seen[0]["top"] >= 0  # the way past the menu is seen once it has the focus
    assert all(one["tag"] != "BODY" for one in seen)
    assert all(one["ring"] for one in seen), [one for one in seen if not one["ring"]]
    assert all(one["bottom"] > 0 and one["top"] < 800 for one in seen), "focus was somewhere that is not seen"


def test_a_decision_is_found_without_a_mouse(page: Page, live) -> None:
    def tab_to(text: str, most: int = 60) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if focused(page)["text"] == text:
                return
        raise AssertionError(text)

    page.goto("/login")
    expect(page.locator("#key")).to_be_focused()
    page.keyboard.type(live.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Now")
    tab_to("Decisions")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Decisions")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the menu
    page.keyboard.press("Tab")
    expect(page.get_by_label("Decision, user, session or item")).to_be_focused()
    page.keyboard.type("spend-8-3")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    tab_to("2027-01-23 08:11:00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Decision: spend")
    tab_to("Log out")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are logged out.")).to_be_visible()
