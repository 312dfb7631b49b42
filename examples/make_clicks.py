"""Write clicks.csv: invented sessions in a shop, each row one click, with its place in the order of all.

Run it from anywhere: python examples/make_clicks.py
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TextIO

import numpy as np

from evercart.chance import uniform

CLICKS, SESSIONS, ITEMS, ABREAST, SEED = 200, 40, 30, 4, 7


def write(file: TextIO) -> None:
    """Write the header, then the clicks session by session, as exports often have them; their order interleaves."""
    place = np.arange(CLICKS)
    drawn, moved, back = (uniform(SEED, place, name) for name in ("session", "item", "back"))
    session = place * (SESSIONS - ABREAST) // CLICKS + (drawn * ABREAST).astype(int)
    near = (session * 7 % ITEMS + (moved * 5).astype(int)) % ITEMS
    rows = []
    for at in range(CLICKS):
        own = [item for _, item, one in rows[-20:] if one == session[at]]
        item = own[-2] if back[at] < 0.3 and len(own) > 1 else int(near[at])
        rows.append((at, item, int(session[at])))
    out = csv.writer(file, lineterminator="\n")
    out.writerow(("SessionId", "ItemId", "Order"))
    out.writerows((1001 + one, 50_000 + item, at) for at, item, one in sorted(rows, key=lambda row: (row[2], row[0])))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("clicks.csv")
    with target.open("w", encoding="utf-8", newline="") as opened:
        write(opened)
