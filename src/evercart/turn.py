"""Turn: the ring over what is new in the log, saved as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from evercart.course import Course, Progress
from evercart.kit import Kit
from evercart.loop import whole_ticks
from evercart.referee import Ruling


@dataclass(frozen=True)
class Turned:
    """What a turn did: events it took, the offset it stands at, CPU seconds by stage.

    waiting    events of the last tick, which closes with the next row that is logged
    ruling     what the gate said, once the ring had caught up
    """

    events: int
    next_offset: int
    waiting: int
    cpu_s: dict[str, float]
    ruling: Ruling = field(default_factory=Ruling)


def turn(kit: Kit, told: Callable[[Progress], None], course: Callable[[Kit], Course] = Course) -> Turned:
    """Go on from the last checkpoint to the last closed tick, then judge; a kill costs what was not saved."""
    on = course(kit)
    batches = whole_ticks(kit.ring.read(kit.log, on.at), kit.ring.tick)
    for events in on.parts(batches):
        on.step(events)
        kit.grant.renew(kit.clock.even_us())
        if on.due:
            on.save()
        on.publish()
        told(on.progress())
    waiting = kit.log.next_offset - on.at
    on.warn()
    if on.unsaved:
        on.save()
    return Turned(on.at - on.began, on.at, waiting, on.watch.spent, on.rule())
