"""What every log promises, whatever it is stored in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events.batch import CLOCK, Events, missing
from evercart.events.schema import SCHEMA, conform
from evercart.hashing import hash_name
from evercart.labels.turns import tick_of
from evercart.log.columns import READABLE, STAMPED, gaps

VIEW, ORDER, ITEM, OUTCOME, HEARTBEAT = 1, 2, 3, 8, 11


def table(**columns: Any) -> pa.Table:
    """Return checked rows; ids, times and kinds are filled in."""
    rows = len(next(iter(columns.values())))
    columns.setdefault("id", [f"id-{n}" for n in range(rows)])
    columns.setdefault("event_us", list(range(rows)))
    columns.setdefault("kind", [ORDER] * rows)
    return conform(pa.table({name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}))


def history(first: int, rows: int) -> pa.Table:
    """Return rows in order of event time, one a second."""
    numbers = range(first, first + rows)
    return table(
        id=[f"h-{n}" for n in numbers],
        event_us=[n * 1_000_000 for n in numbers],
        kind=[(VIEW, ORDER, ITEM)[n % 3] for n in numbers],
        user=[f"u{n % 5}" for n in numbers],
        amount=[n if n % 4 else None for n in numbers],
    )


def once(*tables: pa.Table) -> Callable[[int], Iterator[pa.Table]]:
    """Return a source of these rows."""
    whole = pa.concat_tables(tables)
    return lambda skip: iter([whole.slice(skip)])


def everything(log: Any, **how: Any) -> dict[str, list[Any]]:
    """Return all a log says of its rows, bit for bit."""
    parts = list(log.read(0, columns=READABLE, **how))
    if not parts:
        return {}
    whole = Events.concat(parts)
    return {name: (whole[name].dtype, whole[name].tobytes()) for name in READABLE}


FULL = {
    "id": ["a", "b"],
    "event_us": [5, 6],
    "kind": [ORDER, OUTCOME],
    **{name: [f"{name}-ä", None] for name in ("user", "session", "item", "place", "text", "brand", "properties")},
    "ref": [None, "a"],
    "quantity": [1000, None],
    "amount": [-250, None],
    "currency": ["EUR", None],
    "discount": [0, None],
    "value": [None, 0.5],
    "x": [b"\x00\xff", None],
}


class TestRows:
    """What goes in comes out, from the tail as from a segment."""

    @pytest.mark.parametrize("sealed", [False, True])
    def test_all_types_come_back_as_names(self, store, sealed):
        log = store.open()
        sent = table(**FULL)
        log.append(sent, 9)
        if sealed:
            log.seal()
        found = log.names(1, 3)
        assert found.schema == STAMPED
        assert found.select(SCHEMA.names).equals(sent)
        assert found["offset"].to_pylist() == [1, 2]
        assert found["logged_us"].to_pylist() == [9, 9]

    @pytest.mark.parametrize("sealed", [False, True])
    def test_all_types_come_back_as_numbers(self, store, sealed):
        log = store.open()
        log.append(table(**FULL), 9)
        if sealed:
            log.seal()
        (found,) = log.read(1, columns=("user", "ref", "brand", "amount", "currency", "value", "price", "id"))
        assert found["user"].tolist() == [hash_name("user-ä", log.key), 0]
        assert found["ref"].tolist() == [0, hash_name("a", log.key)]
        assert found["id"].tolist() == [hash_name("a", log.key), hash_name("b", log.key)]
        assert found["brand"].tolist() == [hash_name("brand-ä", log.key), 0]
        assert found["amount"].tolist() == [-250, missing("amount")]
        assert found["currency"].tolist() == [978, 0]
        assert np.isnan(found["value"][0])
        assert found["value"][1] == 0.5
        assert found["price"].tolist() == [missing("price")] * 2
        assert (found["offset"].tolist(), found["kind"].tolist()) == ([1, 2], [ORDER, OUTCOME])
        assert (found["event_us"].tolist(), found["logged_us"].tolist()) == ([5, 6], [9, 9])

    def test_sealing_changes_no_bit_and_no_type(self, store):
        log = store.open()
        log.append(history(0, 20), 5)
        before, names = everything(log), log.names(0, 21)
        log.seal()
        assert everything(log) == before
        assert log.names(0, 21).equals(names)

    def test_a_long_tail_is_sealed_by_itself(self, store):
        log = store.open(tail_rows=10)
        log.append(history(0, 40), 5)
        log.append(history(40, 3), 6)
        assert log.verify() == []
        assert log.names(0, 44)["id"].to_pylist() == [None, *(f"h-{n}" for n in range(43))]
        assert log.append(history(0, 43), 7).duplicates == 43

    def test_an_empty_log(self, store):
        log = store.open()
        assert (log.next_offset, log.last_us, log.live_from, list(log.read(0))) == (0, 0, None, [])
        assert log.names(0, 9).num_rows == 0

    def test_an_append_of_nothing_does_not_begin_live(self, store):
        log = store.open()
        assert log.append(SCHEMA.empty_table(), 5).next_offset == 0
        assert log.live_from is None

    def test_what_was_appended_is_there_after_opening_again(self, store):
        store.open().append(history(0, 5), 5)
        log = store.open()
        assert log.next_offset == 6
        assert log.append(history(4, 2), 6).duplicates == 1

    def test_a_batch_belongs_to_its_reader(self, store):
        log = store.open()
        log.import_history("h", once(history(0, 20)))
        before = everything(log)
        for batch in log.read(0, columns=("amount",)):
            batch["amount"][:] = 7
        assert everything(log) == before

    def test_asking_for_a_column_that_is_not_there(self, store):
        with pytest.raises(UserError, match=r"^column: expected one of offset event_us .* got 'colour'$"):
            store.open().read(0, columns=("colour",))

    @pytest.mark.parametrize(
        ("how", "text"),
        [
            ({"start": -1}, "read.start: expected at least 0, got -1"),
            ({"start": 0, "rows": 0}, "read.rows: expected at least 1, got 0"),
        ],
    )
    def test_a_read_that_makes_no_sense(self, store, how, text):
        with pytest.raises(UserError, match=f"^{text}$"):
            store.open().read(**how)


class TestIds:
    """Sending again is harmless; sending something else under the same id is refused."""

    @pytest.fixture(params=["tail", "segment"])
    def log(self, store, request):
        log = store.open()
        log.append(table(**FULL), 9)
        if request.param == "segment":
            log.seal()
        return log

    def test_the_same_body_again(self, log):
        said = log.append(table(**FULL), 10)
        assert (said.added, said.duplicates, said.refused.num_rows, said.next_offset) == (0, 2, 0, 3)
        assert log.last_us == 9

    @pytest.mark.parametrize(
        ("column", "value"),
        [("amount", -251), ("event_us", 4), ("user", None), ("value", 1.0), ("properties", "{}"), ("price", 0)],
    )
    def test_another_body(self, log, column, value):
        sent = {**FULL, "price": [None, None]}
        changed = table(**{**sent, column: [value, sent[column][1]]})
        said = log.append(changed, 10)
        assert (said.added, said.duplicates, said.next_offset) == (0, 1, 3)
        assert said.refused.select(SCHEMA.names).equals(changed.slice(0, 1))
        assert said.refused["rule"].to_pylist() == ["a new id, or the same body again"]
        assert said.refused["got"].to_pylist() == [f"'a' with another {column}"]

    def test_several_fields_are_all_named(self, log):
        said = log.append(table(**{**FULL, "amount": [1, None], "text": ["new", None]}), 10)
        assert said.refused["got"].to_pylist() == ["'a' with another amount, text"]

    def test_not_a_number_says_nothing(self, log):
        assert log.append(table(**{**FULL, "value": [float("nan"), 0.5]}), 10).duplicates == 2

    def test_within_one_batch(self, store):
        log = store.open()
        said = log.append(table(id=["x", "y", "x", "x"], event_us=[0] * 4, amount=[1, 1, 1, 2]), 5)
        assert (said.added, said.duplicates) == (2, 1)
        assert said.refused["got"].to_pylist() == ["'x' with another amount"]
        assert log.names(1, 9)["id"].to_pylist() == ["x", "y"]

    def test_the_log_decides_before_the_batch_does(self, log):
        twice = table(id=["a", "a"], event_us=[5, 5], amount=[7, 7])
        assert log.append(twice, 10).refused.num_rows == 2

    def test_each_row_is_told_what_became_of_it(self, log):
        sent = table(id=["new", "a", "new"], user=["u", "other", "u"], event_us=[7, 5, 7])
        again = conform(pa.concat_tables([sent.slice(0, 2), table(**FULL).slice(1), sent.slice(2)]))
        said = log.append(again, 99)
        assert said.added == 1
        assert said.refused["id"].to_pylist() == ["a"]
        assert (said.same.tolist(), said.other.tolist()) == ([2, 3], [1])

    def test_finding_rows_by_their_ids(self, log):
        assert log.find(pa.chunked_array([["b", "nobody", "a", None]])).tolist() == [2, -1, 1, -1]

    def test_rows_without_an_id_are_never_duplicates(self, log):
        said = log.append(table(id=[None, None], event_us=[1, 1]), 10)
        assert (said.added, said.next_offset) == (2, 5)

    @settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1)), max_size=12), max_size=6), st.data())
    def test_like_a_dictionary(self, make_store, sends, data):
        """Whatever is sent, sealed or imported in whatever order, a dictionary says the same."""
        log, bodies, order = make_store().open(segment_rows=4), {}, []
        for number, send in enumerate(sends):
            sent = table(id=[f"{i}" for i, _ in send], event_us=[1] * len(send), amount=[b for _, b in send])
            duplicates = refused = 0
            for name, body in send:
                if name not in bodies:
                    order.append((f"{name}", body))
                duplicates += bodies.get(name) == body
                refused += bodies.setdefault(name, body) != body
            way = data.draw(st.sampled_from(["append", "import", "seal"]))
            said = log.import_history(f"{number}", once(sent)) if way == "import" else log.append(sent, 5)
            assert (said.duplicates, said.refused.num_rows) == (duplicates, refused)
            if way == "seal":
                log.seal()
        found = log.names(0, log.next_offset, {ORDER})
        assert list(zip(found["id"].to_pylist(), found["amount"].to_pylist(), strict=True)) == order


class TestClock:
    """Log time never goes back; live begins with a heartbeat."""

    def test_a_clock_that_goes_back(self, store):
        log = store.open()
        for number, now in enumerate((50, 40, 60)):
            log.append(table(id=[f"{number}"]), now)
        (found,) = log.read(0)
        assert found.logged_us.tolist() == [50, 50, 50, 60]

    def test_live_begins_with_a_heartbeat_in_the_log(self, store):
        log = store.open()
        log.import_history("h", once(history(0, 3)))
        assert log.live_from is None
        said = log.append(table(id=["x"]), 7_000_000)
        assert (said.added, said.next_offset, log.live_from) == (1, 5, 3)
        beat = log.names(3, 4).to_pylist()[0]
        told = {"offset": 3, "logged_us": 7_000_000, "event_us": 7_000_000, "kind": HEARTBEAT, "live": 1}
        assert {name: value for name, value in beat.items() if value is not None} == told
        log.append(table(id=["y"]), 8_000_000)
        assert log.names(0, 9)["live"].to_pylist().count(1) == 1

    def test_own_rows_keep_historys_clock_until_live(self, store):
        log = store.open()
        log.import_history("h", once(history(0, 3)))
        log.append(table(id=["own"]), 9_000_000_000, own=True)
        assert (log.last_us, log.live_from) == (2_000_000, None)
        log.append(table(id=["x"]), 9_000_000)
        log.append(table(id=["own-2"]), 9_500_000, own=True)
        assert log.last_us == 9_500_000

    def test_heartbeats(self, store):
        log = store.open()
        log.import_history("h", once(history(0, 3)))
        assert log.heartbeat(9_000_000) is False
        log.append(table(id=["x"]), 9_000_000)
        assert log.heartbeat(9_000_000) is False
        assert log.heartbeat(9_000_001) is True
        beat = log.names(5, 6).to_pylist()[0]
        assert (beat["kind"], beat["logged_us"], beat["live"], beat["id"]) == (HEARTBEAT, 9_000_001, None, None)

    def test_history_live_history(self, store):
        log = store.open()
        log.import_history("old", once(history(0, 3)))
        log.append(table(id=["x"]), 4_500_000)
        said = log.import_history("more", once(history(3, 3)))
        assert (said.added, said.late) == (3, 2)
        log.append(table(id=["y"]), 1)
        found = Events.concat(list(log.read(0)))
        assert found.offset.tolist() == list(range(9))
        assert found.logged_us.tolist() == [0, 1_000_000, 2_000_000, *[4_500_000] * 4, 5_000_000, 5_000_000]

    def test_late_rows_are_counted(self, store):
        log = store.open()
        assert log.import_history("a", once(history(10, 5))).late == 0
        said = log.import_history("b", once(history(5, 5), history(20, 5)))
        assert (said.added, said.late) == (10, 5)
        assert log.last_us == 24_000_000


class TestReads:
    """How a log is cut into reads changes nothing."""

    @pytest.fixture
    def log(self, store):
        log = store.open()
        log.import_history("h", once(history(0, 30)))
        log.append(history(30, 11), 40_000_000)
        return log

    @pytest.mark.parametrize("rows", [1, 3, 8, 1000])
    def test_cuts_change_no_bit(self, log, rows):
        assert everything(log, rows=rows) == everything(log)
        assert max(len(part) for part in log.read(0, rows=rows)) <= rows

    def test_ticks_do_not_know_of_cuts(self, log):
        def ticks(rows: int) -> list[int]:
            return [
                int(tick)
                for part in log.read(0, rows=rows)
                for tick in tick_of(part.logged_us, part.offset, 2_000_000, 7)
            ]

        assert ticks(1) == ticks(5) == ticks(1000)

    @pytest.mark.parametrize(("start", "stop"), [(0, 0), (3, 3), (5, 4), (0, 8), (7, 9), (29, 33), (40, 99), (99, 120)])
    def test_stretches(self, log, start, stop):
        found = [offset for part in log.read(start, stop, rows=3) for offset in part.offset.tolist()]
        assert found == list(range(start, min(stop, 42)))
        assert log.names(start, stop)["offset"].to_pylist() == found

    @pytest.mark.parametrize("kinds", [{VIEW}, {ITEM, ORDER}, {HEARTBEAT}, {OUTCOME}, set()])
    def test_kinds(self, log, kinds):
        rows = log.names(0, 99).to_pylist()
        asked = [row["offset"] for row in rows if row["kind"] in kinds]
        assert [offset for part in log.read(0, kinds=kinds, rows=4) for offset in part.offset.tolist()] == asked
        assert log.names(0, 99, kinds)["offset"].to_pylist() == asked

    def test_a_read_ends_where_the_log_ended_when_it_began(self, log):
        parts = log.read(0, rows=5)
        log.append(table(id=["x"]), 50_000_000)
        assert sum(len(part) for part in parts) == 42

    def test_sealing_in_the_midst_of_a_read(self, log, store):
        before = everything(log, rows=5)
        parts = []
        for part in log.read(0, columns=READABLE, rows=5):
            parts.append(part)
            store.open().seal()
        assert {name: (whole.dtype, whole.tobytes()) for name, whole in Events.concat(parts).columns.items()} == before


class Killed(Exception):
    """Stands for the end of a process."""


class TestImports:
    """An import may be killed anywhere, and goes on without a double or a loss."""

    SENT = pa.concat_tables([history(0, 20), history(5, 3), history(20, 9)])

    def killed_after(self, rows: int) -> Callable[[int], Iterator[pa.Table]]:
        def batches_from(skip: int) -> Iterator[pa.Table]:
            for at in range(skip, rows, 3):
                yield self.SENT.slice(at, min(3, rows - at))
            raise Killed

        return batches_from

    @pytest.mark.parametrize("rows", range(33))
    def test_killed_then_run_again(self, store, make_store, rows):
        whole = make_store().open()
        at_once = whole.import_history("h", once(self.SENT))
        log = store.open()
        with pytest.raises(Killed):
            log.import_history("h", self.killed_after(rows))
        committed = log.next_offset
        log = store.open()
        said = log.import_history("h", once(self.SENT))
        assert everything(log) == everything(whole)
        assert committed + said.added == at_once.added == 29
        assert log.verify() == []

    def test_killed_again_and_again(self, store, make_store):
        whole = make_store().open()
        whole.import_history("h", once(self.SENT))
        for rows in range(0, 32, 5):
            with pytest.raises(Killed):
                store.open().import_history("h", self.killed_after(rows))
        log = store.open()
        log.import_history("h", once(self.SENT))
        assert everything(log) == everything(whole)

    def test_a_finished_import_does_nothing(self, store):
        log = store.open()
        log.import_history("h", once(self.SENT))

        def never(skip: int) -> Iterator[pa.Table]:
            raise AssertionError

        said = log.import_history("h", never)
        assert (said.added, said.duplicates, said.next_offset) == (0, 0, 29)

    def test_the_same_rows_under_another_name_are_duplicates(self, store):
        log = store.open()
        assert log.import_history("h", once(self.SENT)).duplicates == 3
        assert log.import_history("again", once(self.SENT)).duplicates == 32

    def test_live_rows_between_two_stretches(self, store):
        log = store.open()
        with pytest.raises(Killed):
            log.import_history("h", self.killed_after(17))
        log.append(table(id=["x"]), 100_000_000)
        log.import_history("h", once(self.SENT))
        ids = log.names(0, 99)["id"].to_pylist()
        assert ids == [*(f"h-{n}" for n in range(16)), None, "x", *(f"h-{n}" for n in range(16, 29))]

    def test_refused_rows_are_gathered(self, store):
        log = store.open()
        log.import_history("h", once(self.SENT))
        changed = self.SENT.set_column(1, "event_us", pa.array([99_000_000] * 32))
        said = log.import_history("changed", once(changed))
        assert (said.added, said.refused.num_rows) == (0, 32)

    def test_refused_rows_are_handed_over_before_they_count_as_consumed(self, store):
        log = store.open()
        log.import_history("h", once(history(0, 8)))
        changed = history(0, 8).set_column(1, "event_us", pa.array([99_000_000] * 8))

        def lost(refused: pa.Table) -> None:
            raise Killed

        with pytest.raises(Killed):
            log.import_history("changed", once(changed), refuse=lost)
        handed: list[pa.Table] = []
        said = log.import_history("changed", once(changed), refuse=handed.append)
        assert sum(refused.num_rows for refused in handed) == 8
        assert said.refused.num_rows == 0

    def test_a_commit_that_fails_leaves_nothing_behind(self, store, make_store):
        rows = pa.concat_tables([history(0, 6), history(2, 1).set_column(1, "event_us", pa.array([9]))])
        sent = pa.concat_tables([history(10, 8), rows, history(6, 3)])
        whole = make_store().open()
        whole.import_history("h", once(sent))
        log = store.open()

        def lost(refused: pa.Table) -> None:
            raise Killed

        with pytest.raises(Killed):
            log.import_history("h", once(sent), refuse=lost)
        assert log.next_offset == 8
        log.append(SCHEMA.empty_table(), 5)
        assert log.import_history("h", once(sent)).refused["id"].to_pylist() == ["h-2"]
        assert everything(log) == everything(whole) == everything(store.open())
        assert log.verify() == []

    def test_two_at_the_same_import(self, store):
        log = store.open()

        def overtaken(skip: int) -> Iterator[pa.Table]:
            store.open().import_history("h", once(self.SENT))
            yield self.SENT

        with pytest.raises(UserError, match=r"^import h: expected 0 rows imported so far, got 32$"):
            log.import_history("h", overtaken)
        assert log.next_offset == 29


class TestTwoWriters:
    """Several processes may append to one log."""

    def test_each_sees_the_others_rows(self, store):
        one, other = store.open(), store.open()
        one.append(history(0, 3), 5)
        assert other.append(history(0, 4), 6).duplicates == 3
        other.seal()
        assert one.append(history(0, 6), 7).duplicates == 4
        assert [one.next_offset, other.next_offset, other.last_us] == [7, 7, 7]
        assert everything(one) == everything(other)

    def test_one_commits_where_the_other_failed(self, store):
        one, other = store.open(), store.open()
        one.import_history("h", once(history(0, 8)))
        changed = history(0, 1).set_column(1, "event_us", pa.array([9]))

        def lost(refused: pa.Table) -> None:
            raise Killed

        with pytest.raises(Killed):
            one.import_history("a", once(pa.concat_tables([changed, history(20, 5)])), refuse=lost)
        other.import_history("b", once(history(30, 5)))
        assert everything(one) == everything(other)
        assert one.append(history(20, 15), 40_000_000).duplicates == 5
        assert one.names(8, 13)["id"].to_pylist() == [f"h-{n}" for n in range(30, 35)]


class TestBlank:
    """Rows may be emptied for good; their place stays, as does what keeps them from coming back."""

    GONE = (1, 4, 5, 19, 27, 33)

    @pytest.fixture
    def log(self, store):
        """Four segments with a tail behind them."""
        log = store.open()
        log.import_history("h", once(history(0, 30)))
        log.append(history(30, 5), 40_000_000)
        return log

    def tombstones(self, log: Any, gone: tuple[int, ...]) -> list[dict[str, Any]]:
        rows = log.names(0, 99).to_pylist()
        for at in gone:
            place = {name: rows[at][name] for name in ("offset", "logged_us")}
            rows[at] = dict.fromkeys(STAMPED.names) | place | {"event_us": place["logged_us"], "kind": 0}
        return rows

    def test_a_tombstone_says_nothing(self, log, store):
        expected = self.tombstones(log, self.GONE)
        log.blank(self.GONE)
        for opened in (log, store.open()):
            assert opened.names(0, 99).to_pylist() == expected
            whole = Events.concat(list(opened.read(0, columns=READABLE))).rows(list(self.GONE))
            for name in READABLE:
                if name not in CLOCK:
                    assert whole[name].tobytes() == gaps(name, len(whole)).tobytes(), name
            assert whole.offset.tolist() == list(self.GONE)
            assert whole.kind.tolist() == [0] * len(self.GONE)
            assert whole.event_us.tolist() == whole.logged_us.tolist()
            assert opened.verify() == []
            assert opened.next_offset == 36

    def test_no_other_bit_changes(self, log):
        left = [at for at in range(36) if at not in self.GONE]
        before = Events.concat(list(log.read(0, columns=READABLE))).rows(left)
        log.blank(np.array(self.GONE[::-1]))
        after = Events.concat(list(log.read(0, columns=READABLE))).rows(left)
        assert {name: before[name].tobytes() for name in READABLE} == {name: after[name].tobytes() for name in READABLE}

    def test_as_if_the_rows_had_never_said_anything(self, log, make_store):
        rows = pa.Table.from_pylist(self.tombstones(log, self.GONE), STAMPED)
        log.blank(self.GONE)
        other = make_store().open()
        other.adopt(rows, {})
        assert everything(log) == everything(other)
        assert log.names(0, 99, {0}).equals(other.names(0, 99, {0}))

    @pytest.mark.parametrize("way", ["append", "import"])
    def test_an_erased_row_sent_again_is_a_duplicate_whatever_its_body(self, log, way):
        log.blank(self.GONE)
        before = everything(log)
        sent = pa.concat_tables([history(0, 35), history(1, 1).set_column(1, "event_us", pa.array([5]))])
        sent = sent.take([1, 19, 32, 0])
        changed = sent.set_column(SCHEMA.get_field_index("amount"), "amount", pa.array([99, 99, 99, 0]))
        said = log.append(changed, 50_000_000) if way == "append" else log.import_history("again", once(changed))
        assert (said.added, said.duplicates) == (0, 3)
        assert said.refused["id"].to_pylist() == ["h-0"]
        assert everything(log) == before

    def test_named_columns_become_empty(self, log):
        rows = log.names(0, 99).to_pylist()
        log.blank(self.GONE, columns=("user", "amount"))
        for at in self.GONE:
            rows[at] |= {"user": None, "amount": None}
        assert log.names(0, 99).to_pylist() == rows
        (found,) = log.read(4, 5, columns=("user", "amount", "id"))
        assert (found["user"][0], found["amount"][0]) == (0, missing("amount"))
        assert found["id"][0] == hash_name("h-4", log.key)
        assert log.verify() == []

    def test_blanking_again_changes_nothing(self, log):
        log.blank(self.GONE)
        before = everything(log)
        log.blank(self.GONE)
        log.blank(self.GONE[:2], columns=("user",))
        log.blank(())
        assert everything(log) == before
        assert log.append(history(1, 1), 60_000_000).duplicates == 1

    def test_bit_by_bit_is_all_at_once(self, log, make_store):
        other = make_store().open()
        other.adopt(log.names(0, 99), {})
        for at in self.GONE:
            log.blank([at])
        other.blank(self.GONE)
        assert everything(log) == everything(other)
        for name in ("offset", "high", "low"):
            assert getattr(log.erased(0, 99), name).tolist() == getattr(other.erased(0, 99), name).tolist()

    def test_ids_of_tombstones_are_known_by_their_hashes(self, log):
        assert len(log.erased(0, 99).offset) == 0
        log.blank((30, *self.GONE))  # 30 is the heartbeat, which has no id
        found = log.erased(0, 99)
        assert found.offset.tolist() == list(self.GONE)
        ids = [f"h-{at - (at > 30)}" for at in self.GONE]
        assert found.high.tolist() == [hash_name(name, log.key) for name in ids]
        assert log.erased(4, 19).offset.tolist() == [4, 5]
        assert log.live_from == 30

    def test_rows_go_on_after_it(self, log):
        log.blank(range(36))
        assert log.append(history(34, 3), 70_000_000).added == 1 + 1
        log.seal()
        assert log.import_history("more", once(history(37, 20))).added == 20
        log.blank((36, 40))
        assert log.names(0, 99)["kind"].to_pylist().count(0) == 38
        assert log.verify() == []

    def test_a_read_that_had_begun_goes_on(self, log, store):
        found = []
        for part in log.read(0, columns=("user",), rows=4):
            found += part.offset.tolist()
            store.open().blank([max(0, 35 - len(found))])
        assert found == list(range(36))

    def test_a_row_that_is_not_there(self, log):
        with pytest.raises(UserError, match=r"^blank\.offsets: expected offsets of the log, below 36, got \[36\]$"):
            log.blank([36])
        with pytest.raises(UserError, match=r"^blank\.columns: expected one of the columns user .*, got 'id'$"):
            log.blank([3], columns=("id",))
