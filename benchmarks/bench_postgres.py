"""What the log on a PostgreSQL server costs: appends by COPY, reads, eight writers at once; fsync on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench_log import APP, KEY, orders
from evercart.log import Log, open_log
from evercart.log.columns import READABLE
from evercart.log.copying import copy
from evercart.log.follow import follow
from evercart.testing.postgres import PrivateServer

BATCH, BATCHES = 10_000, 50
WRITERS, SHARE = 8, 20  # of each writer: batches of a thousand rows, half of them sent by the next writer too
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def server_cpu_s(server: PrivateServer) -> float:
    """Return the CPU seconds that the server and its processes, living or ended, have used (Linux; else NaN)."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it ended meanwhile
            continue
        if int(path.parent.name) == server.pid:
            total += sum(int(field) for field in fields[11:15])  # with its ended children
        elif int(fields[1]) == server.pid:
            total += sum(int(field) for field in fields[11:13])
    return total * TICK_S if total else float("nan")


def measure(server: PrivateServer, what: str, rows: int, work: Callable[[], object]) -> None:
    """Run the work and print its cost."""
    wall, cpu, theirs = time.perf_counter(), time.process_time(), server_cpu_s(server)
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    theirs = server_cpu_s(server) - theirs
    print(f"{what:<52} {rows / wall:>10,.0f} rows/s {cpu:>7.2f} client CPU-s {theirs:>7.2f} server CPU-s", flush=True)


def bench_append(server: PrivateServer) -> Log:
    log = open_log(server.url("bulk"), KEY)
    tables = [orders(n * BATCH, BATCH) for n in range(BATCHES)]
    log.append(orders(10_000_000, 10), 0)
    rows = BATCH * BATCHES
    measure(server, f"appended by COPY, {BATCH:,} a commit", rows, lambda: [log.append(t, 1) for t in tables])
    measure(server, "the same rows again, all duplicates", rows // 5, lambda: [log.append(t, 1) for t in tables[:10]])
    singles = [orders(20_000_000 + n, 1) for n in range(500)]
    measure(server, "one row a commit", 500, lambda: [log.append(t, 1) for t in singles])
    whole = pa.concat_tables(tables).slice(0, 262_144)
    other = open_log(server.url("history"), KEY)
    measure(
        server, "imported", whole.num_rows, lambda: other.import_history("h", lambda skip: iter([whole.slice(skip)]))
    )
    other.close()
    return log


def bench_read(server: PrivateServer, log: Log) -> None:
    rows = log.next_offset
    list(log.read(0, 100))
    for names, columns in ((f"{len(APP)} columns", APP), ("all columns", READABLE)):
        measure(
            server, f"read of the clock with {names}", rows, lambda columns=columns: list(log.read(0, columns=columns))
        )
    measure(server, "read as names", rows, lambda: log.names(0, rows))
    measure(server, "read of a kind that is not there", rows, lambda: list(log.read(0, columns=APP, kinds={3})))


def bench_copy(server: PrivateServer, log: Log) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = open_log(Path(folder) / "log", KEY)
        measure(server, "copied to a folder, compared", log.next_offset, lambda: copy(log, target))
        target.close()


def write(url: str, writer: int) -> None:
    """Be one of the writers: wait for the start, then append own rows with those that the next one sends too."""
    log = open_log(url, KEY)
    tables = [
        pa.concat_tables([orders((writer * SHARE + n) * 1000, 500), orders(((writer + 1) % 8 * SHARE + n) * 1000, 500)])
        for n in range(SHARE)
    ]
    log.append(orders(50_000_000 + writer, 1), 0)  # kernels are loaded
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.process_time()
    for number, table in enumerate(tables):
        log.append(table, number)
    print(time.process_time() - begun, flush=True)
    log.close()


def bench_writers(server: PrivateServer) -> None:
    url = server.url("writers")
    log = open_log(url, KEY)
    command = [sys.executable, __file__, url]
    writers = [
        subprocess.Popen([*command, f"{n}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(WRITERS)
    ]
    for one in writers:
        one.stdout.readline()
    wall, theirs = time.perf_counter(), server_cpu_s(server)
    for one in writers:
        one.stdin.write("go\n")
        one.stdin.flush()
    cpu = sum(float(one.communicate()[0]) for one in writers)
    wall, theirs = time.perf_counter() - wall, server_cpu_s(server) - theirs
    sent = WRITERS * SHARE * 1000
    what = f"{WRITERS} processes, half their rows sent twice"
    print(f"{what:<52} {sent / wall:>10,.0f} rows/s {cpu:>7.2f} client CPU-s {theirs:>7.2f} server CPU-s")
    ids = log.names(0, log.next_offset)["id"].drop_null().to_pylist()
    wanted = {batch * 1000 + n for batch in range(WRITERS * SHARE) for n in range(500)}
    wanted |= {50_000_000 + n for n in range(WRITERS)}
    found = [int(one.rsplit("/", 1)[1]) for one in ids]
    clock = np.concatenate([part.logged_us for part in log.read(0)])
    lost, doubled = len(wanted - set(found)), len(found) - len(set(found))
    print(f"  {sent:,} sent, {len(found):,} stand: {lost} lost, {doubled} doubled, {np.sum(np.diff(clock) < 0)} out of")
    print(f"  order, {len(log.verify())} faults")
    log.close()


def bench_wait(server: PrivateServer) -> None:
    """Print how long after its commit a row reaches whoever follows."""
    writer, reader = open_log(server.url("tail"), KEY), open_log(server.url("tail"), KEY)
    writer.append(orders(0, 1), 0)
    late, tail = [], follow(reader, 0, 5.0)
    next(tail)
    for n in range(100):
        with ThreadPoolExecutor(1) as pool:
            committed = pool.submit(lambda n=n: (writer.append(orders(1 + n, 1), n), time.perf_counter())[1])
            next(tail)
            late.append(time.perf_counter() - committed.result())
    middle, slow = np.quantile(np.array(late) * 1e3, [0.5, 0.99])
    print(
        f"{'a row read by whoever follows, after its commit':<52} {middle:>10.2f} ms median, {slow:.2f} ms of 1 in 100"
    )
    writer.close()
    reader.close()


def main() -> None:
    """Print all figures."""
    with PrivateServer() as server:
        log = bench_append(server)
        bench_read(server, log)
        bench_copy(server, log)
        log.close()
        bench_wait(server)
        bench_writers(server)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else main()
