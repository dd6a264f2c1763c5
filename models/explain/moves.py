"""What the model would say if one parameter were set elsewhere: a finite move, with its interval and its domain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import LEVEL, Adapted, Array

QUARTILES = (0.25, 0.75)


@dataclass(frozen=True, slots=True)
class Move:
    """One parameter of a unit set to another value, all others kept.

    Parameters
    ----------
    place : int
        Which parameter.
    now, to : float
        NaN where it is missing now.
    mean, lower, upper : float
        Prediction after the move.
    change : float
        Prediction after minus prediction before.
    in_domain : bool
        False: such a combination was never seen, the number means nothing.
    """

    place: int
    now: float
    to: float
    mean: float
    lower: float
    upper: float
    change: float
    in_domain: bool


def moves(model: Adapted, unit: Array, t: float | None, units: Array, level: float = LEVEL) -> tuple[Move, ...]:
    """Set each parameter of `unit` in turn to the lower and the upper quartile of `units`, and predict.

    It is the model's answer to another input, not the effect of turning a knob: what moves with the parameter in the
    process stays where it is here. A combination of parameters that was never seen is told by the domain flag.

    Parameters
    ----------
    model : Adapted
    unit : ndarray, shape (d,)
    t : float or None
        Time in seconds.
    units : ndarray, shape (n, d)
        Of the stage.
    level : float

    Returns
    -------
    tuple of Move
        Two for each parameter that varies, lower quartile first, in the order of the parameters.
    """
    filled = np.where(np.isfinite(units).any(axis=0), units, 0.0)
    low, high = np.nanquantile(filled, QUARTILES, axis=0)
    places = np.flatnonzero(high > low)
    targets = np.column_stack([low, high])[places].ravel()
    where = np.repeat(places, 2)
    moved = np.repeat(unit[None], 1 + len(where), axis=0)
    moved[np.arange(1, len(moved)), where] = targets
    p = model.predict(moved, None if t is None else np.full(len(moved), t), level)
    return tuple(
        Move(
            place=int(j),
            now=float(unit[j]),
            to=float(to),
            mean=float(p.mean[i]),
            lower=float(p.lower[i]),
            upper=float(p.upper[i]),
            change=float(p.mean[i] - p.mean[0]),
            in_domain=bool(p.in_domain[i]),
        )
        for i, (j, to) in enumerate(zip(where, targets, strict=True), start=1)
    )
