"""Run an exported model with onnxruntime, as a device would: one thread, the processor alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.base import LEVEL, Prediction, as_matrix
from models.errors import ExportError, TaskError

OUTPUTS = ("mean", "lower", "upper", "anomaly", "in_domain")


class Runner:
    """An exported model in memory.

    Parameters
    ----------
    data : bytes
        ONNX, as `export_model` made it.
    level : float
        Content of the interval that was written into it.

    Raises
    ------
    ExportError
        If onnxruntime is missing, or `data` is no model of ours.
    """

    def __init__(self, data: bytes, level: float = LEVEL) -> None:
        self._session = _session(data)
        inputs = {given.name: given for given in self._session.get_inputs()}
        outputs = [given.name for given in self._session.get_outputs()]
        if "parameters" not in inputs or outputs != list(OUTPUTS):
            raise ExportError(
                f"this ONNX file gives {outputs}, not {list(OUTPUTS)} - it was not written by this export"
            )
        self.level, self.width, self.timed = level, int(inputs["parameters"].shape[1]), "time" in inputs

    def predict(self, x: ArrayLike, t: ArrayLike | None = None) -> Prediction:
        """Predict units `x`, shape (n, width), seen at times `t` in seconds; without times the newest known is meant.

        Raises
        ------
        TaskError
            If shapes do not fit.
        """
        matrix = as_matrix(x, self.width, "exported model: x")
        feed = {"parameters": matrix}
        if self.timed:
            times = np.full(len(matrix), np.nan) if t is None else np.asarray(t, dtype=np.float64)
            if times.shape != (len(matrix),):
                raise TaskError(
                    f"exported model: t has shape {times.shape}, expected ({len(matrix)},): one for each unit"
                )
            feed["time"] = times
        mean, lower, upper, anomaly, inside = self._session.run(list(OUTPUTS), feed)
        return Prediction(mean, lower, upper, anomaly, inside, self.level)


def runtime_package() -> Any:
    """Return the package `onnxruntime`, or raise ExportError if it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        raise ExportError(
            "running ONNX needs the package onnxruntime - install the extra: pip install 'qc-app[edge]'"
        ) from None
    return onnxruntime


def _session(data: bytes) -> Any:
    runtime = runtime_package()
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    refusals = (state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NotImplemented)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except refusals as error:
        raise ExportError(f"onnxruntime does not take this model ({error}) - export it again") from None
