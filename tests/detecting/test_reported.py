"""The report of a shop of payments: costs of live actions, reasons, losses clean and attacked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from evercart.checkpoints import Changed, Checkpoints
from evercart.detecting.reported import MEASURE, all_reported
from evercart.shop import Shop
from evercart.testing.living import Hands
from evercart.testing.paying import pay, paying
from evercart.units import DAY_US

ACTING = """
hardened = true
let_through = 50
[fraud.costs]
margin = 0.2
"""


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    hands = Hands()
    with paying(tmp_path_factory.mktemp("reported") / "shop", hands, further=ACTING) as shop:
        for at in range(24):
            pay(shop, hands, f"x{at}", user=f"u{at}", place=f"m{at % 4}", device=f"d{at}", amount=5_000)
            hands.us += DAY_US // 6
        hands.us += 8 * DAY_US
        shop.log.heartbeat(hands.us)
        shop.run()
        yield shop


def test_what_is_said(till: Shop) -> None:
    said = all_reported(till)["fraud"]
    worth = said["worth"]
    assert (worth["decisions"], worth["closed"]) == (24, 24) and sum(worth["actions"].values()) == 24
    assert [one["name"] for one in worth["beside"]] == ["approve_all", "decline_above_half", "least_cost"]
    assert worth["actions"]["approve"] >= 8  # two of four places are good
    assert said["given"][0]["code"] == "place_frauds" and said["suspected"] + worth["actions"]["approve"] == 24
    assert said["given"][0]["frauds"] > 0.5 and said["measure"] == MEASURE
    assert {"continual", "hardened", "frozen"} <= {one["racer"] for one in said["attacked"]}
    assert all(one["attacked"] > one["clean"] for one in said["attacked"])


def test_the_page_shows_it(till: Shop) -> None:
    text = till.report().read_text(encoding="utf-8")
    titles = re.findall(r"<h3>(.*?)</h3>", text)
    for title in ("Reasons most often given", "What live actions came to", "Clean, attacked"):
        assert title in titles
    assert "24 live decisions:" in text and '<td class="text">approve all</td>' in text
    assert MEASURE in text and '<td class="text">hardened</td>' in text


def test_a_checkpoint_of_other_settings_says_nothing(till: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def last(own: Checkpoints, ring: object) -> None:
        text = "other folds"
        raise Changed(text)

    monkeypatch.setattr(Checkpoints, "last", last)
    assert all_reported(till) == {}


def test_a_shop_that_does_not_act(tmp_path) -> None:
    with paying(tmp_path / "shop", Hands(), days=3) as shop:
        said = all_reported(shop)["fraud"]
        assert (said["worth"], said["attacked"]) == (None, [])
