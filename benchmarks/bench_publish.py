"""Publishing: what it costs to keep servers current, to keep revisions, to roll back what is live."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from evercart.features.columns import Column
from evercart.fold import pack, unpack
from evercart.learners.linear import Linear
from evercart.log import open_log
from evercart.publish.model import Model
from evercart.publish.moves import Move, logged, table
from evercart.publish.published import Published, Publisher, Reader
from evercart.publish.revision import Revision
from evercart.publish.shelf import Shelf
from evercart.publish.wishes import Wish, promotion, rollback
from evercart.units import SECOND_US


def timed(clock: Callable[[], float], times: int, call: Callable[[int], object]) -> np.ndarray:
    """Return what each call took, (times,) milliseconds."""
    took = np.empty(times)
    for i in range(times):
        began = clock()
        call(i)
        took[i] = 1e3 * (clock() - began)
    return took


def said(name: str, took: np.ndarray, more: str = "") -> None:
    print(f"  {name}: {np.median(took):.3f} ms (median; {took.min():.3f} to {took.max():.3f}){more}")


def live_weights(folder: Path, learner: Linear, state: object, times: int) -> None:
    """Print the cost of a publication, of picking it up, of asking whether there is a new one."""
    live, reader = Publisher(folder, "spend"), Reader(folder, "spend")
    spent = timed(time.process_time, times, lambda i: live.publish(Published("ab", i, pack(state)), i * SECOND_US))
    said("publish, CPU", spent, f"; once a second {spent.mean() / 10:.2f} % of one core")
    read = timed(
        time.perf_counter, 3, lambda i: live.publish(Published("cd", i, pack(state)), -i - 1) and reader.newest()
    )
    said("publish, read", read)
    said("poll with nothing new", timed(time.perf_counter, 1_000, lambda _: reader.newest()))
    found = reader.newest()
    assert found is not None
    said("unpack for a server", timed(time.perf_counter, 3, lambda _: unpack(learner.start(), found.flat)))


def roll_back(folder: Path, live_folder: Path, shelf: Shelf, models: list[Model], state: object, times: int) -> None:
    """Print how long it takes from the wish to weights that servers may read, the event in the log included."""
    log, live = open_log(folder / "log", 1), Publisher(live_folder, "spend")

    def move(wish: Move) -> None:
        at = log.next_offset
        log.append(table([wish]), wish.us)
        shelf.obey(logged(log.names(at, log.next_offset).to_pylist()))

    def to_model(i: int) -> None:
        move(rollback(shelf, "spend", None, Wish("person", "me", 5_000 + i)))
        live.publish(Published(models[i % 2].id, i, pack(state)), i * SECOND_US)

    def to_revision(i: int) -> None:
        wish = rollback(shelf, "spend", oldest.address, Wish("person", "me", 10_000 + i))
        saved = shelf.load(oldest.address)  # first: nobody goes back to a damaged one
        move(wish)
        live.publish(Published(wish.to_model, saved.next_offset, saved.flat), i * SECOND_US)

    move(promotion(shelf, "spend", models[0].id, Wish("first", "me", 1)))
    move(promotion(shelf, "spend", models[1].id, Wish("gate", "gate", 2)))
    swing = (Wish("person", "me", 1_000 + i) for i in range(times))
    said(
        "move of `current`: wish, event in the log, shelf",
        timed(time.perf_counter, times, lambda _: move(rollback(shelf, "spend", None, next(swing)))),
    )
    said("rollback to another model, with log, shelf, live weights", timed(time.perf_counter, times, to_model))
    oldest = shelf.versions("spend")[-1]
    said("rollback to an older revision, with all that, loaded", timed(time.perf_counter, times, to_revision))
    said("current, after all those moves", timed(time.perf_counter, times, lambda _: shelf.current("spend")))
    log.close()


def main() -> None:
    """Print every figure of live weights, of the shelf, of rollbacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=int, default=1 << 20)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--live", type=Path, help="folder of live weights, such as one in memory")
    args = parser.parse_args()
    columns = (Column("item", slots=args.weights - 1),)
    lines = [Linear(columns, slot_value=value) for value in (1.0, 2.0)]
    state = lines[0].start()
    state.memory[:] = np.random.default_rng(1).normal(size=state.memory.shape)
    models = [Model.of("spend", f"line{i}", learner, {}, columns) for i, learner in enumerate(lines)]
    mb = state.memory.nbytes / 1e6
    print(f"live weights: {len(state.memory):,} weights, {mb:.0f} MB with what the optimizer remembers")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        live_weights(folder / "live", lines[0], state, args.times)
        shelf = Shelf(folder / "shelf")
        print("shelf")
        for model, clock in zip(models, (time.process_time, time.perf_counter), strict=True):
            took = timed(clock, 5, lambda i, model=model: shelf.publish(model, Revision(pack(state), 1 + i, i)))
        said("publish a revision durably", took)
        said(f"verify {len(shelf.versions())} revisions", timed(time.perf_counter, 1, lambda _: shelf.verify()))
        a, b = (version.address for version in shelf.versions()[:2])
        said("diff", timed(time.perf_counter, 3, lambda _: shelf.diff(a, b)))
        print("rollback")
        roll_back(folder, args.live or folder / "live", shelf, models, state, args.times)
        shelf.close()


if __name__ == "__main__":
    main()
