"""Erasing: what log, quarantine, states know of one shopper, session, item or place leaves them for good.

An `erase` event is committed first; a receipt is written last. What lies between may end at any instant: the same
erasure run again finds its event, goes on. Neither holds the name, only its hash under the shop's key.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow as pa

from evercart import pulse
from evercart.apart import Rebuilt, newest, rebuild
from evercart.aside import stepped_aside
from evercart.course import Progress
from evercart.durable import make_folder, sync, writing
from evercart.erasures import ERASE, FOLDER, KEYS, Pending, begun_in, finished, receipt_path
from evercart.errors import UserError, expected, require, unknown
from evercart.events.schema import SCHEMA, conform
from evercart.export.kept import FOLDER as EXPORTS
from evercart.hashing import hash_name
from evercart.lease import Grant
from evercart.lock import locked
from evercart.log.faults import plainly
from evercart.publishing import FOLDER as LIVE
from evercart.shop import Shop
from evercart.traces import Traces, traces


@dataclass(frozen=True)
class Receipt:
    """What an erasure did.

    what           one of `KEYS`
    hash           of the name under the shop's key, 16 hex digits
    offset         of the `erase` event
    first          offset of the first row that says nothing more; -1 if only the quarantine held some
    rows           that say nothing more, by kind
    quarantined    rows that left the quarantine
    checkpoints    that were removed, as the states in them had seen such a row; so for revisions
    next_offset    at which the states stand that were learned again; `states` is their fingerprint, "" for none
    done_us        when it was done, UTC microseconds
    again          nothing was left to do: it is the receipt of before
    """

    what: str
    hash: str
    offset: int
    first: int
    rows: dict[str, int]
    quarantined: int
    checkpoints: int
    revisions: int
    next_offset: int
    states: str
    done_us: int
    again: bool = False


def erase(shop: Shop, what: str, name: str, told: Callable[[Progress], None] = lambda _: None) -> Receipt:
    """Let every row with a name in one of the key columns say nothing more; learn again without it.

    So do rows whose `ref` names such a row. Until it is done no one else learns or imports. Of a name that neither
    log nor quarantine has, `UserError` is all that is said.
    """
    where = _checked(what, name)
    with locked(shop.folder / "ingest.lock", "ingests"), _lent(shop) as grant:
        _finish_imports(shop, where)
        found = traces(shop.log, what, name)
        begun = _begun(shop, what, name, found)
        if begun is None:
            return _of_before(shop, where, what, name)
        while found.levels:
            for part in found.parts():
                shop.log.blank(part)
                grant.renew(shop.clock.even_us())
            found = traces(shop.log, what, name)  # rows may have come meanwhile
        shop.log.blank(())  # one that was ended may have left something in the journal
        shop.quarantine.forget(what, name)
        _remove(shop.folder / "reports")
        _remove(shop.folder / EXPORTS)
        return _kept(shop, begun, _learned_again(shop, grant, begun.first, told))


def require_known(shop: Shop, what: str, name: str) -> str:
    """Return what is to be done, in words; a name that nothing here has ever had raises `UserError`."""
    where = _checked(what, name)
    key, hashed = _hash(shop, name), hash_name(name, shop.log.key)
    begun = any((one.what, one.hash) == (what, key) for one in pending(shop))
    logged = any((events[what] == hashed).any() for events in shop.log.read(0, columns=(what,)))
    if not (begun or logged or shop.quarantine.named(what, name)):
        _of_before(shop, where, what, name)
    return where


def pending(shop: Shop) -> list[Pending]:
    """Return the erasures that were begun but not finished, in the order of the log."""
    return [one for one in begun_in(shop.log, 0, shop.log.next_offset) if not finished(shop.folder, one.offset)]


def erased(shop: Shop) -> dict[str, set[int]]:
    """Return the hashes, by key column, that no answer may be about until their erasure is finished."""
    found: dict[str, set[int]] = {}
    for one in pending(shop):
        found.setdefault(one.what, set()).add(int(one.hash, 16))
    return found


def receipts(folder: Path) -> list[Receipt]:
    """Return the receipts in a shop's folder, in the order of the log."""
    return [_receipt(path) for path in sorted((folder / FOLDER).glob("*.json"))]


def _lent(shop: Shop) -> AbstractContextManager[Grant]:
    """Hold the lease; one that learns for ever steps aside meanwhile, whoever else holds it is told of."""
    beats = pulse.read(shop.folder / LIVE)
    holds = shop.leases.look()
    gives_way = beats is not None and holds is not None and beats.pid == holds.pid
    return stepped_aside(shop.folder, shop.leases, shop.clock, gives_way=gives_way)


def _checked(what: str, name: str) -> str:
    """Return how errors begin; what makes no sense raises `UserError`."""
    if what not in KEYS:
        raise UserError(unknown("erase", "kinds", KEYS, what))
    where = f"erase {what} {name if len(name) <= 80 else name[:60] + '…'}".strip()
    require(name != "", where, "a name", name)
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UserError(expected(f"erase {what}", "a name in UTF-8", "other bytes")) from None
    return where


def _finish_imports(shop: Shop, where: str) -> None:
    """Remove scratch files of finished imports; one that stands half way would bring the name back."""
    for name in shop.ingester.begun():
        rule = "no import that stands half way; run it again first"
        require(shop.log.imported(name), where, rule, name)
        shutil.rmtree(shop.folder / "imports" / "scratch" / name)


def _begun(shop: Shop, what: str, name: str, found: Traces) -> Pending | None:
    """Return the erasure as the log has it by now, durably; None where there is nothing to erase."""
    key = _hash(shop, name)
    open_ = [one for one in pending(shop) if (one.what, one.hash) == (what, key)]
    if open_:
        return open_[0]
    held = shop.quarantine.named(what, name)
    if not found.levels and not held:
        return None
    said = {"first": found.first, "rows": found.rows, "quarantined": held}
    now_us = shop.clock.now_us()
    row = {"event_us": now_us, "kind": ERASE, "ref": key, "what": what, "properties": json.dumps(said)}
    table = pa.Table.from_pylist([row], pa.schema([SCHEMA.field(column) for column in row]))
    done = shop.log.append(conform(table), now_us, own=True)
    return Pending(what, key, done.next_offset - 1, found.first, found.rows, held)


def _learned_again(shop: Shop, grant: Grant, first: int, told: Callable[[Progress], None]) -> Rebuilt:
    """Learn again from before the first row, if the log held one."""
    return Rebuilt(0, 0, *newest(shop)) if first < 0 else rebuild(shop, grant, first, told)


def _kept(shop: Shop, begun: Pending, done: Rebuilt) -> Receipt:
    """Write the receipt, durably."""
    one = Receipt(
        begun.what,
        begun.hash,
        begun.offset,
        begun.first,
        begun.rows,
        begun.quarantined,
        *done,
        done_us=shop.clock.now_us(),
    )
    path = receipt_path(shop.folder, begun.offset)
    with plainly(path):
        make_folder(path.parent)
        with writing(path) as file:
            file.write(json.dumps(asdict(one), indent=1).encode())
    return one


def _of_before(shop: Shop, where: str, what: str, name: str) -> Receipt:
    """Return the newest receipt of an erasure that left nothing to erase."""
    found = [one for one in receipts(shop.folder) if (one.what, one.hash) == (what, _hash(shop, name))]
    if not found:
        raise UserError(expected(where, "a name that log or quarantine has", "none"))
    return replace(found[-1], again=True)


def _remove(folder: Path) -> None:
    with plainly(folder):
        if folder.exists():
            shutil.rmtree(folder)
            sync(folder.parent)


def _hash(shop: Shop, name: str) -> str:
    return f"{hash_name(name, shop.log.key):016x}"


def _receipt(path: Path) -> Receipt:
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            expected(str(path), "a receipt as it was written", f"{type(error).__name__}: {error}")
        ) from None
