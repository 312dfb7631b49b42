"""What is known? Tables of features as of just before each question."""

from evercart.features.calendar import DayOfWeek, HourOfDay, HourOfWeek
from evercart.features.columns import Column, chosen
from evercart.features.fading import Decayed, Latest, Pace, Recency
from evercart.features.hashed import Hashed
from evercart.features.numbers import Bucket, Number
from evercart.features.ratios import Minus, Rate, Ratio, Times
from evercart.features.recent import LastItems
from evercart.features.seen import Feature
from evercart.features.table import Table
from evercart.features.windows import Count, Distinct, Mean, Sum

__all__ = [
    "Bucket",
    "Column",
    "Count",
    "DayOfWeek",
    "Decayed",
    "Distinct",
    "Feature",
    "Hashed",
    "HourOfDay",
    "HourOfWeek",
    "LastItems",
    "Latest",
    "Mean",
    "Minus",
    "Number",
    "Pace",
    "Rate",
    "Ratio",
    "Recency",
    "Sum",
    "Table",
    "Times",
    "chosen",
]
