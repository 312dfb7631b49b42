"""What an operator does all day, done in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Page, expect

from evercart.shop import Shop
from evercart.units import DAY_US, SECOND_US

KEYED = True
PATIENCE_MS = 20_000


def heading(page: Page):
    return page.get_by_role("heading", level=1)


def send(live, events: list[dict]) -> None:
    answer = httpx.post(f"{live.url}/v1/events", json=events, headers={"authorization": f"Bearer {live.key}"})
    assert answer.status_code == 200 and answer.json()["refused"] == [], answer.text


@contextmanager
def learning(live) -> Iterator[None]:
    """A learner of the shop, as `evercart learn` is, for as long as the block lasts."""
    done, begun, failed = threading.Event(), threading.Event(), []

    def learn() -> None:
        try:
            with Shop.open(live.shop.folder, clock=live.shop.clock) as shop:
                shop.learn(done.is_set, lambda pulse: begun.set())
        except BaseException as error:
            failed.append(error)
            begun.set()

    thread = threading.Thread(target=learn, name="learner")
    thread.start()
    try:
        assert begun.wait(60) and not failed, failed
        yield
    finally:
        done.set()
        thread.join()
    assert not failed, failed


def test_a_wrong_key_is_not_let_in(page: Page, watcher) -> None:
    watcher.allowed.append("status of 401")
    page.goto("/decisions")
    expect(heading(page)).to_have_text("Log in")
    page.get_by_label("Key").fill("not a key")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("key: expected one that this shop knows")
    expect(page.get_by_label("Key")).to_have_attribute("aria-invalid", "true")


def test_who_logs_in_goes_where_they_wanted_who_logs_out_is_out(page: Page, live) -> None:
    page.goto("/decisions?app=spend")
    page.get_by_label("Key").fill(live.key)
    page.get_by_role("button", name="Log in").click()
    expect(heading(page)).to_have_text("Decisions")
    assert page.url == f"{live.url}/decisions?app=spend"
    cookie = next(one for one in page.context.cookies() if "evercart" in one["name"] and "lang" not in one["name"])
    assert cookie["httpOnly"] and cookie["sameSite"] in ("Lax", "Strict") and live.key not in cookie["value"]
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    page.goto("/decisions")
    expect(heading(page)).to_have_text("Log in")
    page.go_back()
    page.reload()
    page.context.add_cookies([cookie])  # one who kept it is out, too
    page.goto("/decisions")
    expect(heading(page)).to_have_text("Log in")


def test_a_score_moves_while_one_looks(anna: Page, live) -> None:
    rate, score = (anna.locator(f"[data-live='{name}']") for name in ("events", "app.repurchase.today.continual"))
    users = [row["user"] for row in live.shop.log.names(0, 2_000).to_pylist() if row["user"]][:40]
    with learning(live):
        anna.goto("/")
        expect(anna.locator("#connected")).to_have_text("live")
        expect(score).not_to_have_text("–", timeout=PATIENCE_MS)
        before = score.inner_text()
        for day in range(9):  # so long that windows of a week close
            live.hands.us += DAY_US
            orders = [
                {"kind": "order", "id": f"o-{day}-{at}", "user": user, "item": "i1", "session": f"b-{day}-{at}"}
                | {"quantity": 1000, "amount": 900, "currency": "EUR", "event_us": live.hands.us}
                for at, user in enumerate(users)
                if at % 3 == day % 3
            ]
            send(live, orders)
            live.hands.us += 10 * SECOND_US
        expect(score).not_to_have_text(before, timeout=PATIENCE_MS)
    assert rate.count() <= 1


def test_a_decision_is_opened_and_tells_why(anna: Page) -> None:
    anna.get_by_role("link", name="Decisions").click()
    anna.get_by_label("Decision, user, session or item").fill("back-8-3")
    anna.get_by_role("button", name="Find").click()
    rows = anna.locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(heading(anna)).to_have_text("Decision: repurchase")
    why = anna.get_by_role("region", name="Why").first
    expect(why).to_contain_text("how often (order)")
    expect(anna.get_by_text("the same guess, to the last bit")).to_be_visible()
    anna.get_by_text("how often (order) (19)").click()
    expect(anna.get_by_text("order: times, fading by half in 28 days", exact=False).first).to_be_visible()
    anna.get_by_role("link", name="u84").click()
    expect(anna.locator("tbody tr").first).to_contain_text("u84")


def test_a_challenger_is_promoted_by_force_then_rolled_back(anna: Page, live, watcher) -> None:
    watcher.allowed.append("status of 409")
    anna.goto("/versions?app=repurchase")
    expect(anna.get_by_text("continual", exact=False).first).to_be_visible()
    anna.get_by_role("link", name="Promote").click()
    anna.get_by_role("button", name="Promote").click()
    expect(anna.get_by_role("alert").first).to_contain_text("labels: expected at least 1,000")
    anna.locator("#typed").fill("restarted")
    anna.get_by_role("button", name="Overrule").click()
    expect(anna.get_by_text("Promoted: it answers from now on.")).to_be_visible()
    live_model = live.shop.current("repurchase")
    assert live_model is not None and live.shop.shelf.model(live_model.model).name == "restarted"
    anna.goto("/versions?app=repurchase")
    anna.locator("a.button", has_text="continual").click()
    anna.get_by_role("button").filter(has_text="back").first.click()
    expect(anna.get_by_text("Rolled back: it answers from now on.")).to_be_visible()
    moves = live.shop.shelf.moves("repurchase")
    assert [(one.move.why, one.move.who) for one in moves[-2:]] == [("force", "anna"), ("person", "anna")]


def test_an_event_in_quarantine_is_mended(anna: Page, live, watcher) -> None:
    watcher.allowed.append("status of 409")
    anna.get_by_role("link", name="Data").click()
    anna.get_by_role("link", name="Mend 1", exact=True).click()
    expect(anna.locator("#rule")).to_contain_text("amount: expected an integer, got 12.50")
    anna.get_by_label("amount").fill("twelve")
    anna.get_by_role("button", name="Send it again").click()
    expect(anna.get_by_role("alert")).to_contain_text("amount: expected an integer, got 'twelve'")
    anna.get_by_label("amount").fill("1250")
    anna.get_by_role("button", name="Send it again").click()
    expect(anna.get_by_text("The row has entered the log.")).to_be_visible()
    assert live.shop.quarantine.show(1).sent
    log = live.shop.log
    row = log.names(log.next_offset - 1, log.next_offset).to_pylist()[0]
    assert (row["id"], row["amount"]) == ("spoiled-1", 1250)


def test_all_of_one_rule_are_mended_at_once(anna: Page) -> None:
    anna.goto("/data")
    anna.get_by_label("What kind is to be instead, in all of them").fill("view")
    anna.locator("tr", has_text="one of view order item").get_by_role("button").click()
    expect(anna.get_by_role("status").first).to_contain_text("rows entered")


def test_who_may_only_look_is_offered_nothing_else(page: Page, live, watcher) -> None:
    page.goto("/login")
    page.get_by_label("Key").fill(live.reader)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Try it")).to_have_count(0)
    for path in ("/versions", "/data", "/data/quarantine/2"):
        page.goto(path)
        buttons = [one.inner_text() for one in page.get_by_role("button").all()]
        assert set(buttons) <= {"Log out", "Compare"}, path
    watcher.allowed.append("status of 403")
    page.goto("/versions/promote?app=repurchase&model=restarted")
    expect(page.get_by_role("alert")).to_contain_text("key: expected one with the scope operate")


def test_an_app_is_asked_by_hand(anna: Page, live) -> None:
    anna.get_by_role("link", name="Try it").click()
    anna.get_by_role("link", name="spend").last.click()
    anna.get_by_label("user").fill("u84")
    anna.get_by_role("button", name="Ask").click()
    answer = anna.locator("#answer")
    expect(answer).to_contain_text("how often (order)")
    expect(answer.locator("pre").nth(1)).to_contain_text(f"curl {live.url}/v1/spend/decide -H")
    answer.get_by_role("link", name="Open this decision").click()
    expect(heading(anna)).to_have_text("Decision: spend")
    anna.goto("/try?app=recommend")
    anna.get_by_label("Places").fill("4")
    anna.get_by_role("button", name="Ask").click()
    expect(anna.locator("#answer tbody tr")).to_have_count(4)


def test_names_are_shown_not_obeyed(anna: Page, live, watcher) -> None:
    """Whatever shoppers, items, sessions are called: nothing of it runs, nothing of it is asked for."""
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'{{7*7}}"
    watcher.allowed.append("status of 404")  # no decision is called so
    said: list[str] = []
    anna.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    view = {"kind": "view", "id": evil, "user": evil, "item": evil, "session": evil, "text": evil}
    send(live, [{**view, "event_us": live.hands.us}])
    anna.goto("/try?app=spend")
    anna.get_by_label("user").fill(evil)
    anna.get_by_role("button", name="Ask").click()
    expect(anna.locator("#answer pre").first).to_contain_text("decision")
    anna.get_by_role("link", name="Open this decision").click()
    expect(anna.get_by_role("link", name=evil)).to_be_visible()
    anna.get_by_role("link", name=evil).click()
    expect(anna.get_by_label("Decision, user, session or item")).to_have_value(evil)
    expect(anna.locator("tbody tr").first).to_contain_text(evil)
    for path in ("/", "/data", "/data/quarantine/3", "/data/quarantine/4", f"/decisions/{evil.replace('/', '%2F')}"):
        anna.goto(path)
        expect(heading(anna)).to_be_visible()
    assert said == [] and anna.locator("main img, main script:not([type='application/json'])").count() == 0
