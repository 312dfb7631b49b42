"""Every page can be read: by ear, by keyboard, on a phone, in light or dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

KEYED = True
PATHS = (
    *("/", "/apps/repurchase", "/apps/recommend", "/versions", "/decisions", "/decisions?name=nobody"),
    *("/decisions/back-8-3", "/data", "/data/quarantine/2", "/versions/promote?app=repurchase&model=restarted"),
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DARK = {"color_scheme": "dark"}
CHINESE = {"locale": "zh-CN"}

LACKING = """() => {
  const wrong = [];
  const all = (what) => [...document.querySelectorAll(what)];
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const told = (one) => `${one.tagName.toLowerCase()} ${one.id || one.className} ${one.textContent.trim().slice(0, 40)}`;
  const named = (one) => (one.getAttribute("aria-label") || "").trim()
    || (one.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join("").trim();
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title.trim()) wrong.push("no title");
  for (const [what, n] of [["h1", 1], ["main", 1], ["header", 1], ["footer", 1]])
    if (all(what).length !== n) wrong.push(`${all(what).length} of ${what}`);
  let level = 0;
  for (const one of all("h1, h2, h3, h4, h5, h6").filter(shown)) {
    const now = Number(one.tagName[1]);
    if (now > level + 1) wrong.push(`heading skips a level: ${told(one)}`);
    level = now;
  }
  for (const one of all("input:not([type=hidden]), select, textarea"))
    if (!(one.labels.length && [...one.labels].some((label) => label.textContent.trim())) && !named(one)) wrong.push(`no label: ${told(one)} ${one.name}`);
  for (const one of all("a, button, summary").filter(shown))
    if (!one.textContent.trim() && !named(one)) wrong.push(`no name: ${told(one)}`);
  for (const one of all("nav, [role=img], [role=region], meter"))
    if (!named(one)) wrong.push(`no name: ${told(one)}`);
  for (const one of all("th")) if (!one.scope) wrong.push(`no scope: ${told(one)}`);
  for (const one of all(".scroll").filter(shown))
    if (one.scrollWidth > one.clientWidth && one.tabIndex < 0) wrong.push(`cannot be scrolled by keyboard: ${told(one)}`);
  const ids = all("[id]").map((one) => one.id);
  for (const id of ids.filter((id, at) => ids.indexOf(id) !== at)) wrong.push(`twice: ${id}`);
  for (const name of ["aria-labelledby", "aria-describedby", "for", "list"])
    for (const one of all(`[${name}]`))
      for (const id of one.getAttribute(name).split(" ")) if (!document.getElementById(id)) wrong.push(`${name} of nothing: ${id}`);
  return wrong;
}"""

FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (text) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) layers.push(colour(getComputedStyle(at).backgroundColor));
    layers.push([255, 255, 255, 1]);
    return layers.reverse().reduce((under, [r, g, b, a]) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a)), [255, 255, 255]);
  };
  const light = (c) => c.map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const wrong = [];
  for (const one of document.querySelectorAll("body *")) {
    const says = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!says || one.closest("svg, script, .chart, meter, option, .unseen, .skip") || !one.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(one), size = parseFloat(style.fontSize);
    const [a, b] = [light(colour(style.color).slice(0, 3)), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) wrong.push(`${ratio.toFixed(2)}: ${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`);
  }
  return wrong;
}"""


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
      return { tag: one.tagName, text: (one.textContent || one.value || "").trim(), id: one.id, href: one.getAttribute("href"),
               ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, top: box.top, bottom: box.bottom };
    }"""
    )


@pytest.mark.parametrize("path", ["/decisions", "/data", "/data/quarantine/2", "/decisions/back-8-3"])
def test_the_keyboard_goes_everywhere_in_order(anna: Page, path: str) -> None:
    anna.goto(path)
    wanted = anna.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled).length"""
    )
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
