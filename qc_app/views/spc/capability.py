"""A capability study as it is drawn: charts of process and spread, newest points, histogram, plot, indices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic
from models import spc
from models.errors import TaskError
from models.spc.capability import Fitted, Method, Picture, fit, picture, within
from qc_app import framing
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.subjects import gathered
from qc_app.views.spc.chart import SpcChart, between, spc_chart

NEWEST = 25
_INDICES = ("cp", "cpk", "cpm", "pp", "ppk", "ppl", "ppu")


@dataclass(frozen=True, slots=True, eq=False)
class SixPack:
    """The six pictures of a capability study and its numbers.

    Parameters
    ----------
    characteristic : Characteristic
    chart : SpcChart
        Of the process (first panel) and of its spread (second).
    newest : polars.DataFrame
        The newest points: ``n``, ``unit_id``, ``value``.
    picture : Picture or None
        Histogram, densities and probability plot; None where all values are equal.
    result : Capability
    indices : polars.DataFrame
        ``index``, ``value``, ``lower``, ``upper``: those there are.
    """

    characteristic: Characteristic
    chart: SpcChart
    newest: pl.DataFrame
    picture: Picture | None
    result: spc.Capability
    indices: pl.DataFrame


def six_pack(  # noqa: PLR0917 - what may be chosen of it
    store: Store,
    plant: Plant,
    stage_id: str,
    characteristic: str,
    method: Method = "normal",
    since: datetime | None = None,
    until: datetime | None = None,
) -> SixPack:
    """Judge the results of a characteristic against its specification.

    Units that are left out of the control limits with a cause are left out here, too. Whether the process is stable
    says the chart of its values, over the same time; that of moving ranges signals by chance too often to say it.

    Parameters
    ----------
    store : Store
    plant : Plant
    stage_id, characteristic : str
    method : str
        Of `models.spc.capability.METHODS`.
    since, until : datetime, optional

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    TaskError
        If the characteristic is a defect, or has no specification.
    NotEnoughData
        With too few results.
    """
    of = plant.stage(stage_id)
    what = of.characteristic(characteristic)
    if what.kind == "binary":
        raise TaskError(f"{characteristic} is a defect: its share is its capability - look at its chart")
    chart = spc_chart(store, plant, stage_id, characteristic, since=since, until=until)
    seen = between(gathered(store, plant, (stage_id, characteristic)), since, until)
    result = spc.capability(
        seen.kept,
        what.lower,
        what.target,
        what.upper,
        stable=chart.chart.main.stable,
        groups=seen.groups,
        method=method,
    )
    kept = seen.kept[np.isfinite(seen.kept)]
    drawn = picture(kept, within(seen.kept, seen.groups), _fitted(result, kept)) if np.ptp(kept) > 0 else None
    return SixPack(what, chart, _newest(seen), drawn, result, _indices(result))


def _fitted(result: spc.Capability, kept: np.ndarray) -> Fitted | None:
    family = result.method.removeprefix("fitted ")
    return fit(kept, family) if family != result.method else None


def _newest(seen: framing.Series) -> pl.DataFrame:
    first = max(len(seen.units) - NEWEST, 0)
    rows = [(n, seen.units[n], float(seen.values[n])) for n in range(first, len(seen.units))]
    return pl.DataFrame(rows, schema={"n": pl.Int64(), "unit_id": pl.String(), "value": pl.Float64()}, orient="row")


def _indices(result: spc.Capability) -> pl.DataFrame:
    found = [(name.capitalize(), getattr(result, name)) for name in _INDICES]
    rows = [(name, index.value, index.lower, index.upper) for name, index in found if index is not None]
    schema = {"index": pl.String(), "value": pl.Float64(), "lower": pl.Float64(), "upper": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row")
