"""A log that brings columns along that it does not hold."""

import numpy as np

from evercart.events.batch import TEXT, Events
from evercart.events.schema import table_of as table
from evercart.log.brought import brought
from evercart.log.opening import open_log
from evercart.testing.chatting import START_US, message


def test_columns_are_brought_only_where_they_are_asked_for(tmp_path):
    asked = []

    def bring(batches):
        for batch in batches:
            asked.append(len(batch))
            yield Events({**batch.columns, TEXT: np.full(len(batch), "said", object)})

    log = open_log(tmp_path / "log", 7)
    log.append(table([message("m1", START_US, "where is it"), message("m2", START_US, "refund")]), START_US)
    beside = brought(log, (TEXT,), bring)
    assert TEXT not in next(beside.read(0, columns=("label",))).columns
    assert not asked
    found = Events.concat(list(beside.read(0, columns=("label", TEXT), rows=1)))
    assert found[TEXT].tolist() == ["said"] * len(found)
    assert asked == [1] * len(found)
    assert beside.next_offset == log.next_offset
    log.close()
