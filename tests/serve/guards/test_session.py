"""Sessions: a cookie that was tampered with, has expired, was ended or belongs to a key that went is no login."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evercart.clock import Clock
from evercart.errors import UserError
from evercart.serve.caller import NOBODY
from evercart.serve.guards.session import Session, Sessions
from evercart.serve.keys import Keys
from evercart.serve.problem import Busy, NotAllowed, TooMany, WhoAreYou
from evercart.units import DAY_US, SECOND_US

CLIENT = ("192.0.2.7", 5)


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.us = 1_000 * DAY_US

    def clock(self) -> Clock:
        return Clock(now_us=lambda: self.us, wall_s=lambda: self.us / SECOND_US)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def keys(tmp_path: Path, hands: Hands) -> Iterator[Keys]:
    keys = Keys(tmp_path, hands.clock(), lambda work: work())
    yield keys
    keys.close()


@pytest.fixture
def text(keys: Keys, hands: Hands) -> str:
    made = keys.create("ann", ["read", "operate"]).text
    hands.us += SECOND_US
    return made


@pytest.fixture
def sessions(tmp_path: Path, keys: Keys, hands: Hands) -> Sessions:
    return Sessions(tmp_path, keys, 3600, hands.clock())


def asking(cookie: str, *, method: str = "GET", scheme: str = "http", **headers: str) -> dict[str, Any]:
    said = [(b"host", b"shop.example"), (b"cookie", cookie.encode("latin-1"))]
    said += [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"headers": said, "method": method, "scheme": scheme, "client": CLIENT}


def who(sessions: Sessions, asgi: dict[str, Any]) -> str:
    return sessions.of_request(asgi, dict(asgi["headers"])).name


def pair_of(set_cookie: str) -> str:
    """Return what a browser sends back."""
    return set_cookie.split(";")[0]


def test_a_login_is_kept_in_a_cookie(sessions: Sessions, text: str) -> None:
    set_cookie = sessions.cookie(sessions.begin(f" {text}\n", CLIENT), {"scheme": "http"})
    assert set_cookie.endswith("; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax")
    assert text not in set_cookie
    asgi = asking(f"other=1; {pair_of(set_cookie)};last=2")
    assert who(sessions, asgi) == "ann"
    assert sessions.caller(asgi["session"]).scopes == {"read", "operate"}  # type: ignore[union-attr]


def test_behind_https_the_cookie_is_for_https_alone(sessions: Sessions, text: str) -> None:
    set_cookie = sessions.cookie(sessions.begin(text, CLIENT), {"scheme": "https"})
    assert set_cookie.startswith("__Host-evercart_")
    assert set_cookie.endswith("; HttpOnly; SameSite=Lax; Secure")
    assert who(sessions, asking(pair_of(set_cookie), scheme="https")) == "ann"
    assert who(sessions, asking(pair_of(set_cookie))) == ""


def spoilt(good: str, number: int) -> str:
    """Return a cookie with one letter changed."""
    other = "0" if good[number] != "0" else "1"
    return good[:number] + other + good[number + 1 :]


def test_no_letter_of_a_cookie_can_be_changed(sessions: Sessions, text: str) -> None:
    good = pair_of(sessions.cookie(sessions.begin(text, CLIENT), {}))
    first = good.index("=") + 1
    assert who(sessions, asking(good)) == "ann"
    for number in range(first, len(good)):
        assert who(sessions, asking(spoilt(good, number))) == "", number


@pytest.mark.parametrize(
    "change",
    [
        lambda value: "",
        lambda value: value[:-1],
        lambda value: value + "0",
        lambda value: value.rpartition(".")[0],
        lambda value: value.rpartition(".")[0] + ".",
        lambda value: "." + value,
        lambda value: "....",
        lambda value: "\xe9" * 30,
        lambda value: "x" * 60_000,
        lambda value: value.upper(),
        lambda value: f'"{value}"',
        lambda value: value.replace(".", "%2e"),
    ],
)
def test_other_cookies_are_no_login(sessions: Sessions, text: str, change: Callable[[str], str]) -> None:
    name, _, value = pair_of(sessions.cookie(sessions.begin(text, CLIENT), {})).partition("=")
    assert who(sessions, asking(f"{name}={change(value)}")) == ""


def test_a_session_ends_with_its_time(sessions: Sessions, hands: Hands, text: str) -> None:
    cookie = pair_of(sessions.cookie(sessions.begin(text, CLIENT), {}))
    hands.us += 3600 * SECOND_US - 1
    assert who(sessions, asking(cookie)) == "ann"
    hands.us += 1
    assert who(sessions, asking(cookie)) == ""


def test_an_ended_session_is_not_replayed(
    tmp_path: Path, sessions: Sessions, keys: Keys, hands: Hands, text: str
) -> None:
    session, other = sessions.begin(text, CLIENT), sessions.begin(text, CLIENT)
    cookie, others = pair_of(sessions.cookie(session, {})), pair_of(sessions.cookie(other, {}))
    sessions.end(session)
    assert who(sessions, asking(cookie)) == ""
    assert who(sessions, asking(others)) == "ann"
    again = Keys(tmp_path, hands.clock())  # as after a restart
    assert who(Sessions(tmp_path, again, 3600, hands.clock()), asking(cookie)) == ""
    assert who(Sessions(tmp_path, again, 3600, hands.clock()), asking(others)) == "ann"
    again.close()
    assert sessions.no_cookie({}).partition("=")[2] == "; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"


def test_too_many_logouts_are_told(sessions: Sessions, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evercart.serve.keystore._MOST_ENDED", 0)
    with pytest.raises(Busy) as caught:
        sessions.end(sessions.begin(text, CLIENT))
    assert str(caught.value) == "logout: expected at most 10,000 sessions ended before their time, got 'more'"


def test_a_session_goes_with_its_key(sessions: Sessions, keys: Keys, hands: Hands, text: str) -> None:
    cookie = pair_of(sessions.cookie(sessions.begin(text, CLIENT), {}))
    keys.revoke("ann")
    hands.us += SECOND_US
    assert who(sessions, asking(cookie)) == ""


def test_another_shop_s_cookie_is_no_login(tmp_path: Path, sessions: Sessions, hands: Hands, text: str) -> None:
    session = sessions.begin(text, CLIENT)
    (tmp_path / "other").mkdir()
    other_keys = Keys(tmp_path / "other", hands.clock())
    other = Sessions(tmp_path / "other", other_keys, 3600, hands.clock())
    name, value = pair_of(other.cookie(session, {})).split("=")
    assert name != pair_of(sessions.cookie(session, {})).split("=")[0]  # else one login would end the other
    assert who(sessions, asking(f"{name}={value}")) == ""
    assert who(sessions, asking(f"{pair_of(sessions.cookie(session, {})).split('=')[0]}={value}")) == ""
    other_keys.close()


def test_changes_need_the_token(sessions: Sessions, text: str) -> None:
    session = sessions.begin(text, CLIENT)
    cookie = pair_of(sessions.cookie(session, {}))
    assert who(sessions, asking(cookie, method="POST")) == ""
    assert who(sessions, asking(cookie, method="POST", x_csrf_token=sessions.csrf(session))) == "ann"
    for wrong in ("", "x", "\xe9", sessions.csrf(None), sessions.csrf(sessions.begin(text, CLIENT))):
        with pytest.raises(NotAllowed) as caught:
            who(sessions, asking(cookie, method="POST", x_csrf_token=wrong))
        text_ = "csrf: expected the token of the page that holds the form, got 'another; open the page again'"
        assert str(caught.value) == text_


def test_requests_that_another_site_began_do_not_count(sessions: Sessions, text: str) -> None:
    cookie = pair_of(sessions.cookie(sessions.begin(text, CLIENT), {}))
    assert who(sessions, asking(cookie, sec_fetch_site="cross-site")) == ""
    assert who(sessions, asking(cookie, sec_fetch_site="same-origin")) == "ann"


def test_wrong_keys_lock_an_address_out(sessions: Sessions, hands: Hands, text: str) -> None:
    for _ in range(5):
        with pytest.raises(WhoAreYou):
            sessions.begin("ev_00000000_x", CLIENT)
    with pytest.raises(TooMany):
        sessions.begin(text, CLIENT)
    assert sessions.begin(text, ("192.0.2.8", 5)).key
    hands.us += 10 * SECOND_US
    assert sessions.begin(text, CLIENT).key


def test_the_secret_is_its_owner_s_alone(tmp_path: Path, sessions: Sessions, text: str) -> None:
    assert not (tmp_path / "session.key").exists()
    sessions.csrf(None)
    path = tmp_path / "session.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text()) == 65


@pytest.mark.parametrize("body", [b"", b"zz", b"00" * 31, b"\xff" * 64])
def test_a_secret_that_is_none_is_told(tmp_path: Path, sessions: Sessions, body: bytes) -> None:
    (tmp_path / "session.key").write_bytes(body)
    with pytest.raises(UserError, match=r"session\.key: expected a file with 64 hexadecimal digits, got 'another'"):
        sessions.csrf(None)


def test_a_session_that_was_never_signed_is_none(sessions: Sessions, hands: Hands) -> None:
    session = Session("0" * 8, hands.us, hands.us + 1, "a")
    asgi = asking(pair_of(sessions.cookie(session, {})))
    assert sessions.of_request(asgi, dict(asgi["headers"])) == NOBODY  # signed, but for a key that never was
    assert asgi["session"] is None
