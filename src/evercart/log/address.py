"""Addresses of logs on a database server, shown without their password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from evercart.errors import UserError, expected, require

SCHEMA: Final = "evercart"  # where the tables stand, unless the URL says otherwise
_RULE: Final = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, each part percent-encoded"
_SECRETS: Final = frozenset(("password", "sslpassword"))
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,47}")


@dataclass(frozen=True)
class Address:
    """Where a log's tables stand.

    shown     the URL without password or options, for people
    plain     the URL without password, to be written down
    schema    of the database, to which everything is confined
    secret    whether the URL holds a password
    conninfo  how libpq reaches the database; with the password, hence in no text
    """

    shown: str
    plain: str
    schema: str
    secret: bool
    conninfo: str = field(repr=False)


def parse(url: str) -> Address:
    """Read a URL as libpq does; `?schema=NAME` is ours.

    A password that was not percent-encoded ends up in the host, the port or the database; so none of these is
    shown before it looks like one.

    >>> parse("postgresql://shop:secret@db:5433/shop?schema=north").shown
    'postgresql://shop@db:5433/shop?schema=north'
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        schema = options.pop("schema", SCHEMA)
        bare = f"{url.partition('?')[0]}?{urlencode(options, quote_via=quote)}"
        found = {name: str(value) for name, value in conninfo_to_dict(bare).items()}
    except (ProgrammingError, ValueError):
        raise UserError(expected("log", _RULE, "a URL that cannot be read")) from None
    user, host, port, database = (found.get(name, "") for name in ("user", "host", "port", "dbname"))
    plain = re.fullmatch(r"[\d,]*", port) and not set("@:?#") & set(user + database)
    if not plain or "@" in host or parts.fragment:
        raise UserError(expected("log", _RULE, "a URL that cannot be read"))
    require(_NAME.fullmatch(schema) is not None, "log.schema", "small letters, digits or _, at most 48", schema)
    ending = "" if schema == SCHEMA else f"?schema={schema}"
    shown = f"postgresql://{f'{user}@' if user else ''}{host}{f':{port}' if port else ''}/{database}{ending}"
    found.setdefault("connect_timeout", "10")
    conninfo = make_conninfo("", **found, client_encoding="utf-8", application_name="evercart")
    return Address(shown, _plain(parts), schema, not _SECRETS.isdisjoint(found), conninfo)


def _plain(parts: SplitResult) -> str:
    """Return a URL without its secrets."""
    names, at, place = parts.netloc.rpartition("@")
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in _SECRETS]
    ending = f"?{urlencode(kept, quote_via=quote)}" if kept else ""
    return f"postgresql://{names.partition(':')[0]}{at}{place}{parts.path}{ending}"
