"""The domain of a stage: how abnormal a unit is, and whether the model was ever shown such a one.

T2 and SPE of a principal component analysis and the distance to the k-th nearest unit become one conformal p-value, so
that of normal units a share a scores above 1 - a. What "normal" can promise depends on when the unit was made:

* among the known units: folds of any units, replicates together;
* soon after the last of them, up to a sixth of their span: six stretches of time, each judged by the others;
* later: two halves of the time, each judged by the other.

At a stable stage all three say the same. Where the process wanders, a unit of tomorrow is farther from the known ones
than they are from each other; the stretches measure how far, and the promise is kept at the price of a duller alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from models.anomaly.conformal import units_needed
from models.anomaly.crossed import Crossed
from models.anomaly.units import FEWEST, Units
from models.base import Array, BoolArray, Task
from models.errors import NotEnoughData
from models.words import counted, percent

MOST = 600
MANY = 400
FOLDS = 5
STRETCHES = 6
FAR = 1.5
COMMON_ALARM = 0.01


@dataclass(frozen=True, eq=False)
class Domain:
    """What the units of a stage look like.

    Parameters
    ----------
    units : Units
        At most 600 of the stage, known defects left out.
    borrowed : bool
        Whether units of sisters are among them, because the stage has few.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(400, 3))
    >>> task = Task("s", "c", ["a", "b", "c"], np.zeros((0, 3)), [], unlabelled_x=x)
    >>> domain = Domain.of(task)
    >>> anomaly, inside = domain.judge(np.array([[0.0, 0.0, 0.0], [9.0, -9.0, 9.0]]))
    >>> bool(anomaly[0] < 0.5), bool(anomaly[1] > 0.99), inside.tolist()
    (True, True, [True, False])
    >>> domain.sentence()
    'anomaly: 400 units of its own can promise 0.249% false alarms or more'
    """

    units: Units
    borrowed: bool = False

    @classmethod
    def of(cls, task: Task, reference: Array | None = None) -> Self:
        """Learn the domain from the units of `task`, with `reference` (shape (m, d)) where they are few."""
        units = Units.of_task(task, MOST)
        if len(units) >= 2 * FEWEST or reference is None or not len(reference):
            return cls(units)
        return cls(Units.of(np.vstack([units.rows, reference]), most=MOST), borrowed=True)

    @classmethod
    def learn(cls, rows: Array, times: Array | None = None) -> Self:
        """Learn the domain from `rows`, shape (m, d), seen at `times` in seconds, shape (m,)."""
        return cls(Units.of(rows, times, most=MOST))

    @cached_property
    def among(self) -> Crossed:
        """What is usual among the known units."""
        folds = 2 if len(self.units) >= MANY else FOLDS
        return Crossed.learn(self.units, self.units.mixed(folds))

    @cached_property
    def soon(self) -> Crossed:
        """What is usual a sixth of the history away."""
        return Crossed.learn(self.units, self.units.blocks(min(STRETCHES, len(self.units) // (FEWEST // 2))))

    @cached_property
    def later(self) -> Crossed:
        """What is usual half a history away."""
        return Crossed.learn(self.units, self.units.blocks(2))

    @property
    def known(self) -> bool:
        """Whether there are units enough to say anything."""
        return len(self.units) >= FEWEST

    def judge(self, x: Array, t: Array | None = None) -> tuple[Array, BoolArray]:
        """Return the anomaly score (0..1) and whether each row of `x`, shape (n, d), lies inside the domain.

        Parameters
        ----------
        x : ndarray, shape (n, d)
        t : ndarray, shape (n,), optional
            When the units were made, in seconds; without it they count as made among the known ones.

        Returns
        -------
        anomaly : ndarray, shape (n,)
            Where nothing is known of the stage 0: no evidence.
        inside : ndarray of bool, shape (n,)
            Where nothing is known of the stage nothing is inside.
        """
        if not self.known:
            return np.zeros(len(x)), np.zeros(len(x), dtype=bool)
        scores = self.among.scores(x)
        inside = (scores <= FAR * self.among.usual[-1] + 1e-9).all(axis=2).mean(axis=0) >= 0.5
        anomaly = 1.0 - self.among.p_values(scores)
        for far, crossed in ((1, "soon"), (2, "later")):
            rows = np.flatnonzero(self._ahead(t, len(x)) == far)
            if len(rows):
                found: Crossed = getattr(self, crossed)
                anomaly[rows] = 1.0 - found.p_values(found.scores(x[rows]))
        return anomaly, inside

    def _ahead(self, t: Array | None, n: int) -> Array:
        """Return 0 for units among the known ones, 1 soon after, 2 later."""
        times = self.units.times
        if t is None or times is None or np.ptp(times) <= 0:
            return np.zeros(n)
        ahead = (t - times[-1]) / np.ptp(times)
        return np.asarray((ahead > 0).astype(int) + (ahead > 1.0 / STRETCHES), dtype=np.float64)

    def strangeness(self, x: Array) -> Array:
        """Return both scores of each row of `x` as parameters of their own, shape (n, 2).

        Logarithms in standard deviations from the mean of the stage's own units, so they mean the same at every stage.
        """
        if not self.known:
            return np.zeros((len(x), 2))
        usual = np.log(self.among.usual + 1e-6)
        logs = np.log(self.among.scores(x) + 1e-6).mean(axis=0)
        strange: Array = (logs - usual.mean(axis=0)) / np.maximum(usual.std(axis=0), 0.05)
        return strange

    def least_alarm(self) -> float:
        """Return the smallest false alarm rate that the units can promise; 1 where they can promise none."""
        return 1.0 / (self.units.independent + 1.0) if self.known else 1.0

    def require(self, alarm: float = COMMON_ALARM) -> None:
        """Refuse a promise that the units cannot keep.

        Parameters
        ----------
        alarm : float
            Promised share of false alarms among normal units, between 0 and 1.

        Raises
        ------
        NotEnoughData
            With the number of units, replicates counted once, that would be enough.

        Examples
        --------
        >>> Domain.learn(np.arange(40.0)[:, None]).require(0.01)
        Traceback (most recent call last):
        models.errors.NotEnoughData: 40 units cannot promise 1% false alarms: 99 are needed, 59 more
        """
        have, needed = self.units.independent, max(units_needed(alarm), FEWEST)
        if have < needed:
            raise NotEnoughData(
                f"{counted(have, 'unit')} cannot promise {percent(alarm)} false alarms: {needed} are needed, "
                f"{needed - have} more",
                needed,
            )

    def sentence(self) -> str:
        """Say how small a false alarm rate the units can promise."""
        whose = "of sisters and its own" if self.borrowed else "of its own"
        units = f"anomaly: {counted(self.units.independent, 'unit')} {whose}"
        if not self.known:
            return f"{units} are too few to say what is usual: {FEWEST} are needed"
        more = units_needed(COMMON_ALARM) - self.units.independent
        promise = f"{units} can promise {percent(self.least_alarm())} false alarms or more"
        return promise if more <= 0 else f"{promise}; for {percent(COMMON_ALARM)} {more} more are needed"
