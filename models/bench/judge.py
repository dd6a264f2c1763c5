"""One answer judged: the row of figures of one method at one new stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models import metrics
from models.base import Kind, Prediction
from models.bench.normal import PROMISED
from models.bench.protocols import NORMAL, Exam, Protocol

Status = Literal["ok", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one method at one new stage.

    Parameters
    ----------
    pack, characteristic, stage, method : str
    kind, protocol : str
    k : int
        Labels, or labelled defects; under the protocols for normal units, unlabelled units to learn from.
    seed : int
    own : bool
        A learner of this product; else a peer.
    queries : int
        Units judged.
    fit_s : float or None
        Meta-training in seconds of processor time; None of a member that was trained within the portfolio.
    seconds : float
        Adapting and predicting once, in seconds of processor time.
    nrmse, coverage, width, crps : float or None
        Continuous only; all but coverage in units of the stage's standard deviation; the last three where the
        method states intervals.
    auroc, ap : float or None
        Defects only.
    alarms_1, alarms_5 : float or None
        Under the protocols for normal units: share of unseen normal units whose anomaly is above .99 and .95.
    status : {"ok", "refused", "failed"}
    note : str
        Why it refused or failed.
    training : int or None
        Most stages that could be learned from; None: all, 0: none, as of methods that learn from no other stage.
    """

    pack: str
    characteristic: str
    kind: Kind
    protocol: Protocol
    k: int
    seed: int
    stage: str
    method: str
    own: bool
    queries: int
    fit_s: float | None
    seconds: float = 0.0
    nrmse: float | None = None
    coverage: float | None = None
    width: float | None = None
    crps: float | None = None
    auroc: float | None = None
    ap: float | None = None
    status: Status = "ok"
    note: str = ""
    training: int | None = None
    alarms_1: float | None = None
    alarms_5: float | None = None


def judged(row: Row, exams: Sequence[Exam], predictions: Sequence[Prediction]) -> Row:
    """Return `row` with the figures of the predictions on the queries of the exams, all taken together."""
    if row.protocol in NORMAL:
        return _judged_normal(row, exams[0], predictions[0])
    y = np.concatenate([e.y for e in exams])
    mean, lower, upper = (
        np.concatenate([getattr(p, part) for p in predictions]) for part in ("mean", "lower", "upper")
    )
    if mean.shape != y.shape or not np.isfinite(mean).all():
        return replace(row, status="failed", note=f"{np.sum(~np.isfinite(mean))} of {len(mean)} are no numbers")
    if row.kind == "binary":
        return replace(row, auroc=metrics.auroc(y, mean), ap=metrics.average_precision(y, mean))
    sd, level = exams[0].sd, predictions[0].level
    row = replace(row, nrmse=metrics.nrmse(y, mean, sd))
    if not np.isfinite(lower).all() or not np.isfinite(upper).all():
        return row
    return replace(
        row,
        coverage=metrics.coverage(y, lower, upper),
        width=metrics.width(lower, upper, sd),
        crps=metrics.crps(y, mean, lower, upper, level) / sd,
    )


def _judged_normal(row: Row, exam: Exam, prediction: Prediction) -> Row:
    """A learner is judged by its anomaly; a peer, which promises no rate, by how its score ranks."""
    score = prediction.anomaly if row.own else prediction.mean
    if score.shape != exam.y.shape or not np.isfinite(score).all():
        return replace(row, status="failed", note=f"{np.sum(~np.isfinite(score))} of {len(score)} are no numbers")
    if (exam.y == 1).any():
        row = replace(row, auroc=metrics.auroc(exam.y, score), ap=metrics.average_precision(exam.y, score))
    if not row.own:
        return row
    one, five = (float(np.mean(score[exam.y == 0] > 1 - a)) for a in PROMISED)
    return replace(row, alarms_1=one, alarms_5=five)
