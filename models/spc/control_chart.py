"""What every chart of the catalogue answers: its panels, what to freeze, and what its points stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.base import Array
from models.spc.reference import Reference
from models.spc.result import Chart, ChartLimits, Signal


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the mean, dated by a cumulative sum.

    Parameters
    ----------
    signal : int
        The point that signalled.
    first : int
        The first point after the change: the one at which the sum left zero.
    mean : float
        The estimated new mean, in the characteristic's unit.
    sentence : str
    """

    signal: int
    first: int
    mean: float
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """What each variable adds to each point of a multivariate chart.

    Parameters
    ----------
    names : tuple of str, length p
    values : ndarray, shape (n, p)
    what : str
        What the numbers mean, in words.
    """

    names: tuple[str, ...]
    values: Array
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """One chart of the catalogue.

    Parameters
    ----------
    name : str
        As in `models.spc.chart_names()`.
    panels : tuple of Chart
        The main one first, then that of the spread (moving range, range, s) or of the residual (SPE).
    limits : ChartLimits
        What to freeze: centre and sigma of a single value (of a single unit's chance, for counts). Given back as
        ``limits=``, they make the same chart. Multivariate charts freeze `reference` instead.
    positions : ndarray of int, shape (n,)
        For each point, the last of the observations that it stands on.
    settings : mapping of str to float
        What its run length depends on: subgroup size, smoothing, width, ...
    reference : Reference, optional
        Of a multivariate chart.
    contributions : Contributions, optional
        Of a multivariate chart.
    changes : tuple of Change
        Of a cumulative sum.
    notes : tuple of str
        What a reader of the chart has to know besides the warnings of its limits.
    """

    name: str
    panels: tuple[Chart, ...]
    limits: ChartLimits
    positions: np.ndarray
    settings: Mapping[str, float] = field(default_factory=dict)
    reference: Reference | None = None
    contributions: Contributions | None = None
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frozen(self) -> ChartLimits | Reference:
        """What `make_chart` takes as ``limits``."""
        return self.limits if self.reference is None else self.reference

    @property
    def main(self) -> Chart:
        """The panel that carries the run rules."""
        return self.panels[0]

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Signals of all panels by point, each naming its panel if there are several."""
        several = len(self.panels) > 1
        found = [
            Signal(s.index, s.rule, f"{panel.kind}: {s.sentence}" if several else s.sentence)
            for panel in self.panels
            for s in panel.signals
        ]
        return tuple(sorted(found, key=lambda s: s.index))

    @property
    def stable(self) -> bool:
        """Whether no panel signals."""
        return all(panel.stable for panel in self.panels)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings of the limits and notes of the chart."""
        return (*self.limits.warnings, *self.notes)

    @property
    def sentence(self) -> str:
        """The chart in words.

        Examples
        --------
        >>> from models.spc import Observations, make_chart
        >>> make_chart("c", Observations([4, 5, 3, 6, 4])).sentence
        'nonconformities chart of 5 points: no signal (rules nelson1, nelson2)'
        """
        return "; ".join(panel.sentence for panel in self.panels)
