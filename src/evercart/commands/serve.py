"""The command that answers over HTTP."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Annotated, Final

import typer
from typer import Option

from evercart.commands.base import EVERCART, HERE, AsJson, Folder, app, open_shop, out, shown
from evercart.commands.clocked import OriginUs, SinceUs, Speed, clock_of, clock_words

SWITCH_S: Final = 0.0005  # that the thread which commits may keep requests waiting; Python's own choice is ten times

Host = Annotated[str | None, Option(help="Where to listen; 127.0.0.1, this machine alone, unless shop.toml says more.")]
Port = Annotated[int | None, Option(help="Which port; 8321 unless shop.toml says another; 0 for a free one.", min=0)]


@app.command(epilog="Example: `evercart serve --shop my-shop --port 8321`")
def serve(
    shop: Folder = HERE,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
    speed: Speed = None,
    origin_us: OriginUs = 0,
    since_us: SinceUs = 0,
) -> None:
    """Answer over HTTP, take events in, show the pages, until Ctrl-C or SIGTERM.

    Requests that were begun by then are answered first. The address is printed once it answers. Learning is
    another process, `evercart learn`; `evercart up` runs both.
    """
    with open_shop(shop, clock=clock_of(speed, origin_us, since_us)) as opened:
        from evercart.serve import logs
        from evercart.serve.answering.apart import Apart
        from evercart.serve.guards.host import require_safe
        from evercart.serve.running import bound, run
        from evercart.serve.service import Service

        settings = opened.config.serve
        settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
        words = (*EVERCART, "answer", "--shop", str(shop), *clock_words(speed, origin_us, since_us))
        own = settings.apart and os.name == "posix"  # elsewhere no socket can be another process's standard input
        apart = Apart(words, opened.apps, settings, opened.clock.now_us) if own else None
        service = Service(opened, settings, apart)
        require_safe(settings.host, service.keys, "--host" if host else "shop.toml: serve.host")
        listening = bound(settings.host, settings.port)

        def told(address: str) -> None:
            if as_json:
                typer.echo(shown().as_json({"address": address}))
            else:
                out.print(f"Serving {opened.config.name} at {address}", highlight=False, markup=False, soft_wrap=True)

        sys.setswitchinterval(SWITCH_S)
        handler = logs.begin(sys.stderr, access=settings.access_log)
        try:
            run(service, listening, told)
        finally:
            logs.end(handler)
