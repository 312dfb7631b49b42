"""What contributors test with: the four laws, streams that hurt, a simulated shop."""

from evercart.testing.check import check_fold
from evercart.testing.laws import LawBroken
from evercart.testing.turned import Judged, Raced, Turned
from evercart.testing.woven import Answered, Logged, Woven

__all__ = ["Answered", "Judged", "LawBroken", "Logged", "Raced", "Turned", "Woven", "check_fold"]
