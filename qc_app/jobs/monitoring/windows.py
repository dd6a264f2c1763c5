"""The newest units of a stage and those before them, with results and model, as the drift tests read them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import Adapted, drift
from models.base import Array, BoolArray
from qc_app import framing
from qc_app.jobs.model.track import track
from qc_app.jobs.night import Night

REFERENCE_UNITS = 2000
"""So many that four times the newest units, which slow parameters are looked at in, still have a past."""
CURRENT_UNITS = 200
YOUNG_SHARE = 4
"""A stage with few units divides them: the newest fourth against the rest."""
FEW_RESULTS, MANY_RESULTS = 20, 60
"""Results that are looked at together: at least, though the model is younger, and at most, though it is older."""
PROBED = 40
SHUFFLED_PER_SD = 2 / np.sqrt(np.pi)
"""How far a normal variable lies from a shuffled copy of itself on average, in standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A stage before and now, and its model.

    Parameters
    ----------
    windows : models.drift.Windows
    model : Adapted
    """

    windows: drift.Windows
    model: Adapted


def seen(night: Night, stage: Stage, what: Characteristic) -> Seen | None:
    """Gather both windows of one characteristic; None while it has no model to hold units against.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Seen or None
    """
    champion = night.store.journal.models.pointers(stage.id, what.name).champion
    if champion is None:
        return None
    cutoff, model = night.store.journal.models.get(champion).cutoff, night.answers.model(champion)
    before, since = _units(night, stage)
    x = framing.inputs(stage, before)[0], framing.inputs(stage, since)[0]
    residuals, measured = _results(night, stage, what, cutoff)
    error = float(np.nanmean(np.abs(residuals[0]))) if np.isfinite(residuals[0]).any() else float("nan")
    windows = drift.Windows(
        x=x,
        columns=tuple(p.name for p in stage.parameters),
        weights=importance(model, x[0], night.seed(stage, what)) / SHUFFLED_PER_SD,
        error=error if error > 0 else float("nan"),
        ranges=tuple((p.low, p.high) for p in stage.parameters),
        residuals=residuals if what.kind == "continuous" else None,
        measured=measured if what.kind == "continuous" else None,
        contexts=contexts(night, stage, before, since),
        delays=(_delays(before), _delays(since)),
        name=what.name,
    )
    return Seen(windows, model)


def _units(night: Night, stage: Stage) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the newest units and those before them; a mark with a new baseline cuts the latter off.

    The newest units, and not those since the model was adapted: a model that is adapted every other night would leave
    too few to see anything, and three labels of the new state do not make it known.
    """
    rows, began = night.sound(stage), _baseline(night, stage)
    now = min(CURRENT_UNITS, rows.height // YOUNG_SHARE)
    before = rows.head(rows.height - now).tail(REFERENCE_UNITS)
    if began is not None:
        before = before.filter(pl.col("t_event") >= began)
    return before, rows.tail(now)


def _baseline(night: Night, stage: Stage) -> datetime | None:
    """Return the newest mark after which drift is judged anew."""
    kinds = {mark.kind for mark in night.plant.marks if mark.baseline}
    marks = [e.at for e in night.store.journal.events.list(stage.id) if e.kind in kinds and e.at <= night.cutoff]
    return max(marks, default=None) if kinds else None


def _results(
    night: Night, stage: Stage, what: Characteristic, cutoff: datetime
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return residuals and measured values, each of labels known at the model's cut-off and of those since.

    Of those since the cut-off the newest sixty at most: a model that stays is held against its own past, and a first
    one has no other. The newest twenty at least: one that is adapted to the first three results of a new state would
    else take them for the old one.
    """
    tracked = track(night, stage, what)
    new = newest(tracked["t_known"], cutoff, int(tracked["mean"].is_not_null().sum()))
    values = tracked["value"].to_numpy()
    residuals = values - tracked["mean"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return (residuals[~new], residuals[new]), (values[~new], values[new])


def newest(known: pl.Series, cutoff: datetime | float, predicted: int) -> BoolArray:
    """Mark the results after a moment, within bounds; half of those that were predicted at least are left as the past.

    Examples
    --------
    >>> days = pl.Series([datetime(2026, 1, day) for day in range(1, 13)])
    >>> [int(newest(days, datetime(2026, 1, day), 12).sum()) for day in (12, 7, 2)]
    [3, 5, 6]
    """
    least, most = min(FEW_RESULTS, predicted // YOUNG_SHARE), min(MANY_RESULTS, predicted // 2)
    count = min(max(int((known > cutoff).sum()), least), most)
    return np.asarray(known.rank("ordinal", descending=True).to_numpy() <= count)


def _delays(rows: pl.DataFrame) -> Array:
    return ((rows["t_ingest"] - rows["t_event"]).dt.total_milliseconds() / 1000).to_numpy().astype(np.float64)


def contexts(night: Night, stage: Stage, before: pl.DataFrame, since: pl.DataFrame) -> drift.Contexts | None:
    """Return the declared context of each unit: the value of a parameter, or the text of the last event before it."""
    first, then = contexts_of(night, stage, before), contexts_of(night, stage, since)
    return None if first is None or then is None else drift.Contexts.of(first, then)


def contexts_of(night: Night, stage: Stage, rows: pl.DataFrame) -> list[str | None] | None:
    """Return the declared context of some units, None for one that has none; None where none is declared."""
    told = [event for event in night.store.journal.events.list(stage.id) if event.at <= night.cutoff]
    return framing.contexts_of(stage, rows, told)


def importance(model: Adapted, x: Array, seed: int) -> Array:
    """Return how much predictions move when one parameter is shuffled over the units.

    Parameters
    ----------
    model : Adapted
    x : ndarray, shape (n, d)
        Units of the reference window; at most 40 of them are used.
    seed : int

    Returns
    -------
    ndarray, shape (d,)
        Mean absolute change of the prediction, in the characteristic's unit (Breiman 2001, without labels).
    """
    rng = np.random.default_rng(zlib.crc32(str(seed).encode()))
    n, d = x.shape
    if n < 2:  # nothing to shuffle
        return np.ones(d)
    chosen = x[np.sort(rng.choice(n, min(n, PROBED), replace=False))]
    stacked = np.repeat(chosen[None], d + 1, axis=0)
    order = rng.permutation(len(chosen))
    for j in range(d):
        stacked[j + 1, :, j] = chosen[order, j]
    means = model.predict(stacked.reshape(-1, d)).mean.reshape(d + 1, -1)
    return np.asarray(np.nan_to_num(np.abs(means[1:] - means[0]).mean(axis=1)))
