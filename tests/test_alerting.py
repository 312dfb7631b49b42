"""Alarms reach a real server once the log has them, whatever the server does meanwhile."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pyarrow as pa
import pytest

from evercart.alerting import MOST, REST_US, Alerting
from evercart.evaluate.drift.alarms import ADWIN, alarms
from evercart.evaluate.drift.rows import alarm_rows
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.log import open_log
from evercart.publish.webhooks import SIGNATURE, Retries, Webhook, verify
from evercart.units import SECOND_US

SECRET = b"correct horse battery staple"
NOW_US = 1_700_000_000 * SECOND_US


class Server(HTTPServer):
    """Answers with the statuses it was given, then with 200; while `open` is not set it answers nobody."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.got, self.open = [], [], threading.Event()
        self.open.set()

    @property
    def rows(self):
        return [row for _, body in self.got for row in json.loads(body)["rows"]]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.open.wait(10)
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == 200:
            self.server.got.append((dict(self.headers), body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield serving
        serving.open.set()
        serving.shutdown()
        thread.join()


class World:
    """A log, a clock, what people were told."""

    def __init__(self, folder, server):
        self.log, self.path = open_log(folder / "log", 1), folder / "webhook.json"
        self.server, self.now_us, self.said = server, NOW_US, []

    def alerting(self, tries=1):
        to = Webhook(
            f"http://127.0.0.1:{self.server.server_port}/?token=hidden", SECRET, Retries(tries, 0.01, 0.01, timeout_s=5)
        )
        return Alerting(self.log, to, self.path, lambda: self.now_us, self.said.append)

    def alarm(self, *places, app="spend"):
        places = np.array([[place, place * 10, place - 4, 50] for place in places])
        found = alarms(places, np.tile([0.1, np.nan, 0.3, 0.2], (len(places), 1)), ADWIN, 0.002)
        self.log.append(alarm_rows(found, app, ["loss"]), self.now_us, own=True)

    def other(self, kind, **columns):
        row = {"kind": number(kind), "event_us": self.now_us, **columns}
        self.log.append(conform(pa.Table.from_pylist([row], schema=SCHEMA)), self.now_us, own=True)


@pytest.fixture
def world(tmp_path, server):
    made = World(tmp_path, server)
    yield made
    made.log.close()


def test_what_is_new_is_sent_signed_once(world):
    world.alarm(5)
    alerting = world.alerting()  # from here on
    alerting.tell()
    assert alerting.finish()
    assert world.server.got == []
    alerting = world.alerting()
    world.alarm(9)
    world.other("promotion", app="spend", model="b", current="a", why="turned")
    world.other("verdict", app="spend", model="b", current="a", passed=0)
    alerting.tell()
    assert alerting.finish()
    alerting.tell()
    assert alerting.finish()
    ((headers, body),) = world.server.got
    assert verify(body, SECRET, headers[SIGNATURE], now_s=NOW_US / SECOND_US)
    alarm, promotion = world.server.rows
    assert (alarm["kind"], alarm["app"], alarm["what"], alarm["was"]) == ("alarm", "spend", "loss", 0.1)
    assert (alarm["detector"], alarm["since"], alarm["since_us"]) == ("adwin", 5, 50)
    assert alarm["id"] == "alarm/spend/loss/adwin/9"
    assert "now" not in alarm or alarm["now"] is None  # JSON has no NaN
    assert (promotion["kind"], promotion["model"], promotion["why"]) == ("promotion", "b", "turned")
    assert world.said == []


def test_another_process_goes_on_where_the_last_one_was(world):
    world.alerting()
    world.alarm(9)
    for _ in range(2):
        alerting = world.alerting()
        alerting.tell()
        assert alerting.finish()
    assert len(world.server.rows) == 1


def test_more_than_a_message_holds_is_sent_in_order(world):
    alerting = world.alerting()
    world.alarm(*range(10, 10 + MOST + 20))
    for _ in range(3):
        alerting.tell()
        assert alerting.finish()
    assert [len(json.loads(body)["rows"]) for _, body in world.server.got] == [MOST, 20]
    assert [row["place"] for row in world.server.rows] == list(range(10, 10 + MOST + 20))


def test_a_failure_is_told_once_until_it_is_over_then_all_is_sent(world):
    world.server.answers = [500, 500, 404, 200, 500]
    alerting = world.alerting()
    world.alarm(9)
    for _ in range(2):  # the second time by another process
        alerting.tell()
        assert alerting.finish()
        alerting.tell()  # too soon after a failure
        assert alerting.finish()
        alerting = world.alerting()
    assert world.server.answers == [404, 200, 500]
    assert len(world.said) == 1
    assert world.said[0].startswith("webhook 127.0.0.1: expected an answer from 200 to 299 in 1 tries, got '500 ")
    assert "hidden" not in world.said[0]
    for _ in range(2):
        alerting.tell()
        assert alerting.finish()
        world.now_us += REST_US
    assert "404" in world.said[1]
    world.alarm(12)
    assert [row["place"] for row in world.server.rows] == [9]
    alerting.tell()
    assert alerting.finish()
    assert len(world.said) == 3  # it had been well again


def test_a_server_that_answers_nobody_holds_up_nobody(world):
    world.server.open.clear()
    alerting = world.alerting()
    world.alarm(9)
    began = time.perf_counter()
    alerting.tell()
    world.alarm(12)
    alerting.tell()
    assert not alerting.finish(wait_s=0.05)
    assert time.perf_counter() - began < 5
    world.server.open.set()
    assert alerting.finish()
    assert [row["place"] for row in world.server.rows] == [9]


def test_a_message_that_was_not_remembered_is_sent_again(world):
    alerting = world.alerting()
    before = world.path.read_bytes()
    world.alarm(9)
    alerting.tell()
    assert alerting.finish()
    world.path.write_bytes(before)  # as a kill leaves it
    alerting = world.alerting()
    alerting.tell()
    assert alerting.finish()
    first, second = (json.loads(body) for _, body in world.server.got)
    assert first == second  # one id: whoever is told sees that it is the same


def test_a_damaged_file_sends_all_again_loudly(world):
    world.alarm(9)
    world.path.write_text("{")
    alerting = world.alerting()
    assert world.said == [
        f"{world.path}: expected how far alarms were sent, got nothing that can be read; sending all again"
    ]
    alerting.tell()
    assert alerting.finish()
    assert len(world.server.rows) == 1


def test_an_alarm_found_again_adds_no_row(world):
    world.alarm(9)
    end = world.log.next_offset
    world.alarm(9)
    assert world.log.next_offset == end
