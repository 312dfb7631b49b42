"""The book of open questions grows, packs, comes back."""

from __future__ import annotations

import numpy as np

from evercart.fold import fingerprint, pack, unpack
from evercart.labels.book import Counts, book, with_room


def test_room_changes_nothing_that_is_packed() -> None:
    empty = book(3)
    assert fingerprint(with_room(empty, 1000)) == fingerprint(book(3))
    assert len(with_room(empty, 1000).rows.x) == 1024


def test_records_travel_column_by_column() -> None:
    flat = pack(book(2))
    assert {"rows.about.asked_us", "rows.x", "chains.newest", "keys.keys", "counts"} <= set(flat)
    assert len(flat["counts"]) == len(Counts)
    again = unpack(book(2), flat)
    assert fingerprint(again) == fingerprint(book(2))
    assert again.rows.about.dtype == book(2).rows.about.dtype
    assert np.array_equal(again.ends, [0, 0])
