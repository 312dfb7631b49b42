"""Run benchmarks with the Python that runs this, some at once; say what each took, and which failed."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from tempfile import TemporaryFile
from typing import NamedTuple


class Ran(NamedTuple):
    """What became of a benchmark."""

    name: str
    said: str
    code: int
    wall_s: float
    cpu_s: float


def main() -> int:
    """Return 0, or 1 if a benchmark failed; the others are run all the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", help="benchmarks/bench_NAME.py")
    parser.add_argument("--abreast", type=int, default=1, help="run so many at once; each prints when it has ended")
    given = parser.parse_args()
    began, failed = time.monotonic(), []
    with ThreadPoolExecutor(given.abreast) as pool:
        for ended in as_completed([pool.submit(ran, name, given.abreast) for name in given.names]):
            one = ended.result()
            print(f"{one.said}-- {one.name}: {one.wall_s:,.0f} s, {one.cpu_s:,.0f} CPU s\n", flush=True)
            if one.code:
                failed.append(one.name)
    print(f"{len(given.names)} benchmarks in {(time.monotonic() - began) / 60:.0f} minutes")
    if failed:
        print(f"failed: {' '.join(sorted(failed))}", file=sys.stderr)
    return bool(failed)


def ran(name: str, abreast: int) -> Ran:
    """Run a benchmark, one of so many at once; alone it prints as it goes, else what it says is kept for its end."""
    alone = abreast == 1
    began, command = time.monotonic(), [sys.executable, f"benchmarks/bench_{name}.py"]
    threads = {"OMP_NUM_THREADS": str(max(len(os.sched_getaffinity(0)) // abreast, 1))}  # more would wait spinning
    print(f"== {name}\n", end="", flush=True)  # in one piece: another may print as well
    with TemporaryFile() as kept:
        out = None if alone else kept
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**threads, **os.environ})
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        kept.seek(0)
        said = "" if alone else f"\n# {name}\n{kept.read().decode(errors='replace')}"
    return Ran(name, said, process.returncode, time.monotonic() - began, used.ru_utime + used.ru_stime)


if __name__ == "__main__":
    sys.exit(main())
