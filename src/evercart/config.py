"""Config: what `shop.toml` may say."""

from __future__ import annotations

import difflib
import json
import os
import secrets
import tomllib
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from evercart.durable import make_folder, writing
from evercart.errors import UserError, expected, require
from evercart.hook import TEMPLATE, Hook
from evercart.labels.pairs import Tick
from evercart.place import FOLDER, Place, check
from evercart.serve.settings import Settings
from evercart.tuning import Tuning
from evercart.units import DAY_S, SECOND_US
from evercart.zones import zone

FILE = "shop.toml"
KEY_FILE = "shop.key"

_TEMPLATE = """\
# What this shop asks, when. Every line is optional; these are the defaults.
name = {name}
time_zone = "UTC"                    # whose days and weekdays count
apps = ["repurchase", "spend", "recommend"]   # see `evercart backtest --help`
log = {log:<30} # where the events are: a folder here, or "postgresql://USER@HOST/DATABASE".
                                     # The password goes into ~/.pgpass or PGPASSWORD; or all of the URL
                                     # into an environment variable: log = "env:EVERCART_LOG"

{spend}
{deep}
[tick]                               # weights move when one closes
seconds = 1
events = 4096

[checkpoint]                         # what a restart goes on from
events = 500000                      # saved every so many,
seconds = 30                         # or after so long;
share = 0.025                        # of the CPU at most, so that a fast replay is saved less often
keep = 3

{webhook}"""


_SPEND = """\
{mark}[spend]
{mark}most = 300                           # a week counts up to this, in units of money: the few heavy
{mark}                                     # shoppers otherwise blur every comparison
"""

_DEEP = """\
{mark}[repurchase]
{mark}deep = true                          # a net races beside the light models; needs the extra `deep`

# [tune.repurchase]                    # its settings race, one more challenger answers as who leads
# cpu = 2.0                            # work of so many such nets at most
# rate = [0.0003, 0.003]               # or decay, memory, depth: docs/decisions/0020-tuning.md

# [recommend]
# deep = true                          # likewise; it learns carts, orders, too, at some 3 ms of CPU a question
"""

_WORDS: dict[Any, str] = {str: "text", int: "an integer", (int, float): "a number", dict: "a table"}


@dataclass(frozen=True)
class Checkpointing:
    """How often states are saved, by events or by seconds, whichever comes first; how many are kept.

    share    of the CPU that saving by events may take: what a restart replays costs a multiple of what a save does
    """

    events: int = 500_000
    seconds: float = 30
    share: float = 0.025
    keep: int = 3

    def __post_init__(self) -> None:
        require(self.events >= 1, f"{FILE}: checkpoint.events", "an integer of at least 1", self.events)
        require(self.seconds >= 0, f"{FILE}: checkpoint.seconds", "at least 0", self.seconds)
        require(self.share > 0, f"{FILE}: checkpoint.share", "more than 0", self.share)
        require(self.keep >= 1, f"{FILE}: checkpoint.keep", "an integer of at least 1", self.keep)


@dataclass(frozen=True)
class Config:
    """A shop's settings."""

    name: str = "shop"
    time_zone: str = "UTC"
    apps: tuple[str, ...] = ("repurchase", "spend", "recommend")
    log: str = FOLDER
    tick: Tick = field(default_factory=Tick)
    checkpoint: Checkpointing = field(default_factory=Checkpointing)
    webhook: Hook | None = None
    serve: Settings = field(default_factory=Settings)
    options: dict[str, dict[str, Any]] = field(default_factory=dict)  # by app; the app checks them
    tune: dict[str, Tuning] = field(default_factory=dict)  # by app

    def __post_init__(self) -> None:
        try:
            zone(self.time_zone)
        except UserError:
            rule = "an IANA time zone such as 'Europe/Paris'"
            raise UserError(expected(f"{FILE}: time_zone", rule, self.time_zone)) from None
        require(len(self.apps) > 0, f"{FILE}: apps", "at least one app", list(self.apps))
        check(self.log, f"{FILE}: log")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return what the shop's `shop.toml` says."""
        path = folder / FILE
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(
                expected(str(folder), f"a shop (a folder with {FILE}); see `evercart init`", "none")
            ) from None
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(expected(str(path), "a readable TOML file", f"{type(error).__name__}: {error}")) from None
        own = said.pop("apps", list(cls.apps))
        named = isinstance(own, list) and all(isinstance(name, str) for name in own) and len(set(own)) == len(own)
        require(named, f"{FILE}: apps", "a list of names that differ", own)
        _check_names(said, [*(f.name for f in fields(cls) if f.name != "options"), *own], "")
        texts, tables = (
            dict.fromkeys(("name", "time_zone", "log"), str),
            dict.fromkeys(("tick", "checkpoint", "webhook", "serve", "tune"), dict),
        )
        _typed(said, {**dict.fromkeys(own, dict), **texts, **tables}, "")
        options = {name: said.pop(name) for name in own if name in said}
        tick, checkpoint = said.pop("tick", {}), said.pop("checkpoint", {})
        hook = Hook.of(said.pop("webhook")) if "webhook" in said else None
        _check_names(tick, ["seconds", "events"], "tick.")
        _check_names(checkpoint, ["events", "seconds", "share", "keep"], "checkpoint.")
        _typed(tick, {"seconds": (int, float), "events": int}, "tick.")
        _typed(checkpoint, {"events": int, "seconds": (int, float), "share": (int, float), "keep": int}, "checkpoint.")
        own_tables: dict[str, Any] = {"tick": _tick(**tick), "checkpoint": Checkpointing(**checkpoint), "webhook": hook}
        own_tables["serve"] = Settings.of(said.pop("serve", {}))
        tune = said.pop("tune", {})
        _check_names(tune, own, "tune.")
        _typed(tune, dict.fromkeys(own, dict), "tune.")
        own_tables["tune"] = {name: Tuning.read(f"{FILE}: tune.{name}", one) for name, one in tune.items()}
        return cls(**said, **own_tables, apps=tuple(own), options=options)

    def place(self, folder: Path) -> Place:
        """Return where the log of the shop in this folder lies."""
        return Place.of(self.log, folder, f"{FILE}: log")


def _tick(seconds: float = 1, events: int = Tick.events) -> Tick:
    least, most = 1 / SECOND_US, float(DAY_S)
    require(least <= seconds <= most, f"{FILE}: tick.seconds", "a number from 0.000001 to 86400", seconds)
    require(1 <= events <= 2**31, f"{FILE}: tick.events", "an integer from 1 to 2147483648", events)
    return Tick(round(seconds * SECOND_US), events)


def create(folder: Path, name: str, *, sample: bool = False, log: str = FOLDER) -> None:
    """Make a shop's folder with its settings, with a hash key of its own that only the owner may read.

    sample    whether the settings are those of the sample shop
    log       where its log is to lie
    """
    check(log, "log")
    if (folder / FILE).exists():
        raise UserError(expected(str(folder), f"a folder without {FILE}", f"one with {FILE}"))
    try:
        make_folder(folder)
        make_key(folder)
        with writing(folder / FILE) as file:
            spend = _SPEND.format(mark="" if sample else "# ")
            deep = _DEEP.format(mark="" if find_spec("torch") else "# ")
            text = _TEMPLATE.format(name=_quoted(name), log=_quoted(log), spend=spend, deep=deep, webhook=TEMPLATE)
            file.write(text.encode())
    except OSError as error:
        raise UserError(expected(str(folder), "a folder that can be written", error.strerror or error)) from None


def make_key(folder: Path) -> None:
    """Make a hash key that only the owner may read, unless there is one: a log may have been begun with it."""
    if not (folder / KEY_FILE).exists():
        with writing(folder / KEY_FILE) as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(f"{secrets.randbits(64) | 1:016x}\n".encode())


def _quoted(text: str) -> str:
    """Return a text as TOML has it, which is as JSON has it."""
    return json.dumps(text, ensure_ascii=False)


def read_key(folder: Path) -> int:
    """Return the shop's 64-bit hash key."""
    path = folder / KEY_FILE
    try:
        return int(path.read_text(encoding="utf-8").strip(), 16)
    except (OSError, ValueError, UnicodeDecodeError):
        raise UserError(expected(str(path), "a file with 16 hexadecimal digits", "none that can be read")) from None


def _check_names(said: dict[str, Any], known: list[str], where: str) -> None:
    for name in said:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" (nearest: {near[0]})" if near else ""
            raise UserError(expected(f"{FILE}: {where}{name}", "one of " + " ".join(known) + hint, name))


def _typed(said: dict[str, Any], types: dict[str, Any], where: str) -> None:
    for name, value in said.items():
        wanted = types[name]
        ok = isinstance(value, wanted) and not isinstance(value, bool)
        require(ok, f"{FILE}: {where}{name}", _WORDS[wanted], value)
