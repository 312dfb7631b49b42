"""The table says what the JSON says."""

import io

import numpy as np
from rich.console import Console

from evercart.evaluate.classified import Classified, Flags
from evercart.show_classified import classified


def test_the_table_has_racers_strangers_labels():
    truth = np.array([1, 2, 1, 2, 0] * 20)
    guesses = {"classify": truth.clip(1), "majority": truth * 0 + 1}
    odd, cpu = np.linspace(0, 1, 100), {"classify": 1.5, "majority": 0.0, "encode": 2.0}
    flags = {"out_of_scope": Flags(odd > 0.9, odd, truth > 0, truth == 0)}
    about = {"refused": {"text: a value, which message needs": 3}, "order": "time", "encoder": "grams-8"}
    done = Classified(("(none)", "[bold]", "b"), truth, guesses, odd, flags, cpu, about)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(classified(done))
    text = console.export_text()
    for part in ("classify: 80 messages scored, 2 labels, time", "majority", "out of scope", "[bold]", "3 rows"):
        assert part in text
