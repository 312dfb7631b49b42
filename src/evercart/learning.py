"""Learning: the process that follows the log for ever, so that what happened is in the live weights at once.

It rests until a tick has closed, takes what closed once round the ring, publishes. A tick closes by the log: in a
shop where nothing happens a heartbeat says the time. States stay in memory; a checkpoint is made now and then. What
passes by itself, such as a full disk, is waited for; nothing is lost, since all of it is in the log.
"""

from __future__ import annotations

from collections.abc import Callable

from evercart import aside
from evercart.alerting import alerting
from evercart.checkpoints import Changed
from evercart.course import Course
from evercart.heart import Heart
from evercart.kit import kit_of
from evercart.lease import Grant, Taken
from evercart.publishing import FOLDER
from evercart.pulse import Pulse
from evercart.rhythm import Every
from evercart.shop import Shop
from evercart.stretch import LOOK_S, PULSE_S, Stretch


def learn(shop: Shop, stop: Callable[[], bool], told: Callable[[Pulse], None] = lambda _: None) -> None:
    """Learn until `stop` says so; then a checkpoint is made.

    told    is handed each pulse, about one a second

    Where another process learns on the shop, `UserError` says which. One that asks for the lease for a while, to
    erase, is let in; learning goes on from the states that it leaves behind.
    """
    Learning(shop, stop, told).go()


class Learning:
    """One process that learns, in stretches: each begins at a checkpoint."""

    def __init__(self, shop: Shop, stop: Callable[[], bool], told: Callable[[Pulse], None]) -> None:
        self._shop, self._stop, self._clock = shop, stop, shop.clock
        self._heart = Heart(shop.folder / FOLDER, shop.clock, told)
        self._anew = False  # whether all is to be learned again
        self._reached = 0  # how far anything was learned

    def go(self) -> None:
        """Learn until the end."""
        stretch, pulse = self._duty("begin", self._stretch), self._duty("pulse", self._heart.beat, PULSE_S)
        while not self._stop():
            if aside.wanted(self._shop.folder) or not stretch.on_time():
                pulse.on_time()
                self._clock.rest_s(LOOK_S)

    def _duty(self, name: str, do: Callable[[], None], seconds: float = 0.0) -> Every:
        def told(text: str) -> None:
            if self._heart.trouble(name, text):
                self._shop.told(f"{text}; to be tried again")

        return Every(do, seconds, self._clock.wall_s, told=told)

    def _stretch(self) -> None:
        """Hold the lease, learn on from the last checkpoint."""
        shop, clock = self._shop, self._clock
        try:
            with (
                shop.leases.held(clock.even_us) as grant,
                alerting(shop.config.webhook, shop.log, shop.folder, clock.now_us, shop.told) as tell,
            ):
                course = self._begun(grant)
                stretch = Stretch(shop, course, self._heart, self._stop, tell, self._reached)
                try:
                    stretch.go()
                finally:
                    self._anew, self._reached = stretch.anew, max(self._reached, course.at)
        except Taken:
            if not aside.wanted(shop.folder):
                raise

    def _begun(self, grant: Grant) -> Course:
        """Return the course from the last checkpoint on; from the start of the log, where apps have changed since."""
        try:
            return Course(kit_of(self._shop, grant, replay=self._anew))
        except Changed as error:
            self._shop.told(f"{error}; learning all of the log again")
            return Course(kit_of(self._shop, grant, replay=True))
