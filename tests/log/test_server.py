"""All of a transaction, or nothing; one writer at a time."""

from __future__ import annotations

import threading

import psycopg
import pytest

from evercart.errors import UserError
from evercart.log.address import parse
from evercart.log.server import Server


@pytest.fixture
def make(server):
    made = []

    def opened(schema: str = "evercart") -> Server:
        made.append(Server(parse(server.url(schema))))
        return made[-1]

    yield opened
    for one in made:
        one.close()


@pytest.fixture
def one(make):
    made = make()
    made.commit(lambda connection: connection.execute("CREATE TABLE public.numbers (n bigint)"))
    yield made
    made.commit(lambda connection: connection.execute("DROP TABLE public.numbers"))


def add(number: int):
    return lambda connection: connection.execute("INSERT INTO public.numbers VALUES (%s)", (number,))


def numbers(server: Server) -> list[int]:
    return [n for (n,) in server.rows("SELECT n FROM public.numbers ORDER BY n")]


def test_work_that_fails_changes_nothing(one):
    def fails(connection):
        add(1)(connection)
        raise KeyError

    with pytest.raises(KeyError):
        one.commit(fails)
    one.commit(add(2))
    assert numbers(one) == [2]


def test_the_second_waits_for_the_first(one, make):
    other, order, entered = make(), [], threading.Event()

    def second():
        entered.set()
        other.commit(lambda connection: order.append("second"))

    thread = threading.Thread(target=second)

    def first(connection):
        thread.start()
        entered.wait()
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not make().rows(waiting):
            pass
        order.append("first")

    one.commit(first)
    thread.join()
    assert order == ["first", "second"]


def test_logs_in_other_schemas_do_not_wait(one, make):
    other = make("another")
    one.commit(lambda connection: other.commit(lambda there: there.execute("SELECT 1")))


def test_a_writer_that_never_ends_is_told(one, make):
    other = make()
    other.rows("SELECT set_config('lock_timeout', '20ms', false)")
    with pytest.raises(UserError, match="expected the log to be free within a minute, got 'canceling statement due"):
        one.commit(lambda connection: other.commit(lambda there: None))


def test_a_connection_that_was_cut_is_opened_anew(one, make):
    killer = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'evercart' AND pid <> %s"
    one.table("SELECT 1 AS n")
    other = make()
    ((own,),) = other.rows("SELECT pg_backend_pid()")
    other.rows(killer, own)
    assert one.table("SELECT {} AS n", 7)["n"].to_pylist() == [7]
    one.commit(add(3))
    assert numbers(one) == [3]


def test_commits_are_durable_whatever_the_server_says(server, make):
    with psycopg.connect(server.url().split("&schema=")[0], autocommit=True) as connection:
        connection.execute("CREATE ROLE hasty LOGIN SUPERUSER PASSWORD 'x'")
        connection.execute("ALTER ROLE hasty SET synchronous_commit = off")
    hasty = Server(parse(server.url(user="hasty", password="x")))
    assert hasty.rows("SHOW synchronous_commit") == [("on",)]
    hasty.close()


def test_values_are_values(one):
    text = "'; DROP TABLE public.numbers; --"
    assert one.table("SELECT {} AS text, {}::bigint[] AS list", text, [1, 2])["text"].to_pylist() == [text]
    assert numbers(one) == []


def test_faults_of_the_code_are_not_hidden(one):
    with pytest.raises(psycopg.errors.SyntaxError):
        one.rows("SELEC 1")
    with pytest.raises(Exception, match="syntax error"):
        one.table("SELEC 1")
    assert one.table("SELECT 1 AS n").num_rows == 1
