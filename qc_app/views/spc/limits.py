"""Limits of every version and units left out, as a person reads them."""

from __future__ import annotations

import polars as pl

from qc_app import framing
from qc_app.language import tr
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.subjects import FROZEN, kept_as

_TIME = pl.Datetime("us", "UTC")
_VERSIONS = {
    "chart": pl.String(), "version": pl.Int64(), "in_force": pl.Boolean(), "since": _TIME, "until": _TIME,
    "frozen": _TIME,
    "lower": pl.Float64(), "center": pl.Float64(), "upper": pl.Float64(), "sigma": pl.Float64(), "n": pl.Int64(),
    "estimator": pl.String(), "subgroup": pl.String(), "first": _TIME, "last": _TIME, "excluded": pl.Int64(),
    "author": pl.String(), "reason": pl.String(), "warning": pl.String(),
}  # fmt: skip
_EXCLUSIONS = {"unit_id": pl.String(), "cause": pl.String(), "author": pl.String(), "at": _TIME,
               "in_force": pl.Boolean(),
               "ended": _TIME, "ended_by": pl.String(), "ended_reason": pl.String()}  # fmt: skip
FEW = 100
FEW_SUBGROUPS = 25


def limits_history(  # noqa: PLR0917 - which of them
    store: Store, plant: Plant, stage: str, characteristic: str, chart: str = "", subject: str = "measured",
) -> pl.DataFrame:  # fmt: skip
    """Return every version of the limits of a characteristic, the newest first.

    Parameters
    ----------
    store : Store
    plant : Plant
    stage, characteristic : str
    chart : str
        Only those that this chart stands on: its own, else those of a chart of its scale.
    subject : str
        One of `qc_app.subjects.SUBJECTS`; of predictions and errors none are frozen.

    Returns
    -------
    polars.DataFrame
        As `Limits`, with ``until`` (null while in force), ``in_force``, and a ``warning`` where points are few.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    what = plant.stage(stage).characteristic(characteristic)
    history = store.journal.limits.history(stage, kept_as(what, subject)) if subject in FROZEN else []
    history = framing.in_force(history, chart) if chart else history
    rows = []
    for one in history:
        later = [x.since for x in history if x.chart == one.chart and x.version > one.version]
        until = min(later, default=None)
        known = {name: getattr(one, name, None) for name in _VERSIONS}
        rows.append(known | {"until": until, "in_force": until is None, "warning": few_words(one.n, one.subgroup)})
    return pl.DataFrame(rows, schema=_VERSIONS, orient="row").reverse()


def few_words(n: int, subgroup: str = "") -> str:
    """Say that limits stand on few points, or nothing.

    Examples
    --------
    >>> few_words(30), few_words(30, "5 consecutive results")
    ('30 points: provisional below 100', '')
    """
    need = FEW_SUBGROUPS if subgroup not in {"", "single results"} else FEW
    return tr("{n} points: provisional below {need}", n=n, need=need) if n < need else ""


def exclusions_table(
    store: Store, plant: Plant, stage: str, characteristic: str, subject: str = "measured"
) -> pl.DataFrame:
    """Return every unit that was ever left out, with its cause and whether it still is, the newest first.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    what = plant.stage(stage).characteristic(characteristic)
    rows = [
        {name: getattr(one, name, None) for name in _EXCLUSIONS} | {"in_force": one.ended is None}
        for one in store.journal.exclusions.history(stage, kept_as(what, subject))
    ]
    return pl.DataFrame(rows, schema=_EXCLUSIONS, orient="row").reverse()
