"""Hook: what shop.toml says about where alarms are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evercart.errors import UserError, expected, require
from evercart.publish.webhooks import Retries, Webhook

WHERE: Final = "shop.toml: webhook"
TEMPLATE: Final = """\
# [webhook]                          # told of alarms, of models that went live
# url = "https://example.org/in"     # or "env:NAME", where the address itself is secret
# secret = "env:EVERCART_WEBHOOK"    # the variable that holds what messages are signed with
"""
_ENV: Final = "env:"
_RETRIES: Final = Retries(tries=3, first_s=1.0, most_s=5.0, timeout_s=5.0)


@dataclass(frozen=True)
class Hook:
    """An address with the name of the variable that holds the secret.

    url       http or https, or `env:NAME`
    secret    `env:NAME`: what is secret stands in no file

    >>> Hook("https://example.org/in", "env:TOKEN").webhook({"TOKEN": "correct horse battery"}).where
    'webhook example.org'
    """

    url: str = field(repr=False)
    secret: str

    def __post_init__(self) -> None:
        rule = '"env:" with the name of an environment variable'
        named = self.secret.startswith(_ENV) and self.secret.removeprefix(_ENV).isidentifier()
        require(named, f"{WHERE}.secret", rule, "something else")
        if self.url.startswith(_ENV):
            require(self.url.removeprefix(_ENV).isidentifier(), f"{WHERE}.url", rule, self.url)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Hook:
        """Return what a table of settings says.

        >>> Hook.of({"url": "https://example.org"})
        Traceback (most recent call last):
        evercart.errors.UserError: shop.toml: webhook.secret: expected text, got 'none'
        """
        for name in said:
            if name not in ("url", "secret"):
                raise UserError(expected(WHERE, "url secret", name))
        for name in ("url", "secret"):
            found = type(said[name]).__name__ if name in said else "none"
            require(isinstance(said.get(name), str), f"{WHERE}.{name}", "text", found)
        return cls(said["url"], said["secret"])

    def webhook(self, environ: Mapping[str, str]) -> Webhook:
        """Return where to send, with what the environment holds."""
        secret = self._held(self.secret, environ, "secret")
        url = self._held(self.url, environ, "url") if self.url.startswith(_ENV) else self.url
        return Webhook(url, secret.encode(), _RETRIES)

    def _held(self, said: str, environ: Mapping[str, str], name: str) -> str:
        variable = said.removeprefix(_ENV)
        held = environ.get(variable, "")
        require(bool(held), f"{WHERE}.{name}", f"the environment variable {variable} to be set", "nothing")
        return held
