"""A copied log is the same log."""

from __future__ import annotations

import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.events.schema import SCHEMA, conform
from evercart.log import copying
from evercart.log.columns import READABLE
from evercart.log.copying import Copied, copy, digest

OTHER = {"folder": "postgres", "postgres": "folder"}


def rows(first: int, count: int) -> pa.Table:
    """Return rows with names, gaps, money, numbers, texts."""
    numbers = range(first, first + count)
    columns = {
        "id": pa.array([f"{n}" if n % 7 else None for n in numbers], pa.string()),
        "event_us": [n * 1000 for n in numbers],
        "kind": pa.array([8] * count, pa.int16()),
        "user": [f"ü{n % 3}" for n in numbers],
        "amount": [n if n % 4 else None for n in numbers],
        "value": [0.1 * n if n % 5 else None for n in numbers],
        "currency": ["EUR" if n % 2 else "USD" for n in numbers],
        "text": ["" if n % 3 else None for n in numbers],
        "properties": ["{}"] * count,
    }
    return conform(pa.table(columns))


def everything(log) -> bytes:
    whole = Events.concat(list(log.read(0, columns=READABLE)))
    return b"".join(whole[name].tobytes() for name in READABLE)


@pytest.fixture(autouse=True)
def few_rows(monkeypatch):
    monkeypatch.setattr(copying, "ROWS", 8)


@pytest.fixture
def source(store):
    """Return a log with history, a half import, live rows, in its tail as in segments."""
    log = store.open()
    log.import_history("done", lambda skip: iter([rows(0, 20)]))

    def half(skip):
        yield rows(100, 9)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log.import_history("half", half)
    log.append(rows(200, 3), 1_000_000)
    log.seal()
    log.append(rows(300, 5), 2_000_000)
    log.heartbeat(3_000_000)
    return log


@pytest.fixture(params=["same sort", "other sort"])
def other(request, sort, make_place):
    return make_place(sort if request.param == "same sort" else OTHER[sort])


def test_everything_is_the_same(source, other):
    target = other.open()
    said = copy(source, target)
    assert said[:2] == (source.next_offset, source.next_offset) == (38, 38)
    assert everything(target) == everything(source)
    assert target.names(0, 99).equals(source.names(0, 99))
    assert (target.last_us, target.live_from) == (source.last_us, source.live_from) == (3_000_000, 28)
    assert target.imports() == source.imports() == {"done": (20, True), "half": (8, False)}
    assert target.verify() == []


def test_the_copy_goes_on_as_the_source_would(source, other):
    target = other.open()
    copy(source, target)
    said = [log.import_history("half", lambda skip: iter([rows(100, 12).slice(skip)])) for log in (source, target)]
    assert said[0].added == said[1].added == 4
    more = [log.append(rows(300, 8), 4_000_000) for log in (source, target)]
    assert more[0].duplicates == more[1].duplicates == 4
    assert everything(target) == everything(source)


@pytest.mark.parametrize("killed_at", range(5))
def test_killed_then_run_again(source, other, killed_at):
    def told(what, done, whole):
        if done >= 8 * killed_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, other.open(), told)
    target = other.open()
    before = target.next_offset
    assert before == min(38, max(8, 8 * killed_at))
    assert copy(source, target) == Copied(38 - before, 38, copy(source, target).checksum)
    assert everything(target) == everything(source)
    assert target.imports() == source.imports()


def test_rows_that_came_since_follow(source, other):
    target = other.open()
    copy(source, target)
    source.append(rows(400, 3), 5_000_000)
    assert copy(source, target).rows == 3
    assert everything(target) == everything(source)


def test_a_target_that_is_another_log(source, other):
    target = other.open()
    target.append(rows(500, 1), 5)
    with pytest.raises(UserError, match=r"^copy: expected rows 1 to 1 with checksum [0-9a-f]{16}, as in the source"):
        copy(source, target)
    target.append(rows(600, 60), 5)
    with pytest.raises(UserError, match=r"^copy: expected a target of at most the 38 rows of the source, got 62$"):
        copy(source, target)


def test_a_row_that_differs_is_found_at_the_end(source, other):
    target = other.open()
    changed = source.names(0, 8).to_pylist()
    changed[3]["amount"] = 99
    target.adopt(pa.Table.from_pylist(changed, source.names(0, 0).schema), {})
    with pytest.raises(UserError, match=r"^copy: expected rows 0 to 7 with checksum .*, as in the source, got '"):
        copy(source, target)
    assert target.imports() == {}


@pytest.mark.parametrize(
    ("first", "text"),
    [(1, "adopt.offset: expected 0, where this log ends, got 1"), (0, "adopt.offset: expected offsets without a gap")],
)
def test_rows_that_do_not_follow(source, other, first, text):
    table = source.names(first, 3)
    if not first:
        table = table.take([0, 2])
    with pytest.raises(UserError, match=f"^{text}"):
        other.open().adopt(table, {})


def test_rows_whose_time_goes_back(source, other):
    table = source.names(0, 30)
    back = table.set_column(1, "logged_us", pa.array(list(range(30, 0, -1))))
    with pytest.raises(UserError, match=r"^adopt\.logged_us: expected log time that never goes back, got '"):
        other.open().adopt(back, {})


def test_an_erased_row_stays_erased_in_a_copy(source, other):
    source.blank([3, 20])
    target = other.open()
    copy(source, target)
    assert everything(target) == everything(source)
    again = pa.concat_tables([rows(3, 1), rows(100, 1)])
    assert target.append(again, 4_000_000).duplicates == 2


def test_the_digest_sees_all_but_how_arrow_holds_it():
    one = rows(0, 9)
    assert digest(one) == digest(pa.concat_tables([one.slice(0, 4), one.slice(4)]))
    for name in SCHEMA.names:
        column = one[name]
        other = pa.array([{"string": "x", "double": 7.5, "binary": b"x"}.get(str(column.type), 7)] * 9, column.type)
        assert digest(one.set_column(SCHEMA.get_field_index(name), name, other)) != digest(one)
    assert digest(one) != digest(one.take([1, 0, *range(2, 9)]))
    shifted = [pa.table({"a": pa.array(values, pa.string())}) for values in (["ab", "c"], ["a", "bc"], ["ab", None])]
    assert len({digest(table) for table in shifted}) == 3
