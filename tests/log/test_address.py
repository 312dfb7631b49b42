"""A URL is read as the server's library reads it, shown without its secrets."""

from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from evercart.errors import UserError
from evercart.log.address import parse

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("url", "shown", "schema"),
    [
        ("postgresql://u:s3cret@h:5433/d", "postgresql://u@h:5433/d", "evercart"),
        ("postgres://u:s3cret@h/d?schema=north&sslmode=require", "postgresql://u@h/d?schema=north", "north"),
        ("postgresql:///d?password=s3cret&host=/run/pg", "postgresql:///run/pg/d", "evercart"),
        ("postgresql://h1:1,h2:2/d", "postgresql://h1,h2:1,2/d", "evercart"),
        ("postgresql://u:%40%2Fs3cret@[::1]/d", "postgresql://u@::1/d", "evercart"),
    ],
)
def test_what_is_shown(url, shown, schema):
    found = parse(url)
    assert (found.shown, found.schema) == (shown, schema)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("url", "plain", "secret"),
    [
        ("postgresql://u:s3cret@h:5433/d", "postgresql://u@h:5433/d", True),
        (
            "postgres://u@h1:1,h2:2/d?schema=north&sslmode=require",
            "postgresql://u@h1:1,h2:2/d?schema=north&sslmode=require",
            False,
        ),
        ("postgresql:///d?password=s3cret&host=/run/pg", "postgresql:///d?host=%2Frun%2Fpg", True),
        ("postgresql://u@h/d?sslpassword=s3cret", "postgresql://u@h/d", True),
        ("postgresql://u:%40%2Fs3cret@[::1]/d", "postgresql://u@[::1]/d", True),
    ],
)
def test_what_is_written_down(url, plain, secret):
    found = parse(url)
    assert (found.plain, found.secret) == (plain, secret)
    again = parse(found.plain)
    assert (again.plain, again.shown, again.schema, again.secret) == (plain, found.shown, found.schema, False)


def test_what_is_handed_on():
    found = conninfo_to_dict(parse("postgresql://u:a%40b@h:5433/d?sslmode=require&options=-c%20x%3D1").conninfo)
    assert found["password"] == "a@b"
    assert (found["sslmode"], found["options"], found["connect_timeout"]) == ("require", "-c x=1", "10")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3@cret@h/d",
        "postgresql://u:s3/cret@h/d",
        "postgresql://u:12/cret@h/d",
        "postgresql://u:s3?cret@h/d",
        "postgresql://u:12?cret@h/d",
        "postgresql://u:s3#cret@h/d",
        "postgresql://u:12#cret@h/d",
        "postgresql://u:s3%cret@h/d",
        "postgresql://u:p@[cret/d",
        "postgresql://u:p@h/d?cret=x",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown(url):
    with pytest.raises(UserError) as error:
        parse(url)
    rule = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, each part percent-encoded"
    assert str(error.value) == f"log: expected {rule}, got 'a URL that cannot be read'"
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None


@pytest.mark.parametrize("schema", ["", "No", 'x"y', "9a", "a" * 49])
def test_a_schema_is_a_plain_name(schema):
    with pytest.raises(UserError, match=r"^log\.schema: expected small letters, digits or _, at most 48, got '"):
        parse(f"postgresql://h/d?schema={schema}")
