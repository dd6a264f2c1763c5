"""What a plant asks of predictions, as numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass

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
    said = judged.take(np.isfinite(judged.y) & np.isfinite(judged.mean))
    losses = said.losses(said.mean)
    mae = _mean(losses)
    low, high = judged.limits
    tolerance = high - low if low is not None and high is not None and not judged.binary else np.nan
    missed, false = _against_limits(said)
    told = np.isfinite(said.lower) & np.isfinite(said.upper)
    inside = (said.y >= said.lower) & (said.y <= said.upper)
    return Scores(
        n=len(said),
        mae=mae,
        rmse=float(np.sqrt(_mean((said.y - said.mean) ** 2))),
        share=mae / tolerance,
        coverage=np.nan if judged.binary else _mean(inside[told].astype(float)),
        rank=_rank(said),
        misses=missed,
        false_alarms=false,
        naive=_mean(said.losses(said.naive)),
        recent=_mean(said.losses(said.recent)),
    )


def outside(values: Array, judged: Judged) -> NDArray[np.bool_]:
    """Return which values are out of specification; for a defect, which are more likely than not."""
    if judged.binary:
        return values > LIKELY
    low, high = judged.limits
    return (values < (-np.inf if low is None else low)) | (values > (np.inf if high is None else high))


def _against_limits(said: Judged) -> tuple[float, float]:
    if not len(said) or (said.limits == (None, None) and not said.binary):
        return np.nan, np.nan
    bad, warned = outside(said.y, said), outside(said.mean, said)
    return float((bad & ~warned).mean()), float((~bad & warned).mean())


def _rank(said: Judged) -> float:
    if len(said) < FEWEST_RANKED or np.ptp(said.y) == 0 or np.ptp(said.mean) == 0:
        return np.nan
    rank = float(stats.spearmanr(said.y, said.mean).statistic)
    if not said.binary:
        return rank
    bad = said.y > LIKELY
    ranks = stats.rankdata(said.mean)
    return float((ranks[bad].sum() - bad.sum() * (bad.sum() + 1) / 2) / (bad.sum() * (~bad).sum()))


def _mean(values: Array) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else np.nan
