"""Noise that is lost or gained: a frozen, filtered or replaced signal, a loose contact."""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.drift.sensors.base import Column, Fault, noise, stretches
from models.drift.sensors.flat import off_limits

LOST_FACTOR = 5.0
GAINED_FACTOR = 2.5
BEYOND = 2.0
"""And by so much beyond anything seen in a stretch of the reference: a process may rest or work now and then."""


def noise_loss(column: Column) -> Fault | None:
    """Name a signal whose short-term noise fell to a fifth, and to half of its quietest stretch before.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> noise_loss(Column("force", rng.normal(size=90), 0.01 * rng.normal(size=30))).kind
    'noise loss'
    """
    column = off_limits(column)
    before, now = noise(column.reference), noise(column.current)
    if not (before > 0 and now >= 0) or before < LOST_FACTOR * now or not BEYOND * now < _usual(column)[0]:
        return None
    ratio = before / now if now > 0 else float("inf")
    sentence = f"{column.name}: noise lost, {now:.3g} where it was {before:.3g} - frozen, filtered or replaced signal"
    return Fault(column.name, "noise loss", 0, len(column.current), ratio, LOST_FACTOR, sentence)


def noise_gain(column: Column) -> Fault | None:
    """Name a signal whose short-term noise grew to 2.5 times, and to twice its noisiest stretch before.

    Looked for in the newest half and quarter as well, so that a fault of last night is not averaged away.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> walk = rng.normal(size=150).cumsum()
    >>> noise_gain(Column("force", walk[:100], walk[100:] + 9 * rng.normal(size=50))).kind
    'noise gain'
    """
    before, size = noise(column.reference), len(column.current)
    now = max(float(np.nan_to_num(noise(column.current[-max(size // part, 1) :]))) for part in (1, 2, 4))
    if not before > 0 or now < GAINED_FACTOR * before or now < BEYOND * _usual(column)[1]:
        return None
    start = _onset(column.current, before)
    sentence = f"{column.name}: noise of {now:.3g} where it was {before:.3g} - contact, shielding or sensor"
    return Fault(column.name, "noise gain", start, len(column.current) - start, now / before, GAINED_FACTOR, sentence)


def _usual(column: Column) -> tuple[float, float]:
    """Least and most noise of any stretch of the reference as long as the current window."""
    found = [n for n in map(noise, stretches(column.reference, len(column.current))) if np.isfinite(n)]
    return (min(found), max(found)) if found else (0.0, np.inf)


def _onset(current: Array, before: float) -> int:
    """Return the first row that bends beyond anything usual for the noise of before."""
    bends = np.nan_to_num(np.abs(np.diff(current, n=2))) / np.sqrt(3)
    far = np.flatnonzero(bends > 2 * GAINED_FACTOR * before)
    return int(far[0]) + 1 if far.size else 0
