"""Options, hidden ones, by which the processes of a simulated shop share its clock."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from evercart.clock import Clock

Speed = Annotated[float | None, Option("--speed", hidden=True)]
OriginUs = Annotated[int, Option("--origin-us", hidden=True)]
SinceUs = Annotated[int, Option("--since-us", hidden=True)]


def clock_of(speed: float | None, origin_us: int, since_us: int) -> Clock:
    """Return the simulated shop's clock, or the wall's where no speed is said."""
    return Clock() if speed is None else Clock.at_speed(speed, origin_us, since_us)


def clock_words(speed: float | None, origin_us: int, since_us: int) -> list[str]:
    """Return the options that hand a clock on to another process.

    >>> clock_words(100.0, 5, 7)
    ['--speed', '100.0', '--origin-us', '5', '--since-us', '7']
    """
    if speed is None:
        return []
    return ["--speed", str(speed), "--origin-us", str(origin_us), "--since-us", str(since_us)]
