"""Doctor: what is wrong in a shop, what would mend it without losing anything.

States, days, indexes can be made again from the log; the log itself cannot, which is said plainly.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from evercart import checkpoints as saved_states
from evercart.checkpoints import Checkpoints
from evercart.config import KEY_FILE, Config, read_key
from evercart.daybook import day_paths
from evercart.durable import WRITING, writing
from evercart.errors import UserError, expected
from evercart.evaluate import days as day_files
from evercart.ingest import Ingested
from evercart.lease import FILE as LEASE
from evercart.log.examine import Finding, examine, lost, stray
from evercart.log.facts import Facts, facts, sqlite_fault
from evercart.log.opening import address
from evercart.place import Place
from evercart.publish.examine import examine as examine_shelf
from evercart.publish.moves import PROMOTION, Logged, logged
from evercart.serve.guards.session import FILE as SESSION_KEY
from evercart.serve.keystore import FILE as KEYS

_OTHERS = 0o077  # what all but a file's owner may do with it
_ROUNDS = 3  # mending one thing may leave strays of another
_AGAIN = "the next `evercart run` learns what it held again from the log"


class Told(NamedTuple):
    """A finding as it is shown; `mended` once `--repair` has done what was said."""

    wrong: str
    would: str
    can: bool
    mended: bool


def diagnose(folder: Path) -> list[Finding]:
    """Return what is wrong with a shop; nothing is changed."""
    try:
        config, key = Config.read(folder), read_key(folder)
        place = config.place(folder)
    except UserError as error:
        return [Finding(str(error), "nothing here can mend it: put the file back from a copy, or mend the setting")]
    known = facts(place.where, key)
    end = known.next_offset if known else None
    shelf = examine_shelf(folder / "shelf", lambda: _moves(place, key), end)
    found = [*_log(place, key), *_saved(folder, config, end), *shelf, *_quarantine(folder)]
    return [*found, *_imports(folder, known), *_lease(folder, place), *_keys(folder)]


def _log(place: Place, key: int) -> Iterator[Finding]:
    """Yield what is wrong with the log, wherever it lies."""
    if place.path is not None:
        yield from examine(place.path, key)
        return
    from evercart.log import examine_postgres

    yield from examine_postgres.examine(address(str(place.where)), key)


def _moves(place: Place, key: int) -> list[Logged]:
    """Return every move of what is live that the log holds."""
    log = place.log(key)
    try:
        return logged(log.names(0, log.next_offset, kinds={PROMOTION}).to_pylist())
    finally:
        log.close()


def repair(folder: Path, now_us: int) -> list[Told]:
    """Mend what can be mended; who learns meanwhile is named in a `UserError`."""
    try:
        place, key = Config.read(folder).place(folder), read_key(folder)
    except UserError:
        return told(diagnose(folder))
    done = [_mended(one) for one in _lease(folder, place)]  # first, as the rest needs it
    if place.path is None and facts(place.where, key) is None:
        return told(diagnose(folder))  # the lease is there, too
    with place.leases(folder).held(lambda: now_us) as grant, grant.committing():
        for _ in range(_ROUNDS):
            done += [_mended(one) for one in diagnose(folder) if one.mend]
        return [*done, *told(diagnose(folder))]


def _mended(one: Finding) -> Told:
    if one.mend:
        with suppress(FileNotFoundError):  # what was mended before has removed it
            one.mend()
    return Told(one.wrong, one.would, True, True)


def told(found: list[Finding]) -> list[Told]:
    """Return findings as they are shown."""
    return [Told(one.wrong, one.would, one.mend is not None, False) for one in found]


def _saved(folder: Path, config: Config, end: int | None) -> Iterator[Finding]:
    """Yield damaged checkpoints or days, with what no checkpoint goes with."""
    kept = Checkpoints(folder / "checkpoints", config.checkpoint.keep)
    at, files = 0, dict[str, int]()
    for path in kept.paths():
        try:
            saved = saved_states.read(path, end)
            at, files = saved.next_offset, saved.about["days"]
        except UserError as error:
            yield Finding(str(error), f"remove it; {_AGAIN}", path.unlink)
    yield from _control(kept)
    yield from _days(folder, kept, at, files)
    for path in sorted(folder.glob(f"*/**/*{WRITING}")):
        if path.parent.name != "segments":
            yield stray(path)


def _control(kept: Checkpoints) -> Iterator[Finding]:
    """Yield that it is not written down any more when the control stops learning."""
    try:
        kept.control()
    except UserError as error:
        frozen_us = next((saved.about["frozen_us"] for saved in kept.whole(told=lambda text: None)), None)
        if frozen_us is None:
            yield Finding(str(error), "the next `evercart run` stops it at a quarter of the log as it is then")
        else:
            yield Finding(str(error), "write it again from a checkpoint", lambda: kept.freeze(frozen_us))


def _days(folder: Path, kept: Checkpoints, at: int, files: dict[str, int]) -> Iterator[Finding]:
    for app in sorted(path for path in (folder / "days").glob("*") if path.is_dir()):
        paths = day_paths(app)
        for path in paths:
            if int(path.stem) > at:
                yield Finding(
                    expected(str(path), f"no days beyond the checkpoint at {at}", "some"), "remove them", path.unlink
                )
                continue
            try:
                day_files.load(path)
            except UserError as error:
                yield _without(kept, int(path.stem), str(error))
        found = sum(int(path.stem) <= at for path in paths)
        if found != files.get(app.name, 0):
            yield _without(kept, 0, expected(str(app), f"{files.get(app.name, 0)} files up to offset {at}", found))


def _without(kept: Checkpoints, at: int, wrong: str) -> Finding:
    """Return that days are damaged: what was saved with them is given up, as the log holds it."""
    return Finding(wrong, f"remove the checkpoints from {at} on; {_AGAIN}", lambda: kept.drop_after(at - 1))


def _quarantine(folder: Path) -> Iterator[Finding]:
    path = folder / "quarantine.db"
    if path.exists():
        wrong = sqlite_fault(path)
        if wrong:
            yield lost(wrong, path)


def _imports(folder: Path, known: Facts | None) -> Iterator[Finding]:
    """Yield scratch files of finished imports, notes that cannot be read."""
    if known is None:
        return
    consumed = {name: rows for name, (rows, finished) in known.imports.items() if finished}
    for path in sorted((folder / "imports" / "scratch").glob("*")):
        if path.name in consumed:
            wrong = expected(str(path), "no rows of an import that is finished", "some")
            yield Finding(wrong, "remove them", lambda path=path: shutil.rmtree(path))  # type: ignore[misc]
    for path in sorted((folder / "imports").glob("*.json")):
        try:
            Ingested(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            wrong = expected(str(path), "a note of what an import did", f"{type(error).__name__}: {error}")
            mend = lambda path=path: _note(path, consumed.get(path.stem, 0))  # noqa: E731
            yield Finding(wrong, "write it again as far as it is known: duplicates, late or dropped rows are not", mend)


def _note(path: Path, consumed: int) -> None:
    """Write a note again from what log and quarantine know of an import."""
    shop = path.parent.parent
    refused: dict[str, int] = {}
    if (shop / "quarantine.db").exists():
        sql = "SELECT field || ': ' || rule, count(*) FROM refused WHERE substr(fingerprint, 1, ?) = ? GROUP BY 1"
        db = sqlite3.connect(shop / "quarantine.db", timeout=30)
        try:
            refused = dict(db.execute(sql, (len(path.stem) + 1, path.stem + "/")).fetchall())
        finally:
            db.close()
    rows = consumed + sum(refused.values())
    done = Ingested(path.stem, "(written again)", rows, consumed, refused=refused)
    with writing(path) as file:
        file.write(json.dumps(asdict(done), indent=1).encode())


def _lease(folder: Path, place: Place) -> Iterator[Finding]:
    path = folder / LEASE
    if place.path is not None and path.exists():
        wrong = sqlite_fault(path)
        if wrong:
            yield Finding(wrong, f"remove {LEASE}; the next learner makes it", path.unlink)


def _keys(folder: Path) -> Iterator[Finding]:
    path = folder / KEYS
    wrong = sqlite_fault(path) if path.exists() else None
    if wrong:
        yield Finding(
            wrong, f"nothing here can mend it: put {KEYS} back from a copy, or remove it, then make keys anew"
        )
    for path in (folder / name for name in (KEY_FILE, KEYS, SESSION_KEY)):
        if path.exists() and path.stat().st_mode & _OTHERS:
            wrong = expected(str(path), "a file that its owner alone may read", f"mode {path.stat().st_mode & 0o777:o}")
            yield Finding(wrong, "let its owner alone read it", lambda path=path: path.chmod(0o600))  # type: ignore[misc]
