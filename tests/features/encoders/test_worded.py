"""Texts come right of the log where they are asked for, from live rows as from sealed ones."""

from evercart.events.batch import Events
from evercart.events.schema import table_of as table
from evercart.features.encoders.worded import worded
from evercart.log import open_log
from evercart.testing.chatting import START_US, message, told


def test_messages_bring_their_texts(tmp_path):
    log = open_log(tmp_path / "log", 7)
    rows = [message("m1", START_US, "where is it"), told("o1", START_US, "m1", "delivery")]
    log.append(table([*rows, message("m2", START_US, "我的订单")]), START_US)
    log.seal()
    log.append(table([message("m3", START_US, "refund")]), START_US)
    found = [batch["text"].tolist() for batch in worded(log).read(0, columns=("text", "label"), rows=2)]
    assert [text for batch in found for text in batch][-4:] == ["where is it", "", "我的订单", "refund"]
    assert worded(log).next_offset == log.next_offset
    plain = Events.concat(list(worded(log).read(0, columns=("label",))))
    assert "text" not in plain.columns
    log.blank([int(plain.offset[-1])])
    after = Events.concat(list(worded(log).read(0, columns=("text",))))
    assert after["text"][-1] == ""
    log.close()
