"""One answer judged: the row of figures of one method at one new stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models import metrics
from models.base import Kind, Prediction
from models.bench.protocols import Exam, Protocol

Status = Literal["ok", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one method at one new stage.

    Parameters
    ----------
    pack, characteristic, stage, method : str
    kind, protocol : str
    k : int
        Labels, or labelled defects.
    seed : int
    own : bool
        A learner of this product; else a peer.
    queries : int
        Units judged.
    fit_s, seconds : float
        Meta-training, and adapting with predicting, in seconds.
    nrmse, coverage, width, crps : float or None
        Continuous only; all but coverage in units of the stage's standard deviation; the last three where the
        method states intervals.
    auroc, ap : float or None
        Defects only.
    status : {"ok", "refused", "failed"}
    note : str
        Why it refused or failed.
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
    fit_s: float
    seconds: float = 0.0
    nrmse: float | None = None
    coverage: float | None = None
    width: float | None = None
    crps: float | None = None
    auroc: float | None = None
    ap: float | None = None
    status: Status = "ok"
    note: str = ""


def judged(row: Row, exam: Exam, prediction: Prediction) -> Row:
    """Return `row` with the figures of `prediction` on the query of `exam`."""
    if prediction.mean.shape != exam.y.shape or not np.isfinite(prediction.mean).all():
        return replace(row, status="failed", note=f"{np.sum(~np.isfinite(prediction.mean))} predictions are no numbers")
    if row.kind == "binary":
        auroc = metrics.auroc(exam.y, prediction.mean)
        return replace(row, auroc=auroc, ap=metrics.average_precision(exam.y, prediction.mean))
    row = replace(row, nrmse=metrics.nrmse(exam.y, prediction.mean, exam.sd))
    if not np.isfinite(prediction.lower).all() or not np.isfinite(prediction.upper).all():
        return row
    score = metrics.crps(exam.y, prediction.mean, prediction.lower, prediction.upper, prediction.level)
    return replace(
        row,
        coverage=metrics.coverage(exam.y, prediction.lower, prediction.upper),
        width=metrics.width(prediction.lower, prediction.upper, exam.sd),
        crps=score / exam.sd,
    )
