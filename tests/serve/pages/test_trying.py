"""An app is asked by hand, just as the site asks it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator

import httpx
import pytest

from evercart.serve.caller import Caller
from evercart.serve.http import application
from evercart.serve.pages import page
from evercart.serve.pages.trying import curl, python
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.serving import listening

EVIL = "<script>alert('1')</script>"
TOLD = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"


@pytest.fixture(scope="module")
def served(lived: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The service of a shop that answers, started."""
    folder = tmp_path_factory.mktemp("tried") / "corner"
    shutil.copytree(lived.folder, folder)
    with Shop.open(folder, clock=lived.clock) as shop:
        service = Service(shop)
        with listening(application(service)) as url, httpx.Client(base_url=url, timeout=60) as client:
            client.headers["accept"] = "text/html"
            for _ in range(600):
                if client.get("/readyz").status_code == 200:
                    break
            yield client


def ask(served: httpx.Client, **said: str) -> httpx.Response:
    form = served.get("/try", params={"app": said["app"]}).text
    token = re.search(r'name="csrf" value="([^"]+)"', form)
    assert token is not None
    return served.post("/try", data={**said, "csrf": token[1]})


def test_the_form_follows_from_the_app(served: httpx.Client) -> None:
    text = served.get("/try?app=spend&user=u7").text
    assert 'name="user" type="text" value="u7"' in text and " required" in text and "(needed)" in text
    assert 'name="place"' in text and 'name="k"' not in text and 'name="app" value="spend"' in text
    assert '<option value="u' in text  # names of late
    assert "it stands in the log" in text
    text = served.get("/try?app=recommend").text
    assert all(f'name="{name}"' in text for name in ("user", "session", "item", "k")) and " required" not in text
    assert 'aria-current="true">repurchase' in served.get("/try").text
    assert served.get("/try?app=none").status_code == 404


def test_a_number_is_answered_with_what_moved_it(served: httpx.Client) -> None:
    answer = ask(served, app="repurchase", user="u84", place="online")
    assert answer.status_code == 200
    for words in ("The answer", "how often (order)", "&#34;decision&#34;: ", "/v1/repurchase/decide", "shop.decide("):
        assert words in answer.text, words
    name = re.search(r'href="/decisions/([^"]+)"', answer.text)
    assert name is not None
    assert "Decision: repurchase" in served.get(f"/decisions/{name[1]}").text


def test_a_list_is_answered_with_reasons(served: httpx.Client) -> None:
    answer = ask(served, app="recommend", user="u84", k="3")
    assert answer.status_code == 200
    assert answer.text.count('<th scope="row" class="wrap">i') == 3
    assert "shop.recommend(" in answer.text and "popular" in answer.text
    name = re.search(r'href="/decisions/([^"]+)"', answer.text)
    assert name is not None
    page = served.get(f"/decisions/{name[1]}").text
    assert "What was shown" in page and "Computed again" not in page
    said = re.search(r'href="([^"]+why=1)"', page)
    assert said is not None
    page = served.get(said[1]).text
    assert "Computed again from the checkpoint before it." in page and "popular with others" in page


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"app": "spend"}, "decide spend.user: expected a value: whom the question is about, got &#39;none&#39;"),
        ({"app": "spend", "user": "u1", "amount": "much"}, "amount: expected a number, got &#39;much&#39;"),
        ({"app": "recommend", "k": "-1"}, "k: expected a whole number below 10,000, got &#39;-1&#39;"),
        ({"app": "recommend", "k": "0"}, "recommend.k: expected at least 1, got 0"),
    ],
)
def test_what_is_wrong_is_told_beside_the_form(served: httpx.Client, said: dict[str, str], told: str) -> None:
    answer = ask(served, **said)
    assert answer.status_code == 400 and told in answer.text and "<form" in answer.text


def test_what_is_typed_is_shown_not_obeyed(served: httpx.Client) -> None:
    for said in ({"app": "spend", "user": EVIL}, {"app": "recommend", "item": EVIL}):
        answer = ask(served, **said)
        assert answer.status_code == 200 and TOLD in answer.text and "<script>alert" not in answer.text


def test_who_may_not_decide_is_told_so(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "page_caller", lambda service, request: Caller("eve", "1", frozenset({"read"})))
    assert empty.get("/try").status_code == 403


def test_an_app_without_a_model_says_so(empty) -> None:
    assert "The models are not loaded yet" in empty.get("/try?app=spend").text


def test_the_lines_ask_the_same() -> None:
    said = {"user": "o'neil $(rm)", "place": 'a"b'}
    line = curl("http://127.0.0.1:8321", "spend", said, True)
    assert 'authorization: Bearer $EVERCART_KEY"' in line
    assert json.loads(shlex.split(line)[-1]) == said
    compiled = compile(python("http://127.0.0.1:8321", "spend", said, ranks=False), "lines", "exec")
    assert compiled.co_consts
