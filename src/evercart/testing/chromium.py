"""Chromium: where it is on this machine, how it comes to be there.

`python -m evercart.testing.chromium` installs it where that can be done without asking: on Debian, as root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from evercart.errors import UserError, expected

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES: Final = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS: Final = (
    "--no-sandbox",  # which root cannot have
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing outside can be reached
)
_INSTALL: Final = (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "--no-install-recommends"])
HOW: Final = "run `apt-get install -y chromium` (Debian, as root) or `brew install --cask chromium` (macOS)"
WITHOUT: Final = "name one in CHROMIUM=…, or leave the browser tests out: `make test BROWSER=0`"


def find(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of a Chromium or Chrome: the one that `CHROMIUM` names, else the first that is found."""
    said = environ.get("CHROMIUM")
    if said:
        return shutil.which(said)
    named = (shutil.which(name, path=environ.get("PATH")) for name in NAMES)
    return next((path for path in named if path), None) or next((one for one in PLACES if Path(one).exists()), None)


def wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether browser tests are to run; `BROWSER=0` leaves them out.

    >>> wanted({"BROWSER": "0"}), wanted({"BROWSER": "firefox"}), wanted({})
    (False, True, True)
    """
    return environ.get("BROWSER") != "0"


def require(environ: Mapping[str, str] = os.environ) -> str:
    """Return the path of a browser; raises `UserError` with the line to run where there is none."""
    found = find(environ)
    if found is None:
        said = environ.get("CHROMIUM") or "none"
        raise UserError(expected("browser", f"Chromium: {HOW}; {WITHOUT}", said))
    return found


def can_install(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether it can be installed here without asking."""
    return not environ.get("CHROMIUM") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def main() -> int:
    """Install it where it is missing; return 1 where that cannot be done, having said what to run."""
    if not wanted():
        print("BROWSER=0: the browser tests are left out")
        return 0
    if find() is None and can_install():
        print("installing chromium with apt-get", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (_INSTALL[0], [*_INSTALL[1], "chromium", "fonts-dejavu-core"]):
            if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
                break
    try:
        require()
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
