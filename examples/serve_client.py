"""Tell a served shop what happens, ask it what to show. Start one first: `evercart up`."""

import sys

from evercart import Client

url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8321"

with Client(url) as client:
    for item in ("green tea", "teapot", "green tea"):
        client.event("view", user="ann", session="today", item=item)
    client.flush()
    shown = client.recommend(user="ann", session="today", k=3, why=True)
    for one in shown.items:
        print(one.place, one.item, *(reason.text for reason in one.why), sep="; ")
    print(f"decision {shown.decision[:8]}, {shown.model or shown.fallback}")
    guessed = client.decide("repurchase", user="ann")
    print(f"{guessed.app}: {guessed.guess if guessed.guess is None else round(guessed.guess, 3)} ({guessed.unit})")
    client.outcome(shown.decision, value=1.0)
