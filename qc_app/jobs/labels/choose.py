"""Which units to measure next: the queue of a stage, renewed at night and when labels came."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import Learner, labels, make_learner
from qc_app import framing
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import Queued

LENGTH = 10
UNTRAINED = "prior_mixture"


def choose(night: Night, stage: Stage, what: Characteristic) -> Result:
    """Write the queue: a fifth drawn at random, the others chosen for what they teach about the stage.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Result
    """
    rest = framing.unlabelled(night.sound(stage), night.labels(stage, what))
    open_rows = np.flatnonzero((rest["t_event"] >= _expected_from(night)).to_numpy())
    entries = _entries(night, stage, what, rest, open_rows) if open_rows.size else []
    night.permit()
    night.store.journal.queue.replace(stage.id, what.name, entries, night.cutoff)
    reached("after_choose")
    drawn = sum(entry.by_lot for entry in entries)
    words = (
        f"{len(entries)} units to measure next, {drawn} of them drawn at random" if entries else "nothing to measure"
    )
    return Result(words, {"queued": len(entries), "drawn": drawn})


def worn(night: Night, stage: Stage, what: Characteristic) -> bool:
    """Say whether the queue needs renewal before the night: an entry was measured or is overdue, or there is none."""
    rest = framing.unlabelled(night.sound(stage), night.labels(stage, what))
    waiting = set(rest.filter(pl.col("t_event") >= _expected_from(night))["unit_id"])
    queued = {entry.unit_id for entry in night.store.journal.queue.open(stage.id, what.name)}
    return not queued <= waiting or (not queued and bool(waiting))


def asked(night: Night) -> Learner:
    """Return the newest prior, or an untrained learner that knows nothing but smoothness."""
    prior = night.store.journal.models.pointers("", "").champion
    return night.answers.prior(prior) if prior else make_learner(UNTRAINED)


def _entries(
    night: Night, stage: Stage, what: Characteristic, rest: pl.DataFrame, open_rows: np.ndarray
) -> list[Queued]:
    task = night.task(stage, what)
    drawn = {entry.unit_id for entry in night.store.journal.queue.open(stage.id, what.name) if entry.by_lot}
    units = rest["unit_id"].to_list()
    kept = [row for row in open_rows.tolist() if units[row] in drawn]
    rng = np.random.default_rng(night.seed(stage, what))
    picks = labels.queue(asked(night), task, open_rows, LENGTH, rng, kept=kept)
    window = timedelta(days=night.plant.label_window_days)
    made = rest["t_event"].to_list()
    return [
        Queued(
            stage=stage.id,
            characteristic=what.name,
            unit_id=units[pick.row],
            t_event=made[pick.row],
            chosen=night.cutoff,
            place=place,
            by_lot=pick.by_lot,
            share=pick.share,
            why=pick.why,
            due=made[pick.row] + window,
        )
        for place, pick in enumerate(picks, 1)
    ]


def _expected_from(night: Night) -> datetime:
    return night.cutoff - timedelta(days=night.plant.label_window_days)
