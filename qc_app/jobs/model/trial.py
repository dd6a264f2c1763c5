"""Champion, challenger and baseline on the same labelled units, which none of them ever saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_connectors.schema import Characteristic, Stage
from models import Adapted
from models.base import Array, BoolArray
from models.guards import Evidence
from qc_app import framing
from qc_app.jobs.model.answers import baseline
from qc_app.jobs.night import Night
from qc_app.records import Pointers
from qc_app.store import CHOSEN

RECENT_UNITS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Losses in the characteristic's unit (squared error of the probability for a defect), one a row.

    Parameters
    ----------
    champion : ndarray, shape (n,), or None
        None where there is no champion.
    challenger, baseline : ndarray, shape (n,)
    covered : ndarray of bool, shape (n,), or None
        Whether the challenger's interval held the label; None for a defect.
    lots : ndarray of object, shape (n,), or None
    domains : pair of ndarray of bool, or None
        Domain flags of champion and challenger on recent units.
    passed_over : int
        Labels that neither saw but the queue chose.
    """

    champion: Array | None
    challenger: Array
    baseline: Array
    covered: BoolArray | None
    lots: NDArray[np.object_] | None
    domains: tuple[BoolArray, BoolArray] | None
    passed_over: int = 0

    def __len__(self) -> int:
        return len(self.challenger)

    def evidence(self, tolerance: float) -> Evidence:
        """Return what the guards look at."""
        domains = self.domains or (None, None)
        return Evidence(
            loss_challenger=self.challenger,
            loss_baseline=self.baseline,
            covered=self.covered,
            coverage_tolerance=tolerance,
            in_domain_champion=domains[0],
            in_domain_challenger=domains[1],
        )


def stage_trial(night: Night, stage: Stage, what: Characteristic, pointers: Pointers) -> Trial:
    """Let both models predict every labelled unit that neither was adapted with and that the queue did not choose.

    Chosen units lie where the models know least: who is better there need not be better at the stage. Those that the
    queue drew at random, and what inspection measures of its own accord, are the evidence.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic
    pointers : Pointers
        With a challenger.

    Returns
    -------
    Trial
    """
    challenger_id = pointers.challenger or ""
    answers = night.answers
    taught = answers.seen(challenger_id)
    seen = list(taught | answers.seen(pointers.champion))
    labels = night.labels(stage, what)
    unseen = labels.filter(~pl.col("unit_id").is_in(seen))
    fair = unseen.filter(pl.col("picked") != CHOSEN)
    rows = night.rows(stage).join(fair.select("unit_id", "value"), on="unit_id", how="inner", maintain_order="left")
    support = labels.filter(pl.col("unit_id").is_in(list(taught)))
    task = framing.task(stage, what.name, night.sound(stage), support, gauge_sd=night.gauge_sd(stage, what))
    x, t = framing.inputs(stage, rows)
    y = rows["value"].to_numpy()
    challenger = answers.model(challenger_id)
    said = challenger.predict(x, t)
    champion = answers.model(pointers.champion) if pointers.champion else None
    binary = what.kind == "binary"
    return Trial(
        champion=None if champion is None else loss(y, champion.predict(x, t).mean, binary=binary),
        challenger=loss(y, said.mean, binary=binary),
        baseline=loss(y, baseline(task).predict(x, t).mean, binary=binary),
        covered=None if binary else (y >= said.lower) & (y <= said.upper),
        lots=framing.lots(rows["unit_id"].to_list()),
        domains=None if champion is None else _domains(night, stage, champion, challenger),
        passed_over=unseen.height - fair.height,
    )


def loss(y: Array, mean: Array, *, binary: bool) -> Array:
    """Absolute error, or for a defect the squared error of its probability (Brier 1950).

    Examples
    --------
    >>> loss(np.array([2.0]), np.array([2.5]), binary=False), loss(np.array([1.0]), np.array([0.5]), binary=True)
    (array([0.5]), array([0.25]))
    """
    return np.asarray((y - mean) ** 2 if binary else np.abs(y - mean))


def _domains(night: Night, stage: Stage, champion: Adapted, challenger: Adapted) -> tuple[BoolArray, BoolArray]:
    x, t = framing.inputs(stage, night.sound(stage).tail(RECENT_UNITS))
    return champion.predict(x, t).in_domain, challenger.predict(x, t).in_domain
