"""Teller: what a person sees while long work goes on, as bars on a terminal, as lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from evercart.course import Progress as Turning

_EVERY_S = 2.0  # between two lines where there is no terminal


class Teller:
    """Steps of long work; each is told as a part of itself, in [0, 1], or as None while that is not known."""

    def __init__(self, console: Console, wall_s: Callable[[], float]) -> None:
        self._console, self._wall_s = console, wall_s
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bars = Progress(*columns, console=console)
        self._tasks: dict[str, TaskID] = {}
        self._scores: Table | None = None
        self._live: Live | None = None
        self._said: dict[str, float] = {}

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Show what is told inside."""
        if not self._console.is_terminal:
            yield
            return
        with Live(get_renderable=self._shown, console=self._console, refresh_per_second=4) as live:
            self._live = live
            yield
        self._live = None

    def step(self, name: str, part: float | None) -> None:
        """Tell how far a step is."""
        if self._live is None:
            self._line(name, part)
            return
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=None if part is None else 1.0)
        if part is not None:
            self._bars.update(self._tasks[name], total=1.0, completed=part)

    def rows(self, name: str, done: int, total: int) -> None:
        """Tell how many of a step's rows are done."""
        self.step(name, done / total if total else 1.0)

    def turning(self, now: Turning) -> None:
        """Tell how far the ring is, with the scores so far."""
        speed = now.turned / now.cpu_s if now.cpu_s else 0.0
        self._scores = scores_table(now, f"{now.events:,} of {now.total:,} events, {speed:,.0f} a CPU second")
        self.rows("turn the ring", now.events, now.total)

    def _line(self, name: str, part: float | None) -> None:
        now = self._wall_s()
        if name in self._said and now - self._said[name] < _EVERY_S and part != 1.0:
            return
        if self._said.get(name, 0.0) != float("inf"):
            self._console.print(f"{name} …" if part is None else f"{name} … {int(part * 100)}%", highlight=False)
        self._said[name] = float("inf") if part == 1.0 else now

    def _shown(self) -> Group:
        return Group(self._bars, self._scores) if self._scores else Group(self._bars)


def scores_table(now: Turning, title: str) -> Table:
    """Return mean losses of each racer, today and in all."""
    table = Table(title=title, title_justify="left")
    for name in ("app", "racer", "loss today", "loss so far"):
        table.add_column(name, justify="left" if name in ("app", "racer") else "right")
    for app, losses in now.losses.items():
        for racer, loss in losses.items():
            table.add_row(app, racer, f"{now.today[app][racer]:.5g}", f"{loss:.5g}")
    return table
