"""What a learner works with, once what has to be forgotten is."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.kit import kit_of
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons


@pytest.fixture
def shop(tmp_path: Path):
    with Shop.open(tmp_path / "shop", create=True, given=(contested(),)) as shop:
        table = coupons(600)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        yield shop


def test_a_kit_goes_on_from_what_is_there(shop: Shop) -> None:
    learned = shop.status()["learned"]
    with shop.leases.held(shop.clock.now_us) as grant:
        kit = kit_of(shop, grant)
        assert kit.ring.frozen_us == shop.checkpoints.control()
        assert shop.status()["learned"] == learned > 0
        assert shop.versions()


def test_a_replay_forgets_unless_the_log_is_damaged(shop: Shop) -> None:
    with shop.leases.held(shop.clock.now_us) as grant:
        path = next((shop.folder / "log" / "segments").glob("*.parquet"))
        body = path.read_bytes()
        path.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
        with pytest.raises(UserError, match="expected contents with sha256"):
            kit_of(shop, grant, replay=True)
        assert shop.checkpoints.paths()
        path.write_bytes(body)
        kit_of(shop, grant, replay=True)
        assert not shop.checkpoints.paths()
        assert not shop.versions()
