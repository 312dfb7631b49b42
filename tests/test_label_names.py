"""Labels have their names back from the log that told them."""

import numpy as np

from evercart.events.schema import table_of as table
from evercart.hashing import hash_name
from evercart.label_names import LabelNames
from evercart.labels.named import label_of
from evercart.log import open_log
from evercart.testing.chatting import START_US, message, told


def number(name, key):
    return float(label_of(np.array([hash_name(name, key)], np.uint64))[0])


def test_names_are_found_as_they_are_told(tmp_path):
    log = open_log(tmp_path / "log", 7)
    names = LabelNames(log)
    log.append(table([message("m1", START_US, "where is it", label="delivery")]), START_US)
    assert names.name(number("delivery", 7)) == "delivery"
    assert names.name(number("退款", 7)) is None
    log.append(table([told("o1", START_US, "m1", "退款")]), START_US)
    assert names.name(number("退款", 7)) == "退款"
    assert names.name(number("delivery", 7)) == "delivery"
    log.close()
