"""The simulated shop: events per CPU second, with customers coming and going."""

from __future__ import annotations

import argparse
import time

import numpy as np

from evercart.testing.shop import SimulatedShop


def main() -> None:
    """Print how fast events are made, and how many shoppers they are of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--shoppers", type=int, default=20_000)
    args = parser.parse_args()
    shop = SimulatedShop(seed=1, shoppers=args.shoppers, items=2_000)
    for _ in shop.stream(1_000):  # compiles
        pass
    began, rows, seen = time.process_time(), 0, []
    for part in shop.stream(args.rows):
        rows += len(part)
        seen.append(part["user"][::1_000])
    cpu_s = time.process_time() - began
    print(f"simulated shop: {rows:,} events, {rows / cpu_s / 1e6:.2f} M events/CPU-s")
    print(f"  {len(np.unique(np.concatenate(seen))):,} shoppers in every thousandth event, {args.shoppers:,} at a time")


if __name__ == "__main__":
    main()
