"""The gate between a challenger and the champion: a paired comparison on labels neither has seen, bootstrapped by lot.

Rule (design page "quality"): promote if the mean gain is more than delta, above a quarter of delta with a certainty of
nineteen in twenty, and above 0 on the units made since the challenger was built, four of them at least; keep if the
upper bound is below 0, or if the whole interval lies within delta: a challenger that is as good is no reason to change.
Otherwise say how many more labels would decide. A guard that fails turns a promotion into a keep. The verdict is a pure
function of its arguments and the seed.

Why so strict: most challengers know hardly more than the champion and are better by 1 or 2 % or not at all, many are
held against one champion, and those that show 5 % on a few labels show luck. Undisturbed plants 13 to 16, three stages
each, 150 nights of `qc_app.proof` in memory, a ridge; judged by the true error of later units (week, four weeks; least
gain; error of whoever answered):

==============================================  ==========  ======  ======  ======  =====
rule                                            promotions   week    month   least  error
==============================================  ==========  ======  ======  ======  =====
gain above delta, above 0 with certainty                42    76 %    83 %  -3.3 %  .4727
the same, certainty shared out among the looks          32    88 %    91 %  -2.0 %  .4755
above delta / 4 with certainty                          37    84 %    89 %  -2.1 %  .4727
the first, confirmed by 8 later labels                  33    82 %    94 %  -2.0 %  .4737
above delta / 4, confirmed by 4 later labels            31    90 %    94 %  -1.0 %  .4732
above delta / 4, confirmed by 8                         31    90 %    97 %  -2.0 %  .4749
a sceptical prior of 2 % about no gain                  19    95 %   100 %  -1.0 %  .4868
==============================================  ==========  ======  ======  ======  =====

The fifth is the rule. On fresh plants (31 to 36, looked at once) 88 % of its 48 promotions were better on the week and
90 % on four weeks, the least by -1.8 %; of those of the first line 84 and 88 % of 56, -4.2 % (75 % by the units as they
came: the luck of a week took nine points). Its error is .1 to .6 % larger. None of any rule was worse by delta. Where
faults begin or end all the time (plants 21, 22) no rule knows what is to come: 71 % of 49 better, 8 worse by delta; by
the first line 73 % of 63, 6 worse. Four times as many labels kept aside, 24 labels at least, the newest half alone, a
certainty of 99 in 100, and calling the former champion back were no better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from models.base import LEVEL, Array, BoolArray
from models.errors import TaskError
from models.guards import Evidence, Guard, check_guards
from models.words import counted

Verdict = Literal["promote", "keep", "undecided"]
RESAMPLES = 2000
MIN_ROWS = 8
MIN_LOTS = 5
ROUNDING = 1e-9
BETTER = 0.95
"""How sure it must be that a challenger is better by `SOLID` of delta."""
SOLID = 0.25
MOST_LABELS = 1000
"""More labels than this are not asked for: such a difference is not worth them."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict with every number it stands on.

    Parameters
    ----------
    verdict : {"promote", "keep", "undecided"}
    estimate : float
        Mean gain, loss of the champion - loss of the challenger, in the unit of the losses.
    lower, upper : float
        Bounds of the gain at `level`; NaN while there are too few rows.
    least : float
        The gain that is exceeded with a certainty of `BETTER`.
    rows, lots : int
        Rows that were compared, and independent lots among them.
    more_labels : int
        Further labels that would decide; 0 when decided, at most 1000.
    delta, level : float
    seed, resamples : int
    loss_champion, loss_challenger : float
        Mean losses on the rows compared; NaN without rows.
    guards : tuple of Guard
    sentence : str
    """

    verdict: Verdict
    estimate: float
    lower: float
    upper: float
    least: float
    rows: int
    lots: int
    more_labels: int
    delta: float
    level: float
    seed: int
    resamples: int
    loss_champion: float
    loss_challenger: float
    guards: tuple[Guard, ...] = ()
    sentence: str = ""

    def numbers(self) -> dict[str, object]:
        """Everything but the sentence as plain values, for the journal.

        Examples
        --------
        >>> judge([2.0] * 9, [1.0] * 9, delta=0.1, seed=0).numbers()["estimate"]
        1.0
        """
        facts = {name: getattr(self, name) for name in self.__slots__ if name not in {"guards", "sentence", "verdict"}}
        kept = {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in facts.items()}
        return kept | {"guards": {g.name: g.numbers() for g in self.guards}}


def judge(
    loss_champion: ArrayLike,
    loss_challenger: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    later: ArrayLike | None = None,
    delta: float,
    seed: int,
    level: float = LEVEL,
    min_rows: int = MIN_ROWS,
    min_lots: int = MIN_LOTS,
    evidence: Evidence | None = None,
    unit: str = "",
) -> Judgement:
    """Judge a challenger against the champion on the same rows.

    Parameters
    ----------
    loss_champion, loss_challenger : array_like, shape (n,)
        Losses (absolute errors) in characteristic units; rows where either is missing are left out of both.
    groups : array_like, shape (n,), optional
        Lot of each row; lots are resampled whole. Without it each row is its own lot.
    later : array_like of bool, shape (n,), optional
        Rows of units made after the challenger was built; a promotion needs half of `min_rows` of them at least, and a
        mean gain above 0 on them alone. Without it nothing of the kind is asked.
    delta : float
        Loss that is as good as none, >= 0, in the unit of the losses.
    seed : int
        Of the bootstrap; the same arguments and seed give the same verdict.
    level : float
        Of the two-sided interval; each bound holds at (1 + level) / 2.
    min_rows, min_lots : int
        Fewer and the verdict is "undecided".
    evidence : Evidence, optional
        What the guards look at.
    unit : str, optional
        Unit of the losses, for the sentence.

    Returns
    -------
    Judgement

    Raises
    ------
    TaskError
        On lengths that differ, a delta below 0, or a level outside (0, 1).

    References
    ----------
    Efron & Tibshirani, An Introduction to the Bootstrap (1993), ch. 13; Hesterberg, The American Statistician 69
    (2015) 371-386 (expanded percentile interval, which keeps its level with few lots).

    Examples
    --------
    >>> result = judge([2.0, 2.1, 1.9, 2.2] * 4, [1.0, 1.2, 0.9, 1.1] * 4, delta=0.05, seed=1)
    >>> result.verdict, round(result.estimate, 2), result.more_labels
    ('promote', 1.0, 0)
    """
    before, after, lots, there = _paired(loss_champion, loss_challenger, groups, delta, level)
    gain = _gain(before, after)
    confirmed = _confirmed(gain, later, there, min_rows // 2)
    sums, sizes = _by_lot(gain, lots)
    n, g = len(gain), len(sums)
    base = _Case(n, g, delta, level, seed, _mean(before), _mean(after), unit)
    if n < min_rows or g < min_lots:
        return base.too_few(gain, max(min_rows, min_lots if g == n else int(np.ceil(min_lots * n / max(g, 1)))))
    estimate = float(gain.mean())
    if not gain.any():
        return base.verdict("keep", Bounds(0.0, 0.0, 0.0, 0.0), 0, f"both models answer alike on all {n} labels")
    bounds = _bounds(estimate, _resampled(sums, sizes, seed), g, level)
    guards = check_guards(evidence, min_rows, delta) if evidence else ()
    return base.decide(bounds, guards, confirmed)


class Bounds(NamedTuple):
    """The mean gain, its interval, and what it exceeds with a certainty of `BETTER`."""

    estimate: float
    lower: float
    upper: float
    least: float


class Confirmed(NamedTuple):
    """Labels that units made since still have to give, 0 where they confirm a gain, and why."""

    more: int
    words: str


@dataclass(frozen=True, slots=True)
class _Case:
    rows: int
    lots: int
    delta: float
    level: float
    seed: int
    before: float
    after: float
    unit: str

    def verdict(
        self,
        verdict: Verdict,
        bounds: Bounds,
        more: int,
        sentence: str,
        guards: tuple[Guard, ...] = (),
    ) -> Judgement:
        return Judgement(
            verdict=verdict,
            estimate=bounds.estimate,
            lower=bounds.lower,
            upper=bounds.upper,
            least=bounds.least,
            rows=self.rows,
            lots=self.lots,
            more_labels=more,
            delta=self.delta,
            level=self.level,
            seed=self.seed,
            resamples=RESAMPLES,
            loss_champion=self.before,
            loss_challenger=self.after,
            guards=guards,
            sentence=sentence,
        )

    def too_few(self, gain: Array, needed: int) -> Judgement:
        estimate = float(gain.mean()) if len(gain) else float("nan")
        more = max(needed - self.rows, 1)
        sentence = f"{self.rows} labels of {self.lots} lots are too few to judge, {_labels(more)} needed"
        nan = float("nan")
        return self.verdict("undecided", Bounds(estimate, nan, nan, nan), more, sentence)

    def decide(self, bounds: Bounds, guards: tuple[Guard, ...], confirmed: Confirmed) -> Judgement:
        words = self.words(bounds)
        failed = [guard for guard in guards if not guard.passed]
        if bounds.upper < 0:
            return self.verdict("keep", bounds, 0, f"the challenger is worse: {words}", guards)
        if bounds.least > SOLID * self.delta and bounds.lower > -self.delta and bounds.estimate > self.delta:
            if failed:
                reasons = "; ".join(guard.sentence for guard in failed)
                return self.verdict("keep", bounds, 0, f"the challenger is better, but {reasons}: {words}", guards)
            if confirmed.more:
                held = f"{confirmed.words}: {words}; {_labels(confirmed.more)} needed"
                return self.verdict("undecided", bounds, confirmed.more, held, guards)
            return self.verdict("promote", bounds, 0, f"the challenger is better: {words}", guards)
        if bounds.lower > -self.delta and bounds.upper < self.delta:
            return self.verdict("keep", bounds, 0, f"the challenger is as good, no reason to change: {words}", guards)
        more = _more(self.rows, bounds, self.delta)
        return self.verdict("undecided", bounds, more, f"not clear yet: {words}; {_labels(more)} needed", guards)

    def words(self, bounds: Bounds) -> str:
        """Both mean errors and the gain, to the digits that its interval deserves."""
        places = _places(bounds.upper - bounds.lower)
        estimate, low, high = (round(bound, places) + 0.0 for bound in bounds[:3])
        unit = f" {self.unit}" if self.unit else ""
        errors = f"mean error {self.after:.{places}f}{unit} against the champion's {self.before:.{places}f}{unit}"
        sure = f"{self.level:.0%} sure: {low:+.{places}f} to {high:+.{places}f}"
        return f"{errors} on {self.rows} labels, gain {estimate:+.{places}f} ({sure})"


def _places(width: float) -> int:
    """Decimals that show a width with two digits.

    Examples
    --------
    >>> _places(0.00257), _places(31.0)
    (4, 0)
    """
    return int(np.clip(1 - np.floor(np.log10(width)), 0, 9)) if width > 0 else 3


def _mean(losses: Array) -> float:
    return float(losses.mean()) if len(losses) else float("nan")


def _gain(before: Array, after: Array) -> Array:
    """Differences of losses; what is rounding beside the losses themselves is none."""
    gain = before - after
    return np.where(np.abs(gain) <= ROUNDING * np.maximum(np.abs(before), np.abs(after)), 0.0, gain)


def _labels(more: int) -> str:
    if more >= MOST_LABELS:
        return f"{MOST_LABELS} or more labels"
    return f"about {counted(more, 'more label')}"


def _more(rows: int, bounds: Bounds, delta: float) -> int:
    """Labels until the interval, shrinking as 1 / sqrt(rows) around this estimate, decides."""
    estimate, up, down = bounds.estimate, bounds.upper - bounds.estimate, bounds.estimate - bounds.lower
    if estimate > delta:
        needs = [(down, estimate + delta), (estimate - bounds.least, estimate - SOLID * delta)]
    elif estimate > -delta:
        needs = [(up, delta - estimate), (down, delta + estimate)]
    else:
        needs = [(up, -estimate)]
    if any(room <= 0 or width * width >= (1 + MOST_LABELS / rows) * room * room for width, room in needs):
        return MOST_LABELS
    return max(int(np.ceil(rows * (max(width / room for width, room in needs) ** 2 - 1))), 1)


def _paired(
    champion: ArrayLike, challenger: ArrayLike, groups: ArrayLike | None, delta: float, level: float
) -> tuple[Array, Array, NDArray[np.object_], BoolArray]:
    a, b = np.asarray(champion, dtype=np.float64), np.asarray(challenger, dtype=np.float64)
    lots = np.arange(len(a), dtype=object) if groups is None else np.asarray(groups, dtype=object)
    if a.ndim != 1 or a.shape != b.shape or lots.shape != a.shape:
        raise TaskError(f"gate: shapes {a.shape}, {b.shape}, groups {lots.shape} - one loss a row for both models")
    if not delta >= 0 or not 0 < level < 1:
        raise TaskError(f"gate: delta {delta}, level {level} - use delta >= 0 and 0 < level < 1")
    there = np.isfinite(a - b)
    return a[there], b[there], lots[there], there


def _confirmed(gain: Array, later: ArrayLike | None, there: BoolArray, fewest: int) -> Confirmed:
    """Ask units that neither model could know of: those between the labels taught are made like their neighbours."""
    if later is None:
        return Confirmed(0, "")
    since = np.asarray(later, dtype=bool)
    if since.shape != there.shape:
        raise TaskError(f"gate: {since.shape} rows told later or not for {there.shape} losses - one a row")
    rows = gain[since[there]]
    if len(rows) < fewest:
        few = f"the challenger is better, but only {counted(len(rows), 'label')} of units made since it was built"
        return Confirmed(fewest - len(rows), few)
    if rows.mean() > 0:
        return Confirmed(0, "")
    return Confirmed(1, f"the challenger is better, but not on the {len(rows)} labels of units made since it was built")


def _by_lot(gain: Array, lots: NDArray[np.object_]) -> tuple[Array, Array]:
    position: dict[object, int] = {}
    index = np.array([position.setdefault(lot, len(position)) for lot in lots], dtype=np.int64)
    return np.bincount(index, weights=gain).astype(np.float64), np.bincount(index).astype(np.float64)


def _bounds(estimate: float, resampled: Array, lots: int, level: float) -> Bounds:
    """Expanded percentile bounds of the mean row gain: two-sided at `level`, and one-sided at `BETTER`."""
    tail, floor = (_tail(one, lots) for one in (level, 2 * BETTER - 1))
    low, high, least = np.quantile(resampled, [tail, 1 - tail, floor])
    return Bounds(estimate, float(low), float(high), float(least))


def _tail(level: float, lots: int) -> float:
    return float(stats.norm.cdf(-np.sqrt(lots / (lots - 1)) * stats.t.ppf((1 + level) / 2, lots - 1)))


def _resampled(sums: Array, sizes: Array, seed: int) -> Array:
    """Mean row gains of whole lots drawn with replacement, shape (`RESAMPLES`,)."""
    g = len(sums)
    drawn = np.random.default_rng(seed).integers(0, g, size=(RESAMPLES, g))
    return np.asarray(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
