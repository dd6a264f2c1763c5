"""All looks at all parameters: failed sensors, named as such."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import as_matrix
from models.drift.sensors.base import MIN_ROWS, Column, Fault
from models.drift.sensors.flat import flat
from models.drift.sensors.missing import missing
from models.drift.sensors.noises import noise_gain, noise_loss
from models.drift.sensors.spikes import spikes
from models.drift.sensors.units import unit_jump

LOOKS = (missing, flat, unit_jump, noise_loss, noise_gain, spikes)
"""The first that finds something names the fault of a parameter."""

Range = tuple[float | None, float | None]


def sensor_faults(
    reference: ArrayLike, current: ArrayLike, columns: Sequence[str], ranges: Sequence[Range] | None = None
) -> tuple[Fault, ...]:
    """Look for failed sensors in the current window; at most one fault a parameter.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        In the order of production; NaN is missing. Fewer than 20 rows of either: no fault is named.
    columns : sequence of str, length d
    ranges : sequence of (low, high), length d, optional
        Physically possible range of each parameter; None where nothing is declared.

    Returns
    -------
    tuple of Fault
        In the order of `columns`.

    Raises
    ------
    TaskError
        On shapes that do not fit.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(20, 1, size=(100, 1))
    >>> sensor_faults(x[:60], 1.8 * x[60:] + 32, ["exit_temp"])[0].sentence
    'exit_temp: a jump by a unit, degrees C read as F (1.8 x + 32)'
    """
    d = len(columns)
    a, b = as_matrix(reference, d, "sensor reference"), as_matrix(current, d, "sensor current")
    if min(len(a), len(b)) < MIN_ROWS:
        return ()
    limits = [(None, None)] * d if ranges is None else ranges
    found = []
    for i, (name, (low, high)) in enumerate(zip(columns, limits, strict=True)):
        ends = -np.inf if low is None else low, np.inf if high is None else high
        column = Column(name, a[:, i], b[:, i], *ends)
        faults = (look(column) for look in LOOKS)
        found.append(next((fault for fault in faults if fault is not None), None))
    return tuple(fault for fault in found if fault is not None)
