"""What can be charted of a stage: results, predictions, errors of the model, or several columns together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from data_connectors.rows.windows import windowed
from data_connectors.schema import Characteristic, Stage
from models import spc
from models.errors import NotEnoughData
from qc_app import framing
from qc_app.plant import Plant
from qc_app.store import Store

#: Name in the address -> words. Each has its own mark: they never share one.
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "measured": "Results",
        "predicted": "Predictions",
        "error": "Result less prediction",
        "characteristics": "All characteristics",
        "parameters": "All parameters",
    }
)
VECTORS = ("characteristics", "parameters")
MOST_UNITS = 3_000
"""Newest units that a chart of predictions or parameters looks at."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is charted, and which units it is of.

    Parameters
    ----------
    data : Observations
    units : tuple of str
    times : tuple of datetime
    causes : mapping of int to str
        Observations that are left out, with the cause on record.
    """

    data: spc.Observations
    units: tuple[str, ...]
    times: tuple[datetime, ...]
    causes: Mapping[int, str]


def possible(of: Stage, what: Characteristic) -> tuple[str, ...]:
    """Return the subjects that a characteristic of a stage has.

    Examples
    --------
    >>> crack = Characteristic("crack", kind="binary")
    >>> possible(Stage("s", "line", "family", (), (crack,)), crack)
    ('measured',)
    """
    if what.kind == "binary":
        return ("measured",)
    several = len([c for c in of.characteristics if c.kind == "continuous"]) > 1
    more = (("characteristics",) if several else ()) + (("parameters",) if len(of.parameters) > 1 else ())
    return ("measured", "predicted", "error", *more)


def series_of(store: Store, of: Stage, what: Characteristic, subject: str) -> Subject:
    """Read predictions, errors, characteristics or parameters, the newest units, in the order of production.

    Raises
    ------
    NotEnoughData
        If there is nothing.
    """
    rows = {
        "predicted": _predicted,
        "error": _errors,
        "characteristics": _characteristics,
        "parameters": _parameters,
    }[subject](store, of, what)
    frame = rows.sort("t_event", "unit_id").tail(MOST_UNITS)
    names = [c for c in frame.columns if c not in {"unit_id", "t_event"}]
    if not frame.height or not names:
        raise NotEnoughData(f"{of.id}: no unit has {SUBJECTS[subject].lower()} yet", 1)
    values: Any = frame.select(names).to_numpy().astype(float)
    data = spc.Observations(values, names=names) if subject in VECTORS else spc.Observations(values[:, 0])
    return Subject(data, tuple(frame["unit_id"]), tuple(frame["t_event"]), {})


def of_results(seen: framing.Series) -> Subject:
    """Return results as they are read for their charts."""
    return Subject(seen.data, seen.units, seen.times, seen.causes)


def _predicted(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    frame = store.lake.predictions(of.id, characteristic=what.name)
    return frame.select("unit_id", "t_event", pl.col("mean").alias("predicted")).drop_nulls()


def _errors(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    known = store.journal.labels.known(of.id, what.name).select("unit_id", "value")
    joined = _predicted(store, of, what).join(known, on="unit_id", how="inner")
    return joined.select("unit_id", "t_event", (pl.col("value") - pl.col("predicted")).alias("error"))


def _characteristics(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    del what
    times = store.lake.measurements(of.id, columns=["unit_id", "t_event"]).unique("unit_id", keep="last")
    for one in of.characteristics:
        if one.kind == "continuous":
            known = store.journal.labels.known(of.id, one.name).select("unit_id", pl.col("value").alias(one.name))
            times = times.join(known, on="unit_id", how="inner")
    return times


def _parameters(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    """Parameters that are there and vary; a parameter that is mostly missing would leave no complete row."""
    del what
    wanted = ["unit_id", "t_event", *(p.name for p in of.parameters)]
    rows = store.lake.measurements(of.id, columns=wanted).unique("unit_id", keep="last")
    kept = [p.name for p in of.parameters if p.name in rows.columns and _told(rows[p.name])]
    return rows.select("unit_id", "t_event", *kept)


def _told(column: pl.Series) -> bool:
    x = column.cast(pl.Float64).to_numpy()
    there = x[np.isfinite(x)]
    return len(there) > 0.9 * len(x) and bool(np.ptp(there) > 0)


def sample(subject: Subject, most: int | None) -> Subject:
    """Return the newest `most` observations; of subgroups, whole ones.

    Examples
    --------
    >>> few = sample(Subject(spc.Observations([1.0, 2.0, 3.0]), ("a", "b", "c"), (), {}), 2)
    >>> few.units
    ('b', 'c')
    """
    n = len(subject.units)
    if most is None or most >= n:
        return subject
    first = next((a for a, _ in subject.data.ends if a >= n - most), n - most)
    cut = slice(first, n)
    data = spc.Observations(
        np.asarray(subject.data.values, dtype=float)[cut],
        groups=None if subject.data.groups is None else subject.data.groups[cut],
        names=subject.data.names,
        breaks=[b - first for b in subject.data.breaks if b > first],
    )
    causes = {i - first: cause for i, cause in subject.causes.items() if i >= first}
    return Subject(data, subject.units[cut], subject.times[cut], causes)


def plant_stage(plant: Plant, stage: str, characteristic: str) -> tuple[Stage, Characteristic]:
    """Return stage and characteristic by name; of a continuous stage the parameters are those of its windows."""
    of = windowed(plant.stage(stage))
    return of, of.characteristic(characteristic)
