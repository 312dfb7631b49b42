"""In what order? Everything that happened, once, by offset."""

from evercart.log.follow import follow
from evercart.log.log import Appended, Log
from evercart.log.opening import open_log

__all__ = ["Appended", "Log", "follow", "open_log"]
