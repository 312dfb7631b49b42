"""Formed: a net's guesses, said by the graph that it was exported as."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.export.kept import Statement, body_of
from evercart.export.onnx import GIVEN, SAID, said, session
from evercart.export.unwrapped import unwrapped
from evercart.labels.turns import Turns

X = NDArray[np.float32]


class Formed(NamedTuple):
    """What answers in a learner's place; it learns nothing.

    session    of the graph
    head       what its margins mean
    seen       rows that the learner had learned of each class
    """

    session: Any
    head: Any
    seen: NDArray[np.int64]

    def peek(self, state: Any, turns: Turns) -> NDArray[np.float64]:
        """Return a guess for each question, (rows,)."""
        return self.guess(state, turns.x)

    def guess(self, state: Any, x: X) -> NDArray[np.float64]:
        """Return the guesses of rows, (rows, columns) -> (rows,)."""
        guesses: NDArray[np.float64] = self.head.guess(said(self.session, x), self.seen)
        return guesses


def formed(path: Path, stated: Statement, learner: Any, state: Any) -> Formed:
    """Return what answers by the graph at a path; `UserError` where it is not this learner's, or not what was stated.

    Nothing but a graph of standard operators is read: no library is loaded for it, no code within it runs.
    """
    one = unwrapped(str(path), learner, state)
    names = tuple(column.name for column in one.columns)
    require(stated.columns == names, str(path), "an export of the columns " + " ".join(names), " ".join(stated.columns))
    body = body_of(path, stated)
    try:
        made = session(body)
        shapes = [(each.name, each.type, each.shape[-1]) for each in (*made.get_inputs(), *made.get_outputs())]
    except UserError:
        raise
    except Exception as error:  # the runtime raises kinds of its own, which have no common parent
        raise UserError(expected(str(path), "a graph that onnxruntime reads", type(error).__name__)) from None
    kind = "double" if one.deep.precision == "float64" else "float"
    wanted = [(GIVEN, "tensor(float)", len(names)), (SAID, f"tensor({kind})", one.deep.head.outputs)]
    require(shapes == wanted, str(path), f"a graph of {wanted}", shapes)
    return Formed(made, one.deep.head, one.trained.seen)
