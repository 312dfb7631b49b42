"""shop.toml says where alarms are sent, never the secret."""

import tomllib

import pytest

from evercart.config import FILE, Config, create
from evercart.errors import UserError
from evercart.hook import TEMPLATE, Hook

ENVIRON = {"TOKEN": "correct horse battery", "WHERE": "http://alerts.example/in?token=x", "EVERCART_WEBHOOK": "s" * 16}
RULE = '"env:" with the name of an environment variable'


def test_secret_and_address_may_come_from_the_environment():
    plain = Hook.of({"url": "https://example.org/in", "secret": "env:TOKEN"}).webhook(ENVIRON)
    assert (plain.url, plain.secret, plain.where) == (
        "https://example.org/in",
        b"correct horse battery",
        "webhook example.org",
    )
    assert Hook("env:WHERE", "env:TOKEN").webhook(ENVIRON).where == "webhook alerts.example"


def test_a_learner_waits_for_no_address_for_long():
    retries = Hook("https://example.org", "env:TOKEN").webhook(ENVIRON).retries
    waits = sum(retries.wait_s(failed, 1.0) for failed in range(1, retries.tries))
    assert retries.tries * retries.timeout_s * 2 + waits < 60


def test_no_text_tells_the_address():
    assert "token" not in repr(Hook("https://example.org/?token=1", "env:TOKEN"))


def test_the_template_is_what_a_hook_takes():
    said = tomllib.loads("\n".join(line.removeprefix("# ") for line in TEMPLATE.splitlines()))
    assert Hook.of(said["webhook"]).webhook(ENVIRON).where == "webhook example.org"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({}, "shop.toml: webhook.url: expected text, got 'none'"),
        ({"url": 1, "secret": "env:A"}, "shop.toml: webhook.url: expected text, got 'int'"),
        ({"url": "https://a.b"}, "shop.toml: webhook.secret: expected text, got 'none'"),
        (
            {"url": "https://a.b", "secret": "hunter2"},
            f"shop.toml: webhook.secret: expected {RULE}, got 'something else'",
        ),
        ({"url": "env:a b", "secret": "env:A"}, f"shop.toml: webhook.url: expected {RULE}, got 'env:a b'"),
        ({"uri": "https://a.b"}, "shop.toml: webhook: expected url secret, got 'uri'"),
    ],
)
def test_what_it_does_not_take(said, text):
    with pytest.raises(UserError) as error:
        Hook.of(said)
    assert str(error.value) == text


def test_a_shop_may_have_one(tmp_path):
    create(tmp_path, "shop")
    assert Config.read(tmp_path).webhook is None
    path = tmp_path / FILE
    begun, begins, rest = path.read_text().partition("# [webhook]")
    path.write_text(begun + (begins + rest).replace("# ", "", 1).replace("\n# ", "\n"))
    assert Config.read(tmp_path).webhook == Hook("https://example.org/in", "env:EVERCART_WEBHOOK")
    path.write_text('webhook = "https://example.org"')
    with pytest.raises(UserError, match=r"^shop.toml: webhook: expected a table, got 'https://example.org'$"):
        Config.read(tmp_path)


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(UserError) as error:
        Hook("https://a.b", "env:GONE").webhook({"GONE": ""})
    assert str(error.value) == (
        "shop.toml: webhook.secret: expected the environment variable GONE to be set, got 'nothing'"
    )
