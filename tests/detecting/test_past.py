"""What was known of parties then: labels that came later, payments that came later do not count."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from evercart.detecting.past import Party, past_of
from evercart.events.schema import table_of as rows
from evercart.log import open_log
from evercart.units import DAY_US

US = 1_800_000_000_000_000
PAYMENT, CHARGEBACK, RESOLVED = 21, 22, 23


def paid(name: str, day: int, **said: str) -> dict:
    return {"kind": PAYMENT, "id": name, "amount": 100, "event_us": US + day * DAY_US, **said}


def told(kind: int, ref: str, day: int, **said: int) -> dict:
    return {"kind": kind, "id": f"{kind}-{ref}-{day}", "ref": ref, "event_us": US + day * DAY_US, **said}


def test_counts_as_of_the_question(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", key=7)
    made = [
        paid("p1", 0, user="ann", card="c"),  # silent for long enough
        paid("p2", 1, user="bob", card="c", ref="d2"),  # fraud, by the name of its decision
        told(CHARGEBACK, "d2", 3),
        paid("p3", 4, user="bob", card="c"),  # fraud, taken back
        told(CHARGEBACK, "p3", 5),
        told(RESOLVED, "p3", 6, fraud=0),
        paid("p4", 9, user="ann", card="other"),  # nothing known yet
        paid("p5", 10, user="ann", card="c"),  # asked about
        told(CHARGEBACK, "p1", 11),
        paid("p6", 12, user="cid", card="c"),
    ]
    for one in made:
        log.append(rows([one]), one["event_us"])

    def at(name: str) -> int:
        return int(log.find(pa.chunked_array([[name]]))[0])

    row = {"offset": at("p5"), "event_us": US + 10 * DAY_US, "user": "ann", "card": "c", "place": None, "device": "d"}
    found = past_of(log, row, known_s=7 * 86_400)
    card = Party("card", "c", payments=3, known=3, frauds=1, users=2)
    ann = Party("user", "ann", payments=2, known=1, frauds=0, users=1)
    assert found == ((ann, card, Party("device", "d", 0, 0, 0, 0)), False)
    assert (card.rate, found.parties[2].rate) == (1 / 3, None)
    assert past_of(log, row, 7 * 86_400, read=2) == (
        (Party("user", "ann", 1, 0, 0, 1), Party("card", "c", 0, 0, 0, 0), Party("device", "d", 0, 0, 0, 0)),
        True,
    )
    assert past_of(log, {**row, "offset": 0}, 1.0).parties[0] == Party("user", "ann", 0, 0, 0, 0)
    log.close()
