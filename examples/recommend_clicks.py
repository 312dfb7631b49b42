"""From a file of your own clicks to recommendations, in twelve lines."""

from pathlib import Path
from tempfile import mkdtemp

from evercart import Shop

here = Path(__file__).parent

with Shop.open(f"{mkdtemp()}/shop", create=True) as shop:
    shop.ingest(here / "clicks.csv", map=here / "clicks.toml")
    recommender = shop.recommender()
    for shown in recommender.answer(session="1002", k=5):
        print(shown.place, shown.item, *(reason.text for reason in shown.why), sep="; ")
