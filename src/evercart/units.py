"""Units of time, units of money, the marks for a value that is missing."""

from __future__ import annotations

from typing import Final

SECOND_US: Final = 1_000_000
MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
DAY_US: Final = DAY_S * SECOND_US
WEEK_S: Final = 7 * DAY_S

THOUSANDTHS: Final = 1_000  # of one piece, in `quantity`

MISSING: Final = -(2**63)  # an integer column's value where none was sent
NO_KEY: Final = 0  # a key column's hash where no key was sent
