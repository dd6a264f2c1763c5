"""One stage of the simulated plant in arrays, without store, files and clock: what a study of many nights needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_connectors.schema import Characteristic, Stage
from data_connectors.synthetic import Fault, SyntheticPlant, unexplained
from models.base import Array
from qc_app.proof.episodes import QUALITY, START, family_of
from qc_app.proof.works import plant_of


@dataclass(frozen=True, slots=True, eq=False)
class BareStage:
    """Units and results of one stage; times are days since the start.

    Parameters
    ----------
    seed : int
    stage : Stage
    what : Characteristic
    faults : tuple of Fault
        Of the whole plant.
    units : polars.DataFrame
        As the lake holds them, by event time.
    day, expected : ndarray, shape (n,)
        Event time and true expected value of each unit.
    grade : ndarray of str, shape (n,)
        As the line's own system would name it; the units do not tell it.
    noise : float
        Standard deviation of what no parameter explains.
    labels : polars.DataFrame
        ``unit_id, value, place`` (of the unit in `units`), by the time they became known.
    known : ndarray, shape (m,)
        When each label became known.
    """

    seed: int
    stage: Stage
    what: Characteristic
    faults: tuple[Fault, ...]
    units: pl.DataFrame
    day: Array
    expected: Array
    grade: NDArray[np.str_]
    noise: float
    labels: pl.DataFrame
    known: Array


def bare_stage(seed: int, stage_id: str, days: int, faults: tuple[Fault, ...] = ()) -> BareStage:
    """Make a stage of the simulated plant from the start on.

    Parameters
    ----------
    seed : int
        Of the plant.
    stage_id : str
    days : int
    faults : tuple of Fault, optional

    Returns
    -------
    BareStage

    Examples
    --------
    >>> made = bare_stage(1, "rolling-1", 3)
    >>> made.stage.id, made.what.name, len(made.day) == len(made.expected) == made.units.height
    ('rolling-1', 'thickness_deviation', True)
    """
    name, until = QUALITY[family_of(stage_id)], START + timedelta(days=days)
    stage = plant_of(seed, [stage_id], faults).stage(stage_id)
    plant = SyntheticPlant.of(seed=seed, start=START, faults=faults)
    truth = plant.truth(stage_id, START, until).select("unit_id", "grade", expected=pl.col(f"{name}_expected"))
    units = plant.between(stage_id, START, until).join(truth, on="unit_id", how="inner").sort("t_event", "unit_id")
    told = plant.labels(stage_id, START, until).select("unit_id", "t_known", value=pl.col(name)).drop_nulls("value")
    placed = units.select("unit_id", place=pl.int_range(pl.len()))
    labels = told.join(placed, on="unit_id", how="inner").sort("t_known", "place")
    return BareStage(
        seed=seed,
        stage=stage,
        what=stage.characteristic(name),
        faults=faults,
        units=units.drop("expected", "grade"),
        day=_days(units["t_event"]),
        expected=units["expected"].to_numpy(),
        grade=np.asarray(units["grade"].to_list(), dtype=str),
        noise=unexplained(stage_id, name),
        labels=labels.select("unit_id", "value", "place"),
        known=_days(labels["t_known"]),
    )


def _days(times: pl.Series) -> Array:
    return np.asarray((times.dt.epoch("us").to_numpy() / 1e6 - START.timestamp()) / 86_400)
