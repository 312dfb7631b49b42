"""Figures, drawn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

INK = "getComputedStyle(document.querySelector('.chart .xtitle')).fill"
GROUND = "getComputedStyle(document.body).backgroundColor"


def drawn(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator(".chart .main-svg").first).to_be_visible()


def test_each_figure_is_drawn_without_breaking_a_rule(page: Page, live, watcher) -> None:
    drawn(page, "/apps/repurchase")
    assert page.locator(".chart").count() == page.locator(".chart .plot-container").count() == 3
    assert page.locator(".chart .legendtext").first.text_content() == "continual"
    page.locator(".chart").first.hover()
    expect(page.locator(".hoverlayer .legend, .hoverlayer .hovertext").first).to_be_attached()
    assert watcher.unexpected == []


def test_lists_are_drawn_too(page: Page, live) -> None:
    drawn(page, "/apps/recommend")
    expect(page.locator(".chart .ytitle").first).to_contain_text("NDCG@")


def test_each_has_a_table_for_those_who_cannot_see_it(page: Page, live) -> None:
    drawn(page, "/apps/repurchase")
    table = page.get_by_role("table").filter(has_text="by day asked")
    expect(table).to_be_hidden()
    page.get_by_text("The same as a table").first.click()
    expect(table).to_be_visible()
    assert page.get_by_role("img").count() >= 3


def test_dark_and_light_are_followed(page: Page, live) -> None:
    drawn(page, "/apps/repurchase")
    light = page.evaluate(INK), page.evaluate(GROUND)
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".chart .xtitle").first).not_to_have_css("fill", light[0])
    assert page.evaluate(GROUND) != light[1]


@pytest.mark.parametrize("context", [{"locale": "zh-CN"}], indirect=True)
def test_in_chinese(page: Page, live) -> None:
    drawn(page, "/apps/repurchase")
    expect(page.locator(".chart .xtitle").first).to_have_text("提问日期")
