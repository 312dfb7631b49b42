"""Onnx: a deep learner as a graph that other runtimes read."""

from __future__ import annotations

import io
import logging
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.export.unwrapped import Unwrapped
from evercart.export.whole import whole
from evercart.learners.deep.extra import calm, torch

X = NDArray[np.float32]
GIVEN, SAID = "x", "margins"
_SMALL = ["Conv", "Gemm", "MatMul", "Relu", "MaxPool", "AveragePool", "GlobalAveragePool"]


def package(name: str) -> Any:
    """Return a package of the extra; `UserError` names the pip line where it is missing."""
    try:
        return import_module(name)
    except ImportError:
        raise UserError(expected("export", "the extra deep (pip install 'evercart[deep]')", f"no {name}")) from None


def graph(one: Unwrapped) -> bytes:
    """Return the graph from x, float32 (rows, columns), to margins, (rows, outputs), in the learner's own precision.

    A row of x holds all columns, `one.columns`, as the app has them: what scales them, what finds the vectors of
    slots is in the graph, with the statistics, the vectors as they stand.
    """
    package("onnx")
    written = io.BytesIO()
    with calm(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's notes about what is constant here by design
        module = whole(one)
        example = torch().zeros((2, len(one.columns)))
        axes = {GIVEN: {0: "rows"}, SAID: {0: "rows"}}
        torch().onnx.export(
            module, (example,), written, dynamo=False, input_names=[GIVEN], output_names=[SAID], dynamic_axes=axes
        )
    return written.getvalue()


def small(graph: bytes, folder: Path, examples: X, how: Literal["static", "dynamic"] = "static") -> bytes:
    """Return a graph whose network's products are of 8-bit numbers; what scales, what finds slots stays as it is.

    folder      where the tool keeps what it is at; it must be there
    examples    (rows, columns) by which ranges are chosen, for "static"; "dynamic" chooses them at each call, which
                costs convolutions more than 8-bit numbers save them, so a graph that has some is refused

    Source: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
    inference", CVPR 2018, section 2.
    """
    require(how in ("static", "dynamic"), "small.how", "static or dynamic", how)
    require(len(examples) > 0, "small.examples", "at least one row", 0)
    tool = package("onnxruntime.quantization")
    nodes = package("onnx").load_model_from_string(graph).graph.node
    slower = how == "dynamic" and any(node.op_type == "Conv" for node in nodes)
    require(not slower, "small.how", "static, as the graph has convolutions", how)
    others = [node.name for node in nodes if not node.name.startswith("/network")]
    given: dict[str, Any] = {"per_channel": True, "nodes_to_exclude": others, "op_types_to_quantize": _SMALL}
    before, after = folder / "whole.onnx", folder / "small.onnx"
    before.write_bytes(graph)
    quiet = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        if how == "dynamic":
            tool.quantize_dynamic(before, after, **given)
        else:
            tool.quantize_static(before, after, _reader(tool, examples), **given)
    finally:
        logging.disable(quiet)
    return after.read_bytes()


def _reader(tool: Any, examples: X) -> Any:
    class Reader(tool.CalibrationDataReader):  # type: ignore[misc]
        """Hands out examples, once."""

        def __init__(self) -> None:
            self._left = iter([{GIVEN: examples[start : start + 64]} for start in range(0, len(examples), 64)])

        def get_next(self) -> Any:
            return next(self._left, None)

    return Reader()


def session(graph: bytes) -> Any:
    """Return a session of one thread that answers by a graph."""
    runtime = package("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def said(session: Any, x: X) -> NDArray[Any]:
    """Return the margins of rows x, (rows, inputs), as a session says them, (rows, outputs)."""
    margins: NDArray[Any] = session.run([SAID], {GIVEN: x.astype(np.float32)})[0]
    return margins
