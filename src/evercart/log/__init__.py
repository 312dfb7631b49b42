"""In what order? Everything that happened, once, by offset."""

from evercart.log.log import Appended, Log
from evercart.log.sqlite import open_log

__all__ = ["Appended", "Log", "open_log"]
