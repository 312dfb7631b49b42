"""Webhooks reach a real server: signed, again after failures, telling no secret."""

import json
import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from evercart.errors import UserError
from evercart.publish.webhooks import MESSAGE_ID, SIGNATURE, Retries, Webhook, send, sign, verify

SECRET = b"correct horse battery staple"
ROWS = [{"what": "log loss", "was": 0.1, "now": 0.4}, {"what": "größe"}]


class Server(HTTPServer):
    """Answers with the statuses it was given, then with 200; -1 closes without an answer."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.got = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/in?token=hidden"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status < 0:
            return
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
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
        serving.shutdown()
        thread.join()


class World:
    """A clock that moves when someone sleeps."""

    def __init__(self):
        self.now, self.slept = 1_000_000.0, []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def sent(url, world, rows=ROWS, **more):
    to = Webhook(url, SECRET, Retries(**more))
    return send(rows, to, now_s=lambda: world.now, sleep=world.sleep, chance=lambda failed: 0.5)


def test_a_message_arrives_signed(server):
    done = sent(server.url, World())
    ((path, headers, body),) = server.got
    assert (done.status, done.tries) == (200, 1)
    assert path == "/in?token=hidden"
    assert json.loads(body) == {"id": done.id, "rows": ROWS}
    assert headers[MESSAGE_ID] == done.id
    assert headers["Content-Type"] == "application/json"
    assert verify(body, SECRET, headers[SIGNATURE], now_s=1_000_000)


def test_failures_are_tried_again_ever_later_signed_anew_under_one_id(server):
    server.answers = [500, -1, 429, 503]
    world = World()
    done = sent(server.url, world)
    assert (done.status, done.tries) == (200, 5)
    assert world.slept == [0.75, 1.5, 3.0, 6.0]
    assert {body for _, _, body in server.got} == {server.got[0][2]}
    times = [int(headers[SIGNATURE][2:].split(",")[0]) for _, headers, _ in server.got]
    assert times == [1_000_000, 1_000_000, 1_000_002, 1_000_005, 1_000_011]
    assert verify(server.got[4][2], SECRET, server.got[4][1][SIGNATURE], now_s=1_000_011)


def test_the_last_failure_is_told(server):
    server.answers = [503] * 9
    world = World()
    with pytest.raises(UserError) as error:
        sent(server.url, world, tries=3)
    text = "webhook 127.0.0.1: expected an answer from 200 to 299 in 3 tries, got '503 Service Unavailable'"
    assert str(error.value) == text
    assert (len(server.got), len(world.slept)) == (3, 2)


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410])
def test_a_refusal_is_not_tried_again_a_redirect_not_followed(server, status):
    server.answers = [status]
    with pytest.raises(UserError, match=f"^webhook 127.0.0.1: expected an answer from 200 to 299, got '{status} "):
        sent(server.url, World())
    assert len(server.got) == 1


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(UserError, match=r"in 2 tries, got 'ConnectionRefusedError: "):
            sent(url, World(), tries=2)


def test_waits_have_a_limit_and_jitter():
    waits = Retries(tries=20, first_s=1.0, most_s=60.0)
    assert waits.wait_s(15, 0.999) < 60.0
    assert waits.wait_s(15, 0.0) == 30.0


def test_a_signature_fits_one_body_one_secret_one_time():
    header = sign(b"body", SECRET, at_s=1000)
    assert verify(b"body", SECRET, header, now_s=1299)
    assert not verify(b"body", SECRET, header, now_s=1301)
    assert not verify(b"body!", SECRET, header, now_s=1000)
    assert not verify(b"body", b"another secret of length", header, now_s=1000)
    assert not verify(b"body", SECRET, header.replace("t=1000", "t=1001"), now_s=1000)
    for broken in ("", "t=", "t=-1,v1=", "t=²,v1=", "v1=abc", header.replace("v1", "v0"), header + "ü"):
        assert not verify(b"body", SECRET, broken, now_s=1000)


def test_the_secret_is_nowhere(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.answers = [401]
    to = Webhook(server.url, SECRET)
    with pytest.raises(UserError) as error:
        send(ROWS, to, now_s=lambda: 0.0, sleep=lambda _: None, chance=lambda _: 0.0)
    texts = (repr(to), str(error.value), caplog.text, str(server.got))
    assert not any("correct horse" in text for text in texts)
    assert not any("hidden" in text for text in texts[:3])


def test_rows_that_are_not_json_are_refused():
    with pytest.raises(ValueError, match="JSON"):
        sent("http://127.0.0.1:9/", World(), rows=[{"now": float("nan")}])


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("ftp://shop.example/", "webhook.url: expected http://… or https://…, got 'ftp'"),
        (
            "https://shop.example/in?token=hidden\n",
            "webhook.url: expected an address of printable ASCII letters, got 'other letters'",
        ),
        ("https:///in", "webhook.url: expected an address with a host, got 'none'"),
        ("https://me:pw@shop.example/", "webhook.url: expected no user name within it, got 'one'"),
        ("http://shop.example:99999/", "webhook.url: expected an address, got 'Port out of range 0-65535'"),
    ],
)
def test_bad_addresses_are_refused(url, text):
    with pytest.raises(UserError) as error:
        Webhook(url, SECRET)
    assert str(error.value) == text


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"tries": 0}, "webhook.tries: expected at least 1, got 0"),
        ({"first_s": 90.0}, "webhook.first_s: expected more than 0, to 60, got 90.0"),
        ({"timeout_s": 0.0}, "webhook.timeout_s: expected more than 0, got 0.0"),
    ],
)
def test_bad_retries_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Retries(**bad)
    assert str(error.value) == text


def test_a_short_secret_is_refused_without_being_named():
    with pytest.raises(UserError) as error:
        Webhook("https://shop.example/", b"short")
    assert str(error.value) == "webhook.secret: expected 16 bytes or more, got 5"
