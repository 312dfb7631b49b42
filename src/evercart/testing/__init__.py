"""What contributors test with: the four laws, streams that hurt, a simulated shop."""

from evercart.testing.check import check_fold
from evercart.testing.laws import LawBroken
from evercart.testing.logged import Logged
from evercart.testing.raced import Judged, Raced
from evercart.testing.turned import Turned
from evercart.testing.valued import Valued
from evercart.testing.watched import Watched
from evercart.testing.woven import Answered, Woven

__all__ = ["Answered", "Judged", "LawBroken", "Logged", "Raced", "Turned", "Valued", "Watched", "Woven", "check_fold"]
