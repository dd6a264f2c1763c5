"""Look whether something moved since the model was adapted, and whether the sensors are sound."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import Adapted, drift
from models.base import Array
from models.explain import change, means_of
from qc_app import framing
from qc_app.jobs.model.track import track
from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import DriftReport

REFERENCE_UNITS = 1000
CURRENT_UNITS = 200
PROBED = 40
KEPT = 5
KINDS = ("drift", "bad_data")


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Parameters of units that the champion was adapted with, and of those that came since."""

    reference: Array
    current: Array


def monitor(night: Night, stage: Stage) -> Result:
    """Test inputs, relation and output of every characteristic; name failed sensors; raise and clear the alarms.

    Parameters
    ----------
    night : Night
    stage : Stage

    Returns
    -------
    Result
        One sentence for the stage; the verdicts are in the journal.
    """
    reports: list[DriftReport] = []
    conditions: list[Condition] = []
    words: list[str] = []
    for what in stage.characteristics:
        verdicts, faults, relevant = _tested(night, stage, what)
        summary = drift.summarize(verdicts)
        words.append(f"{what.name}: {summary.sentence}")
        if summary.state == "drift":
            conditions.append(Condition("drift", what.name, "medium", summary.sentence))
        conditions += [Condition("bad_data", f.column, "medium", f.sentence) for f in faults if f.column in relevant]
        reports += _reports(night, stage, what, verdicts)
    settle(night.store, stage.id, KINDS, conditions, night.cutoff)
    if reports and not night.store.journal.drift.list(stage=stage.id, plant_day=night.day, last=1):
        night.store.journal.drift.add(reports)
    return Result("; ".join(words), {"alarms": len(conditions), "reports": len(reports)})


def _tested(
    night: Night, stage: Stage, what: Characteristic
) -> tuple[list[drift.Verdict], tuple[drift.Fault, ...], set[str]]:
    champion = night.store.journal.models.pointers(stage.id, what.name).champion
    columns = [p.name for p in stage.parameters]
    if champion is None:
        return [drift.no_verdict("inputs", what.name, 0, 0.0, "no model yet to hold the units against")], (), set()
    cutoff = night.store.journal.models.get(champion).cutoff
    rows = night.sound(stage)
    came = pl.col("t_ingest") > cutoff
    windows = Windows(
        framing.inputs(stage, rows.filter(~came).tail(REFERENCE_UNITS))[0],
        framing.inputs(stage, rows.filter(came).tail(CURRENT_UNITS))[0],
    )
    faults = drift.sensor_faults(windows.reference, windows.current, columns)
    model = night.answers.model(champion)
    weights = importance(model, windows.reference, night.seed(stage, what))
    broken = {fault.column for fault in faults}
    tests = drift.inputs(windows.reference, windows.current, columns, weights, faulty=broken)
    verdicts = moved_by(tests, model, windows, columns, what)
    tracked = track(night, stage, what)
    new = tracked["t_known"] > cutoff
    residuals = (tracked["value"] - tracked["mean"]).to_numpy()
    if what.kind == "continuous":
        verdicts.append(drift.relation(residuals[~new.to_numpy()], residuals[new.to_numpy()]))
        values = tracked["value"].to_numpy()
        verdicts.append(drift.output(values[~new.to_numpy()], values[new.to_numpy()], what.name))
    return verdicts, faults, set(columns)


def moved_by(
    verdicts: Sequence[drift.Verdict], model: Adapted, windows: Windows, columns: Sequence[str], what: Characteristic
) -> list[drift.Verdict]:
    """Let the verdict on each parameter that drifted say what it did to the predicted mean.

    Parameters
    ----------
    verdicts : sequence of Verdict
        On the parameters `columns`.
    model : Adapted
        Whose learned mapping carries the change.
    windows : Windows
    columns : sequence of str
    what : Characteristic

    Returns
    -------
    list of Verdict
        The same verdicts, those that drifted with a longer sentence.
    """
    if not any(v.drifted for v in verdicts):
        return list(verdicts)
    found = change(means_of(model), windows.reference, windows.current)
    parts = dict(zip(columns, found.parts.tolist(), strict=True))
    whole = f"of {found.total:+.3g} {what.unit}".rstrip()
    return [
        replace(v, sentence=f"{v.sentence}; it moves the predicted {what.name} by {parts[v.subject]:+.3g} {whole}")
        if v.drifted
        else v
        for v in verdicts
    ]


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


def _reports(night: Night, stage: Stage, what: Characteristic, verdicts: list[drift.Verdict]) -> list[DriftReport]:
    """Keep what moved, and the largest of the rest: a quiet night leaves few rows."""
    decided = [v for v in verdicts if v.decided]
    moved = [v for v in decided if v.drifted]
    quiet = sorted((v for v in decided if not v.drifted), key=lambda v: -v.effect)[:KEPT]
    fields = ("drift_of", "subject", "test", "statistic", "threshold", "p_value", "n", "effect", "drifted", "matters",
              "sentence")  # fmt: skip
    return [
        DriftReport(stage.id, what.name, night.day, night.cutoff, **{name: getattr(v, name) for name in fields})
        for v in [*moved, *quiet]
    ]
