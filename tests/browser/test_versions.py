"""An operator moves what is live."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_promote_a_challenger_then_roll_it_back(page: Page, live, watcher) -> None:
    watcher.allowed.append("status of 409")
    page.goto("/apps/repurchase")
    page.get_by_role("link", name="Promote").first.click()
    expect(page.get_by_text("Shall restarted answer for repurchase instead of continual?")).to_be_visible()
    page.get_by_role("button", name="Ask the gate, promote").click()
    expect(page.get_by_text("The gate objects, so nothing was moved:")).to_be_visible()
    page.get_by_label("To confirm, type the model's name: restarted").fill("restarted")
    page.get_by_role("button", name="Overrule the gate").click()
    expect(page.get_by_text("Promoted: it answers from now on.")).to_be_visible()
    expect(page.get_by_text("restarted is live.")).to_be_visible()
    assert live.shop.shelf.moves("repurchase")[-1].move.who == "local"

    page.get_by_role("link", name="Roll back to continual").click()
    expect(page.get_by_text("Shall continual answer for repurchase again instead of restarted?")).to_be_visible()
    page.get_by_role("button", name="Roll back now").click()
    expect(page.get_by_text("Rolled back: it answers from now on.")).to_be_visible()
    expect(page.get_by_text("continual is live.")).to_be_visible()


def test_compare_two(page: Page, live) -> None:
    page.goto("/versions?app=repurchase")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two revisions compared")
    expect(page.get_by_role("heading", name="Weights")).to_be_visible()
    page.get_by_role("link", name="Back to the versions").click()
    expect(page.get_by_role("heading", name="repurchase", exact=True)).to_be_visible()


def test_a_page_says_when_it_is_no_longer_true(page: Page, live) -> None:
    page.goto("/versions?app=repurchase")
    news = page.get_by_role("link", name="There is news since this page was made. Show it.")
    expect(page.locator("#connected")).to_have_text("live")
    expect(news).to_be_hidden()
    live.shop.promote("repurchase", "restarted", who="ann", force=True)
    news.first.click()
    expect(page.get_by_text("restarted is live.")).to_be_visible()
    live.shop.rollback("repurchase", who="ann")
