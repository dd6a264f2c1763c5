"""Champion, challenger and baseline on the same labelled units, which none of them ever saw."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_connectors.schema import Characteristic, Stage
from models import Adapted
from models.base import Array, BoolArray
from models.guards import Evidence
from qc_app import framing
from qc_app.jobs.model.answers import baseline
from qc_app.jobs.model.soundness import set_aside
from qc_app.jobs.monitoring.windows import contexts_of
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
    units : tuple of str
        The units of the rows.
    passed_over : int
        Labels that neither saw but the queue chose.
    set_aside : dict of str to float
        Labels that neither saw but that cannot belong to the stage.
    segments : ndarray of object, shape (n,), or None
        The declared context of each row: its grade, its machine.
    later : ndarray of bool, shape (n,), or None
        Whether a row's unit was made after the challenger was built.
    """

    champion: Array | None
    challenger: Array
    baseline: Array
    covered: BoolArray | None
    lots: NDArray[np.object_] | None
    domains: tuple[BoolArray, BoolArray] | None
    units: tuple[str, ...] = ()
    passed_over: int = 0
    set_aside: dict[str, float] = field(default_factory=dict)
    segments: NDArray[np.object_] | None = None
    later: BoolArray | None = None

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
            loss_champion=self.champion,
            segments=self.segments,
        )

    def digest(self) -> str:
        """Return what the verdict stands on as one SHA-256: units, lots and the losses of all three, bit by bit."""
        found = hashlib.sha256("\n".join(self.units).encode())
        found.update("\n".join(map(str, [] if self.lots is None else self.lots)).encode())
        for losses in (self.champion, self.challenger, self.baseline):
            found.update(b"none" if losses is None else np.ascontiguousarray(losses, dtype="<f8").tobytes())
        return found.hexdigest()


def stage_trial(
    night: Night, stage: Stage, what: Characteristic, pointers: Pointers, since: datetime | None = None
) -> Trial:
    """Let both models predict every labelled unit that neither was adapted with and that the queue did not choose.

    Chosen units lie where the models know least: who is better there need not be better at the stage. Those that the
    queue drew at random, and what inspection measures of its own accord, are the evidence. Labels that cannot belong
    to the stage (`soundness`) judge as little as they teach. Where challengers predict in the shadow first, only units
    that came after the challenger was built count.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic
    pointers : Pointers
        With a challenger.
    since : datetime, optional
        Only units after it count.

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
    odd = set_aside(what, labels)
    drawn = unseen.filter(pl.col("picked") != CHOSEN)
    if since is not None:
        drawn = drawn.filter(pl.col("t_event") > since)
    fair = drawn.filter(~pl.col("unit_id").is_in(list(odd)))
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
        units=tuple(rows["unit_id"].to_list()),
        passed_over=int((unseen["picked"] == CHOSEN).sum()),
        set_aside={unit: value for unit, value in drawn.select("unit_id", "value").iter_rows() if unit in odd},
        segments=_segments(night, stage, rows),
        later=(rows["t_event"] > night.store.journal.models.get(challenger_id).cutoff).to_numpy(),
    )


def loss(y: Array, mean: Array, *, binary: bool) -> Array:
    """Absolute error, or for a defect the squared error of its probability (Brier 1950).

    Examples
    --------
    >>> loss(np.array([2.0]), np.array([2.5]), binary=False), loss(np.array([1.0]), np.array([0.5]), binary=True)
    (array([0.5]), array([0.25]))
    """
    return np.asarray((y - mean) ** 2 if binary else np.abs(y - mean))


def _segments(night: Night, stage: Stage, rows: pl.DataFrame) -> NDArray[np.object_] | None:
    found = contexts_of(night, stage, rows)
    return None if found is None else np.array(["unknown" if name is None else name for name in found], dtype=object)


def _domains(night: Night, stage: Stage, champion: Adapted, challenger: Adapted) -> tuple[BoolArray, BoolArray]:
    x, t = framing.inputs(stage, night.sound(stage).tail(RECENT_UNITS))
    return champion.predict(x, t).in_domain, challenger.predict(x, t).in_domain
