"""The small shop that lives has what its pages show."""

from __future__ import annotations

from pathlib import Path

from evercart.events.kinds import number
from evercart.testing.living import BEGAN_US, Hands, living


def test_it_has_decided_learned_held(tmp_path: Path) -> None:
    hands = Hands()
    with living(tmp_path / "shop", hands, days=2) as shop:
        decided = shop.log.names(0, shop.log.next_offset, kinds=(number("decision"),))
        assert len(decided) == 2 * 12 * 2 and set(decided["app"].to_pylist()) == {"repurchase", "spend"}
        assert shop.log.live_from is not None and hands.us > BEGAN_US
        assert sum(shop.quarantine.counts().values()) == 4
        assert {one.app for one in shop.versions()} == {"repurchase", "spend", "recommend"}
        assert shop.current("repurchase") is not None
