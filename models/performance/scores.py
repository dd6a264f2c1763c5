"""What a plant asks of predictions, as numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.base import Array
from models.performance.judged import Judged

LIKELY = 0.5
SCORES = ("mae", "rmse", "share", "coverage", "rank", "misses", "false_alarms", "naive", "recent")
FEWEST_RANKED = 5


@dataclass(frozen=True, slots=True)
class Scores:
    """How predictions did; NaN where it cannot be told.

    Parameters
    ----------
    n : int
        Units judged.
    mae : float
        Mean absolute error in the characteristic's unit; of a defect's probability the mean squared error (Brier).
    rmse : float
        Root mean squared error in the unit.
    share : float
        `mae` as a share of the tolerance, where both limits are given.
    coverage : float
        Share of values inside their interval.
    rank : float
        Spearman's correlation of predicted and measured; for a defect the area under the ROC.
    misses : float
        Share of all units that were out of specification and predicted inside.
    false_alarms : float
        Share of all units that were inside and predicted out.
    naive, recent : float
        `mae` of the baselines: the stage's mean, and the mean of its newest labels.
    """

    n: int
    mae: float
    rmse: float
    share: float
    coverage: float
    rank: float
    misses: float
    false_alarms: float
    naive: float
    recent: float

    def values(self) -> dict[str, float]:
        """Return the scores by name, without n."""
        return {name: value for name, value in asdict(self).items() if name != "n"}


def score(judged: Judged) -> Scores:
    """Score the units for which something had been said.

    Parameters
    ----------
    judged : Judged

    Returns
    -------
    Scores

    Examples
    --------
    >>> found = score(Judged.of([1.0, 3.0], [1.5, 2.0], [0, 0], [2, 2], limits=(0.0, 2.5)))
    >>> found.mae, found.share, found.coverage, found.misses, found.false_alarms
    (0.75, 0.3, 0.5, 0.5, 0.0)
    """
    said = answered(judged)
    means = {name: _mean(values) for name, values in contributions(said).items()}
    return Scores(n=len(said), rank=rank(said), **finished(means, judged))


def answered(judged: Judged) -> Judged:
    """Return the units of which something had been said."""
    return judged.take(np.isfinite(judged.y) & np.isfinite(judged.mean))


def contributions(said: Judged) -> dict[str, Array]:
    """Return what each unit adds to each score that is a mean over units; NaN where it adds nothing, shape (n,)."""
    losses, nothing = said.losses(said.mean), np.full(len(said), np.nan)
    told = np.isfinite(said.lower) & np.isfinite(said.upper) & (not said.binary)
    inside = np.where(told, (said.y >= said.lower) & (said.y <= said.upper), np.nan)
    limited = said.binary or said.limits != (None, None)
    bad, warned = outside(said.y, said), outside(said.mean, said)
    return {
        "mae": losses,
        "rmse": (said.y - said.mean) ** 2,
        "coverage": inside,
        "misses": (bad & ~warned).astype(np.float64) if limited else nothing,
        "false_alarms": (~bad & warned).astype(np.float64) if limited else nothing,
        "naive": said.losses(said.naive),
        "recent": said.losses(said.recent),
    }


def finished(means: dict[str, Any], judged: Judged) -> dict[str, Any]:
    """Return scores from the means of `contributions`, numbers or arrays: a root for one, a share of the tolerance."""
    low, high = judged.limits
    tolerance = high - low if low is not None and high is not None and not judged.binary else np.nan
    return means | {"rmse": np.sqrt(means["rmse"]), "share": means["mae"] / tolerance}


def outside(values: Array, judged: Judged) -> NDArray[np.bool_]:
    """Return which values are out of specification; for a defect, which are more likely than not."""
    if judged.binary:
        return values > LIKELY
    low, high = judged.limits
    return (values < (-np.inf if low is None else low)) | (values > (np.inf if high is None else high))


def rank(said: Judged) -> float:
    """Return Spearman's correlation of predicted and measured; for a defect the area under the ROC."""
    if len(said) < FEWEST_RANKED or np.ptp(said.y) == 0 or np.ptp(said.mean) == 0:
        return np.nan
    ranks = stats.rankdata(said.mean)
    if not said.binary:
        return float(np.corrcoef(stats.rankdata(said.y), ranks)[0, 1])
    bad = said.y > LIKELY
    return float((ranks[bad].sum() - bad.sum() * (bad.sum() + 1) / 2) / (bad.sum() * (~bad).sum()))


def _mean(values: Array) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else np.nan
