"""Run benchmarks one after the other, with the Python that runs this; say what each took, name those that failed."""

from __future__ import annotations

import resource
import subprocess
import sys
import time


def main(names: list[str]) -> int:
    """Return 0, or 1 if a benchmark failed; the others are run all the same."""
    began, failed = time.monotonic(), []
    for name in names:
        print(f"== {name}", flush=True)
        if not measured(name):
            failed.append(name)
    print(f"{len(names)} benchmarks in {(time.monotonic() - began) / 60:.0f} minutes")
    if failed:
        print(f"failed: {' '.join(failed)}", file=sys.stderr)
    return bool(failed)


def measured(name: str) -> bool:
    """Run a benchmark; return whether it ended well."""
    began, before = time.monotonic(), cpu_s()
    code = subprocess.run([sys.executable, f"benchmarks/bench_{name}.py"], check=False).returncode
    print(f"-- {name}: {time.monotonic() - began:,.0f} s, {cpu_s() - before:,.0f} CPU s\n", flush=True)
    return code == 0


def cpu_s() -> float:
    """Return the seconds of CPU that ended children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
