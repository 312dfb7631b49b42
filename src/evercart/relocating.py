"""Relocating: a log copied to another place, both named as a person names them."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, Self

from evercart.config import FILE, Config, read_key
from evercart.errors import UserError, expected, require
from evercart.log.copying import Told, copy
from evercart.log.opening import address
from evercart.place import Place

_HALF_MADE = {"segments"}  # what an open that was ended leaves of a log


class Relocated(NamedTuple):
    """What a copy did.

    rows      that were not in the target before
    waiting   rows that came to the source meanwhile: the same again brings them
    checksum  over all columns of all rows, in order, of both
    setting   line of `shop.toml` that makes the shop use the target; "" where it does already
    """

    source: str
    target: str
    rows: int
    next_offset: int
    waiting: int
    checksum: str
    setting: str


class End(NamedTuple):
    """One of the two places, with the folder of the shop that it tells of."""

    place: Place
    shop: Path | None

    @classmethod
    def of(cls, said: str, name: str) -> Self:
        """Return what a shop's folder, a log's folder, a URL or `env:NAME` names."""
        folder = Path(said)
        if (folder / FILE).exists():
            return cls(Config.read(folder).place(folder), folder)
        place = Place.of(said, Path(), name)
        inside = place.path is not None and (place.path.parent / FILE).exists()
        return cls(place, place.path.parent if inside and place.path else None)

    @property
    def one(self) -> object:
        """Return what is equal for two names of one place."""
        return self.place.path.resolve() if self.place.path else address(str(self.place.where)).plain


def relocate(
    source: str, target: str, shop: Path | None = None, told: Told = lambda what, done, whole: None
) -> Relocated:
    """Copy the log at one place to another, compare both; killed or run again it goes on.

    source, target  a shop's folder, a log's folder, a `postgresql://` URL, or `env:NAME`
    shop            whose key both logs have, where neither place tells
    """
    one, other = End.of(source, "FROM"), End.of(target, "TO")
    owner = shop or one.shop or other.shop
    if owner is None:
        raise UserError(expected("--shop", "the folder of the shop whose key both logs have", "none"))
    key = read_key(owner)
    for each in (one.shop, other.shop):
        require(each is None or read_key(each) == key, "copy", "two logs of the same shop, with one key", "two keys")
    require(one.one != other.one, "TO", "another place than FROM", other.place.shown)
    require(one.place.begun(), f"FROM {one.place.shown}", "a log", "none")
    _require_room(other.place)
    with closing(one.place.log(key)) as there, closing(other.place.log(key)) as here:
        done = copy(there, here, told)
        waiting = there.next_offset - done.next_offset
    used = [End.of(str(each), "--shop").one for each in (owner, other.shop) if each]
    setting = "" if other.one in used else _setting(other.place, owner)
    return Relocated(one.place.shown, other.place.shown, *done[:2], waiting, done.checksum, setting)


def _require_room(place: Place) -> None:
    """Raise `UserError` where a log would be begun among other files."""
    if place.path is not None and place.path.exists() and not place.begun():
        found = {path.name for path in place.path.iterdir()} if place.path.is_dir() else {place.path.name}
        rule = "a log, an empty folder, or none yet"
        require(found <= _HALF_MADE, f"TO {place.path}", rule, "other files")


def _setting(place: Place, shop: Path) -> str:
    """Return the line of `shop.toml` that names a place; it never holds a password."""
    said = place.said
    if place.path is not None and not said.startswith("env:"):
        path, inside = place.path.resolve(), place.path.resolve().is_relative_to(shop.resolve())
        said = str(path.relative_to(shop.resolve()) if inside else path)
    return f"log = {json.dumps(said, ensure_ascii=False)}"
