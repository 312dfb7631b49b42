"""The command by which `evercart serve` has questions answered in a process of their own."""

from __future__ import annotations

import signal
import socket
import sys

from evercart.commands.base import HERE, Folder, app, open_shop
from evercart.commands.clocked import OriginUs, SinceUs, Speed, clock_of
from evercart.commands.serve import SWITCH_S


@app.command(hidden=True)
def answer(
    shop: Folder = HERE,
    speed: Speed = None,
    origin_us: OriginUs = 0,
    since_us: SinceUs = 0,
) -> None:
    """Answer questions that come over standard input, a socket, until its other end is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # whoever asks may have questions under way
        signal.signal(number, signal.SIG_IGN)
    with open_shop(shop, clock=clock_of(speed, origin_us, since_us)) as opened:
        from evercart.serve import logs
        from evercart.serve.answering.child import answer_over

        sys.setswitchinterval(SWITCH_S)
        handler = logs.begin(sys.stderr, access=False)
        try:
            answer_over(opened, socket.socket(fileno=sys.stdin.fileno()))
        finally:
            logs.end(handler)
