"""A shop opened once more."""

from __future__ import annotations

from evercart.serve.aside import Aside


def test_it_is_opened_when_it_is_first_used_then_kept(empty):
    aside = Aside(empty)
    first = aside.use(lambda shop: shop)
    assert first is aside.use(lambda shop: shop)
    assert first is not empty
    assert first.folder == empty.folder
    aside.close()
    aside.close()
    assert aside.use(lambda shop: shop.log.next_offset) == 0
    aside.close()
