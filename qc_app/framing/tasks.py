"""Measurements and labels become a task."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_connectors.schema import Characteristic, Stage
from models.base import Array, Task

UNLABELLED_CAP = 2000
SUPPORT_CAP = 1000
LOT_SIGN = "/"


def family_name(stage: Stage, characteristic: Characteristic) -> str:
    """Name the family of a stage so that only true sisters share it.

    The plant's family is only trusted where parameters and the characteristic agree in name, unit and kind; their
    digest is part of the name.

    Parameters
    ----------
    stage : Stage
    characteristic : Characteristic

    Returns
    -------
    str

    Examples
    --------
    >>> press = Stage("p-1", "A", "press", (), (Characteristic("y", "mm"),))
    >>> family_name(press, press.characteristics[0]).startswith("press-")
    True
    """
    shape = [(p.name, p.unit) for p in stage.parameters]
    text = repr((shape, characteristic.name, characteristic.unit, characteristic.kind))
    return f"{stage.family}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def inputs(stage: Stage, measurements: pl.DataFrame) -> tuple[Array, Array]:
    """Return the parameters and the event times of units as a model reads them.

    Parameters
    ----------
    stage : Stage
        Gives the order of the parameters.
    measurements : polars.DataFrame
        With ``t_event`` and a column a parameter; a column that is not there is missing throughout.

    Returns
    -------
    x : ndarray, shape (n, d)
        NaN where missing.
    t : ndarray, shape (n,)
        Seconds since 1970, UTC.
    """
    x = np.full((measurements.height, len(stage.parameters)), np.nan)
    for i, parameter in enumerate(stage.parameters):
        if parameter.name in measurements.columns:
            x[:, i] = measurements[parameter.name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    t = measurements["t_event"].dt.epoch("us").cast(pl.Float64).to_numpy() / 1e6
    return x, t


def lots(unit_ids: Sequence[str]) -> NDArray[np.object_] | None:
    """Return the lot of each unit, or None if no unit names one.

    A unit id written ``lot/unit`` belongs to the lot; another is a lot of its own. Units of a lot stay on one side
    of every split and are resampled together.

    Examples
    --------
    >>> lots(["H7/1", "H7/2", "solo"]).tolist()
    ['H7', 'H7', 'solo']
    >>> lots(["a", "b"]) is None
    True
    """
    if not any(LOT_SIGN in unit for unit in unit_ids):
        return None
    return np.array([unit.split(LOT_SIGN, 1)[0] for unit in unit_ids], dtype=object)


def task(
    stage: Stage,
    characteristic: str,
    measurements: pl.DataFrame,
    labels: pl.DataFrame,
    *,
    unlabelled_cap: int = UNLABELLED_CAP,
    support_cap: int = SUPPORT_CAP,
    gauge_sd: float | None = None,
) -> Task:
    """Frame one stage x characteristic as a learning problem.

    Parameters
    ----------
    stage : Stage
    characteristic : str
    measurements : polars.DataFrame
        Rows of the lake, one a unit: ``unit_id``, ``t_event`` and the parameters.
    labels : polars.DataFrame
        ``unit_id`` and ``value``, one row a unit; a label whose unit is not among the measurements waits for it.
    unlabelled_cap, support_cap : int
        At most so many of the newest units are taken.
    gauge_sd : float, optional
        Standard deviation of the gauge by a study; default: as the plant defines it.

    Returns
    -------
    Task
        Labelled units as support, the others unlabelled, both by event time.

    Raises
    ------
    DefinitionError
        If the stage has no such characteristic.
    """
    what = stage.characteristic(characteristic)
    rows = _labelled(measurements, labels)
    known = rows.filter(pl.col("_label").is_finite()).tail(support_cap)
    rest = rows.filter(pl.col("_label").is_null()).tail(unlabelled_cap)
    support_x, support_t = inputs(stage, known)
    unlabelled_x, unlabelled_t = inputs(stage, rest)
    return Task(
        stage=stage.id,
        characteristic=what.name,
        columns=tuple(p.name for p in stage.parameters),
        support_x=support_x,
        support_y=known["_label"].to_numpy(),
        unlabelled_x=unlabelled_x,
        support_t=support_t,
        unlabelled_t=unlabelled_t,
        kind=what.kind,
        limits=_limits(what),
        groups=lots(known["unit_id"].to_list()),
        family=family_name(stage, what),
        gauge_sd=what.gauge_sd if gauge_sd is None else gauge_sd,
    )


def unlabelled(measurements: pl.DataFrame, labels: pl.DataFrame, cap: int = UNLABELLED_CAP) -> pl.DataFrame:
    """Return ``unit_id`` and ``t_event`` of the units without a label, one for each row of a task's `unlabelled_x`."""
    rows = _labelled(measurements, labels)
    return rows.filter(pl.col("_label").is_null()).tail(cap).select("unit_id", "t_event")


def _labelled(measurements: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    joined = measurements.join(labels.select("unit_id", _label="value"), on="unit_id", how="left")
    return joined.sort("t_event", "unit_id")


def _limits(what: Characteristic) -> tuple[float | None, float | None, float | None] | None:
    limits = (what.lower, what.target, what.upper)
    return None if limits == (None, None, None) else limits
