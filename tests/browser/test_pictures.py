"""Pictures of the pages, as docs/ shows them: `make screenshots` takes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from evercart import pulse as pulses
from evercart.pulse import Day, Pulse

DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
MOST_BYTES = 200_000
PICTURES = (
    ("now-light", "/", "light", DESK),
    ("now-phone", "/", "dark", PHONE),
    ("app-dark", "/apps/repurchase", "dark", DESK),
    ("decision-light", "/decisions/back-8-3", "light", DESK),
    ("data-dark", "/data", "dark", DESK),
    ("versions-light", "/versions", "light", DESK),
)


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
    lanes = {lane.app.name: [*lane.racers] for lane in live.shop.ring().lanes()}
    means = {"repurchase": 0.58, "spend": 1180.0, "recommend": 0.52}
    found = np.linspace(0, 0.04, 4)
    losses = {
        app: {name: means[app] * (1 + found[at]) for at, name in enumerate(names)} for app, names in lanes.items()
    }
    today = {app: Day("2027-01-17", 24, said) for app, said in losses.items()}
    pulses.write(live.shop.folder / "live", Pulse(us, end, end, 3.2, 0.02, losses, today, dict.fromkeys(lanes, us)))


@pytest.mark.parametrize(
    ("name", "path", "context"),
    [(name, path, {"color_scheme": scheme, "viewport": size}) for name, path, scheme, size in PICTURES],
    indirect=["context"],
    ids=[name for name, *_ in PICTURES],
)
def test_a_picture_is_taken(page: Page, learner, folder: Path, name: str, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle") if "app" in name else page.wait_for_timeout(300)
    taken = folder / f"{name}.png"
    page.screenshot(path=taken, animations="disabled", caret="hide")
    assert 5_000 < taken.stat().st_size < MOST_BYTES
