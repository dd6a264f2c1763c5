"""Export a stage's model: build the graph, compare it with the model it was made from, keep it only if both agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.base import LEVEL, Adapted, Array
from models.errors import NotExportable
from models.export.answers import Units
from models.export.domain import judged
from models.export.graph import Graph
from models.export.latency import Latency, measured
from models.export.parity import BOUND, Parity, checked
from models.export.quantized import BOUND as EIGHT_BOUND
from models.export.quantized import eight_bits
from models.export.runner import Runner
from models.export.whole import band, domain_of

Precision = Literal["float32", "float64"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")


@dataclass(frozen=True, slots=True, eq=False)
class Eight:
    """The model in eight bits: its bytes (None if it strays or cannot be), how far it is from the live one, and why."""

    data: bytes | None
    parity: Parity | None
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Exported:
    """A model as ONNX that was shown to answer as the live one.

    Parameters
    ----------
    data : bytes
    precision : {"float32", "float64"}
        Of its large products; ranks, thresholds and what is added to a level are always double.
    level : float
        Content of the interval.
    timed : bool
        Whether it asks for event times.
    parity : Parity
    latency : Latency
    """

    data: bytes
    precision: Precision
    level: float
    timed: bool
    parity: Parity
    latency: Latency


def translated(model: Adapted, width: int, precision: Precision, level: float = LEVEL) -> bytes:
    """Return the ONNX graph of an adapted stage with `width` parameters, not compared with anything.

    Raises
    ------
    NotExportable
        If some part of the model has no translation.
    """
    graph = Graph(width, np.dtype(precision))
    units = Units.of(graph)
    mean, lower, upper = band(model, units, level)
    anomaly, inside = judged(domain_of(model), units)
    outputs = {"mean": mean, "lower": lower, "upper": upper, "anomaly": anomaly, "in_domain": inside}
    made = graph.model(outputs, {"level": str(level), "precision": precision})
    data: bytes = made.SerializeToString()
    return data


def export_model(model: Adapted, x: Array, t: Array | None, level: float = LEVEL) -> Exported:
    """Write an adapted stage as ONNX: in single precision if it then answers alike, else in double.

    Parameters
    ----------
    model : Adapted
    x : ndarray, shape (n, d)
        Real units of the stage, at least one, on which both are compared.
    t : ndarray, shape (n,), or None
        Their event times, seconds.
    level : float
        Content of the interval.

    Returns
    -------
    Exported

    Raises
    ------
    NotExportable
        If some part has no translation, or it answers otherwise than the model in double precision too.
    """
    if not len(x):
        raise NotExportable("no unit of the stage is known on which the export could be compared - ingest some first")
    found: list[str] = []
    for precision in PRECISIONS:
        data = translated(model, x.shape[1], precision, level)
        runner = Runner(data, level)
        parity = checked(model, runner, x, t)
        if parity.holds():
            return Exported(data, precision, level, runner.timed, parity, measured(model, runner, x, t))
        found.append(f"{precision}: {parity}")
    raise NotExportable(f"the exported model does not answer as the live one (bound {BOUND:g}) - {'; '.join(found)}")


def in_eight_bits(model: Adapted, exported: Exported, x: Array, t: Array | None) -> Eight:
    """Return the model in eight bits where it stays within its bound, else why it does not."""
    data = eight_bits(exported.data) if exported.precision == "float32" else None
    if data is None:
        return Eight(None, None, "nothing to round: no product is in single precision")
    parity = checked(model, Runner(data, exported.level), x, t, EIGHT_BOUND)
    if not parity.holds(EIGHT_BOUND):
        return Eight(None, parity, f"not written, it strays by more than {EIGHT_BOUND:g} of the interval's width")
    if len(data) >= len(exported.data):
        return Eight(None, parity, "not written, it is no smaller: little of the model is in single precision")
    return Eight(data, parity, f"written: within {EIGHT_BOUND:g} of the interval's width")
