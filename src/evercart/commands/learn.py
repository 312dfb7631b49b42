"""The command that learns for ever."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import typer

from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, out, warn
from evercart.commands.clocked import OriginUs, SinceUs, Speed, clock_of

if TYPE_CHECKING:
    from rich.table import Table

    from evercart.pulse import Pulse

_EVERY: Final = 10  # pulses, of which one is told where there is no news
_NICE: Final = 5  # where cores are short, answers go first


@app.command(epilog="Example: `evercart learn --shop my-shop`")
def learn(
    shop: Folder = HERE,
    as_json: AsJson = False,
    speed: Speed = None,
    origin_us: OriginUs = 0,
    since_us: SinceUs = 0,
) -> None:
    """Follow the log for ever: learn from each event, publish the weights that answer about once a second.

    One process a shop. SIGTERM or Ctrl-C ends it with a checkpoint; killed, it goes on from the one before. What it
    does is told as lines of JSON where nobody looks: with --json, or without a terminal.
    """
    os.nice(_NICE)
    lines = Lines() if as_json or not out.is_terminal else None
    clock = clock_of(speed, origin_us, since_us)
    with open_shop(shop, clock=clock, told=lines.trouble if lines else warn) as opened:
        if lines:
            lines.say("compile")
            opened.compile()
            with _asked() as stop:
                lines.say("learn", shop=opened.config.name, events=opened.log.next_offset)
                opened.learn(stop, lines.pulse)
                lines.say("end", learned=opened.checkpoints.next_offset())
        else:
            opened.compile(new_teller().step)
            with _asked() as stop, _screen() as told:
                opened.learn(stop, told)


class Lines:
    """Says what a learner does in lines of JSON, which name no one."""

    def __init__(self) -> None:
        self._pulses = 0
        self._ruling: tuple[str, ...] = ()

    def say(self, what: str, **more: Any) -> None:
        """Write a line."""
        typer.echo(json.dumps({"what": what, **more}, ensure_ascii=False))

    def trouble(self, text: str) -> None:
        """Write what went wrong, yet was gone around."""
        self.say("trouble", text=text)

    def pulse(self, one: Pulse) -> None:
        """Write one pulse of ten; what is new in it at once."""
        if self._pulses % _EVERY == 0:
            speed = {"events_s": round(one.events_s, 1), "cpu_share": round(one.cpu_share, 3)}
            self.say("pulse", us=one.us, learned=one.offset, behind=one.next_offset - one.offset, **speed)
        self._pulses += 1
        if one.ruling != self._ruling:
            self._ruling = one.ruling
            for line in one.ruling:
                self.say("gate", text=line)


@contextmanager
def _asked() -> Iterator[Callable[[], bool]]:
    """Hand out whether a signal has asked for the end."""
    asked: list[int] = []

    def ask(number: int, _: object) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _screen() -> Iterator[Callable[[Pulse], None]]:
    """Show each pulse in the place of the one before."""
    from rich.live import Live

    with Live(console=out, auto_refresh=False) as live:
        yield lambda one: live.update(table(one), refresh=True)


def table(one: Pulse) -> Table:
    """Return how far a learner is, with what each racer loses."""
    from rich.table import Table

    behind = one.next_offset - one.offset
    title = f"{one.offset:,} events learned, {behind:,} to come, {one.events_s:,.0f} a second, {one.cpu_share:.0%} CPU"
    found = Table(title=f"{title}{f'; {one.trouble}' if one.trouble else ''}", title_justify="left")
    for name in ("app", "racer", "loss of the open day", "loss so far"):
        found.add_column(name, justify="left" if name in ("app", "racer") else "right")
    for name, losses in one.losses.items():
        for racer, loss in losses.items():
            open_day = one.today[name].loss.get(racer) if name in one.today else None
            found.add_row(name, racer, "" if open_day is None else f"{open_day:.5g}", f"{loss:.5g}")
    return found
