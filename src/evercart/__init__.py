"""Evercart keeps every model of a shop learning from each event, proving that this is better.

events -> log -> asks -> features -> labels -> learners -> evaluate
"""

from typing import Final

__version__: Final = "0.1.0"
