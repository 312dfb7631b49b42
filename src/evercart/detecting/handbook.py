"""The table of the Fraud Detection Handbook: how its columns are read.

Source: Le Borgne, Siblini, Lebichot, Bontempi, "Reproducible Machine Learning for Credit Card Fraud Detection", 2022.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

HANDBOOK: Final = """
kind = "payment"
id = "{row}"
units = { amount = "minor" }

[columns]
user = "customer_id"
place = "terminal_id"
amount = "tx_amount_cents"
fraud = "tx_fraud"

[time]
column = "tx_datetime"
zone = "UTC"

[fraud]
delay_s = 604800
"""
_COLUMNS: Final = ("customer_id", "terminal_id", "tx_amount_cents", "tx_fraud", "tx_datetime")


def is_handbook(columns: Sequence[str]) -> bool:
    """Return whether a table has the handbook's columns."""
    return {name.lower() for name in columns} >= set(_COLUMNS)
