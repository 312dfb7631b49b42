"""Pictures of the pages, as docs/ shows them: `make screenshots` takes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from playwright.sync_api import Page

from evercart import pulse as pulses
from evercart.pulse import Pulse
from evercart.serve.looking.came import came_of
from evercart.serve.looking.finding import Wanted, find
from evercart.shop import Shop
from evercart.testing.living import BEGAN_US, Hands, spoil
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
MOST_BYTES = 200_000
HISTORY_D, LIVE_D = 72, 14
PICTURES = (
    ("now-light", "/", "light", DESK),
    ("now-phone", "/", "dark", PHONE),
    ("app-dark", "/apps/repurchase", "dark", DESK),
    ("decision-light", "", "light", DESK),
    ("data-dark", "/data", "dark", DESK),
    ("versions-light", "/versions", "light", DESK),
)


def busy(folder: Path, hands: Hands) -> None:
    """Make a shop of some size, whose last days came live."""
    start_us = hands.us - (HISTORY_D + LIVE_D) * DAY_US
    course = SimulatedShop(seed=7, shoppers=500, items=120, days=HISTORY_D + LIVE_D, start_us=start_us)
    days = list(course.events())
    with Shop.open(folder, create=True, clock=hands.clock) as shop:
        history = pa.concat_tables(days[:HISTORY_D]).sort_by("event_us")
        shop.log.import_history("simulated", lambda skip: iter([history.slice(skip)]))
        hands.us = start_us + HISTORY_D * DAY_US
        shop.run()
        for day in days[HISTORY_D:]:
            for _ in range(24):
                hands.us += DAY_US // 24
                late = pc.greater_equal(pc.cast(day["event_us"], "int64"), hands.us - DAY_US // 24)
                came = day.filter(pc.and_(late, pc.less(day["event_us"], hands.us)))
                if len(came):
                    shop.log.append(came, hands.us)
                    baskets = came.filter(pc.equal(came["kind"], 2))["user"].unique().to_pylist()
                    for user in baskets[:4]:
                        shop.decide("repurchase", user=user, place="online")
                        shop.decide("spend", user=user)
        spoil(shop, hands.us)
        shop.run()


@pytest.fixture(scope="module")
def learned(learned: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A larger shop where pictures are to last; the one of all tests where they are only tried."""
    if not os.environ.get("SCREENSHOTS"):
        return learned
    folder, hands = tmp_path_factory.mktemp("busy") / "corner shop", Hands(BEGAN_US)
    busy(folder, hands)
    return folder, hands.us


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they go: where `SCREENSHOTS` says, else nowhere that lasts."""
    said = os.environ.get("SCREENSHOTS")
    made = Path(said) if said else tmp_path_factory.mktemp("pictures")
    made.mkdir(parents=True, exist_ok=True)
    return made


@pytest.fixture(scope="module")
def learner(live) -> None:
    """A learner says how the day goes."""
    us, end = live.hands.us, live.shop.log.next_offset
    pulses.write(
        live.shop.folder / "live",
        Pulse(us, end, end, 3.2, 0.02, {}, {}, dict.fromkeys(live.shop.config.apps, us - 700_000)),
    )


def settled(live) -> str:
    """Return a decision of which something came, whose window has closed."""
    log, app = live.shop.log, live.shop.app("repurchase")
    for row in find(log, Wanted(app.name), most=1_000).rows:
        came = came_of(log, row, app)
        if not came.open and came.label == 1:
            return row["id"]
    raise AssertionError


@pytest.mark.parametrize(
    ("name", "path", "context"),
    [(name, path, {"color_scheme": scheme, "viewport": size}) for name, path, scheme, size in PICTURES],
    indirect=["context"],
    ids=[name for name, *_ in PICTURES],
)
def test_a_picture_is_taken(page: Page, live, learner, folder: Path, name: str, path: str) -> None:
    page.goto(path or f"/decisions/{settled(live)}")
    page.wait_for_timeout(2_500 if path.startswith("/") and len(path) < 2 else 800)
    taken = folder / f"{name}.png"
    no_font = "[hreflang] { visibility: hidden }"  # the other language's letters are not on every machine
    page.screenshot(path=taken, animations="disabled", caret="hide", style=no_font)
    assert 5_000 < taken.stat().st_size < MOST_BYTES
