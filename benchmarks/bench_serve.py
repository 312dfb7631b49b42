"""The service under load: answers, events, swaps of models, pages; server, learner, generator share two cores."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import serve_parts as parts
from clicked import copied
from served import Site

PARTS: dict[str, Callable[[Site, argparse.Namespace], dict[str, Any]]] = {
    "answers": parts.answers,
    "next": parts.next_answer,
    "weights": parts.weights,
    "swap": parts.swap,
    "page": parts.page,
    "peer": parts.peer,
    "ingest": parts.ingest,  # last: the learner of the same shop is behind after it
}


def main() -> None:
    """Print every figure of the service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=" ".join(PARTS), default=[])
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--clicks", type=int, help="five a session unless said")
    parser.add_argument("--seconds", type=float, default=600, help="of the load of answers")
    parser.add_argument("--rate", type=float, default=1_000, help="requests a second")
    parser.add_argument("--events", type=float, default=500, help="events a second that come in meanwhile")
    parser.add_argument("--batch", type=int, default=10, help="events a request")
    parser.add_argument("--cores", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--no-learner", action="store_true", help="without `evercart learn` beside it")
    parser.add_argument("--json", type=Path, help="file for all that was measured")
    args = parser.parse_args()
    for name in args.parts:
        if name not in PARTS:
            parser.error(f"expected parts among {' '.join(PARTS)}, got {name}")
    found = {}
    with copied(args.sessions, args.clicks or 5 * args.sessions) as folder:
        for name in args.parts or PARTS:
            print(f"== {name}", flush=True)
            with Site.open(folder, args.sessions, args.cores, learner=not args.no_learner) as site:
                found[name] = PARTS[name](site, args)
            if args.json:
                args.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
