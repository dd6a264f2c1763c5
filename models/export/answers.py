"""From what answers for a stage to a Student t in the graph: each kind has a translation in a module of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from importlib import import_module
from typing import Self

import numpy as np

from models.errors import NotExportable
from models.export.graph import Graph, Tensor
from models.learners.parts.levels import Constant


@dataclass(frozen=True, slots=True)
class Units:
    """The units a graph is asked about.

    Parameters
    ----------
    x : Tensor, shape (n, d)
        Raw parameters in double precision; NaN is missing, nothing is infinite.
    """

    x: Tensor

    @classmethod
    def of(cls, graph: Graph) -> Self:
        """Return the graph's input as models read it: infinite values are missing."""
        raw = graph.parameters
        return cls(graph.where(raw.infinite(), np.nan, raw))

    @property
    def graph(self) -> Graph:
        """The graph they belong to."""
        return self.x.graph

    def time(self, otherwise: float) -> Tensor:
        """Return event times in seconds, shape (n,); where there is none, `otherwise`."""
        time = self.graph.time
        return self.graph.where(time.missing(), otherwise, time)

    def aligned(self, columns: Sequence[str], wanted: Sequence[str]) -> Tensor:
        """Return the parameters `wanted` of those in `columns`; those that are not there are missing."""
        if tuple(columns) == tuple(wanted):
            return self.x
        place = {name: i for i, name in enumerate(columns)}
        padded = self.graph.join(self.x, self.x.full(np.nan).column())
        return padded.take(np.array([place.get(name, len(place)) for name in wanted], dtype=np.int64), axis=1)


@dataclass(frozen=True, slots=True)
class Said:
    """A Student t a unit: `mean` and `scale` of shape (n,) in double precision, and its degrees of freedom."""

    mean: Tensor
    scale: Tensor
    freedom: float


#: Module of a kind -> module that translates it; imported when such a kind is met, for some bring torch along.
TRANSLATED: dict[str, str] = {
    "models.learners.prior_mixture.mixture": "models.export.kinds.mixture",
    "models.learners.ridge": "models.export.kinds.regression",
    "models.learners.single_gp": "models.export.kinds.regression",
    "models.learners.recent.answer": "models.export.kinds.recent",
    "models.learners.tracked": "models.export.kinds.tracked",
    "models.learners.pooled": "models.export.kinds.pooled",
    "models.learners.defect_head": "models.export.kinds.defects",
    "models.learners.warm_start.answers": "models.export.kinds.warm_start",
    "models.learners.parts.deep.learner": "models.export.kinds.networks",
    "models.learners.parts.deep.head": "models.export.kinds.heads",
    "models.learners.parts.deep.gradient": "models.export.kinds.moved",
    "models.learners.memory.attentive": "models.export.kinds.memory",
    "models.learners.memory.recurrent": "models.export.kinds.memory",
    "models.learners.prototypes": "models.export.kinds.attention",
    "models.learners.matching": "models.export.kinds.attention",
    "models.learners.deep_kernel.posterior": "models.export.kinds.deep_kernel",
    "models.learners.rl2.surrogate": "models.export.kinds.rl2",
}


def arrives(kind: type) -> bool:
    """Import the translation of `kind`; False if there is none, or it is here already."""
    module = TRANSLATED.get(kind.__module__, "")
    if not module or module in sys.modules:
        return False
    import_module(module)
    return True


def unknown(part: object, what: str, register: str) -> NotExportable:
    """Return the error for a part of a model that nobody translates."""
    kind = f"{type(part).__module__}.{type(part).__qualname__}"
    return NotExportable(
        f"{what} of kind {kind} has no translation to ONNX - register one with models.export.{register}.register, "
        "or leave this learner out of the portfolio"
    )


@singledispatch
def answer(respond: object, units: Units) -> Said:
    """Translate what answers; kinds of other packages are added with ``@answer.register``.

    Parameters
    ----------
    respond : object
        The `respond` of an adapted stage.
    units : Units

    Returns
    -------
    Said

    Raises
    ------
    NotExportable
        If nobody translates this kind.
    """
    if arrives(type(respond)):
        return answer(respond, units)
    raise unknown(respond, "an answer", "answer")


@answer.register
def _constant(respond: Constant, units: Units) -> Said:
    return Said(units.x.full(respond.mean), units.x.full(respond.scale), respond.freedom)
