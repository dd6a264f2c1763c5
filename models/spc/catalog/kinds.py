"""What a chart of the catalogue is: its name, the data it needs, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from models.spc.control_chart import ControlChart
from models.spc.observations import Observations
from models.spc.reference import Reference
from models.spc.result import ChartLimits

Needs = Literal["values", "subgroups", "parts", "counts", "vectors"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chart is made with, besides its observations."""

    limits: ChartLimits | None
    reference: Reference | None
    window: slice | None
    rules: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChartKind:
    """A chart that can be asked for by name.

    Parameters
    ----------
    name, title : str
    needs : {"values", "subgroups", "parts", "counts", "vectors"}
        What `Observations` must hold: single values; values and groups; values and parts (or nominals); counts with
        sizes or groups; a matrix.
    text : str
        When to use it, in a sentence.
    make : callable
        From observations and `Asked` to the chart.
    settings : mapping of str to default
    run_rules : bool
        Whether run rules apply: not to charts whose points depend on each other.
    freezes : {"limits", "reference"}
        What is frozen and given back.
    scale : str
        Charts of the same scale can stand on each other's limits; empty: on its own alone.
    phases_differ : bool
        Whether estimated limits (phase I) are others than frozen ones (phase II), as Hotelling's.
    """

    name: str
    title: str
    needs: Needs
    text: str
    make: Callable[[Observations, Asked], ControlChart]
    settings: Mapping[str, Any] = field(default_factory=dict)
    run_rules: bool = True
    freezes: Literal["limits", "reference"] = "limits"
    scale: str = ""
    phases_differ: bool = False
