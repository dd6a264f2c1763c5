"""Guards of the gate: what a better mean loss does not excuse; each by name, with its numbers and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from models.base import LEVEL, Array, BoolArray
from models.errors import TaskError

ALPHA = 0.05
DOMAIN_SHARE = 0.05
"""Net share of units that may leave the domain of validity."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition: what was measured, what it was held against, and whether it holds."""

    name: str
    passed: bool
    value: float
    threshold: float
    sentence: str

    def numbers(self) -> dict[str, object]:
        """Return the guard as plain values.

        Examples
        --------
        >>> Guard("coverage", True, 0.9, 0.8, "").numbers()
        {'passed': True, 'value': 0.9, 'threshold': 0.8}
        """
        return {"passed": self.passed, "value": self.value, "threshold": self.threshold}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the guards look at; what is None is not guarded.

    Parameters
    ----------
    loss_challenger, loss_baseline : array_like, shape (n,), optional
        Losses of challenger and stage baseline on the same rows.
    covered : array_like of bool, shape (n,), optional
        Whether the challenger's interval held the label.
    nominal : float
        The coverage the intervals promise.
    coverage_tolerance : float
        How far below (or above) the promise true coverage may lie.
    in_domain_champion, in_domain_challenger : array_like of bool, shape (m,), optional
        Domain flags of both models on the same recent units (labelled or not).
    loss_champion : array_like, shape (n,), optional
        With `segments`: losses of the champion.
    segments : array_like, shape (n,), optional
        Grade or machine of each row; none may become significantly worse.
    """

    loss_challenger: ArrayLike | None = None
    loss_baseline: ArrayLike | None = None
    covered: ArrayLike | None = None
    nominal: float = LEVEL
    coverage_tolerance: float = 0.1
    in_domain_champion: ArrayLike | None = None
    in_domain_challenger: ArrayLike | None = None
    loss_champion: ArrayLike | None = None
    segments: ArrayLike | None = None


def check_guards(evidence: Evidence, min_rows: int, delta: float) -> tuple[Guard, ...]:
    """Check every guard that the evidence allows.

    Parameters
    ----------
    evidence : Evidence
    min_rows : int
        Fewer rows of a segment are not judged.
    delta : float
        Loss that is as good as none.

    Returns
    -------
    tuple of Guard

    Examples
    --------
    >>> [g.name for g in check_guards(Evidence(covered=[True] * 9), 8, 0.0)]
    ['coverage']
    """
    e = evidence
    found: list[Guard] = []
    if e.loss_baseline is not None and e.loss_challenger is not None:
        found.append(not_worse_than_baseline(e.loss_challenger, e.loss_baseline, delta))
    if e.covered is not None:
        found.append(coverage_holds(e.covered, e.nominal, e.coverage_tolerance))
    if e.in_domain_champion is not None and e.in_domain_challenger is not None:
        found.append(domain_kept(e.in_domain_champion, e.in_domain_challenger))
    if e.segments is not None and e.loss_champion is not None and e.loss_challenger is not None:
        found.append(no_segment_worse(e.loss_champion, e.loss_challenger, e.segments, min_rows))
    return tuple(found)


def _same_length(what: str, *arrays: NDArray[np.generic]) -> None:
    if any(a.ndim != 1 or a.shape != arrays[0].shape for a in arrays):
        raise TaskError(f"{what} guard: shapes {[a.shape for a in arrays]} - give one value a row, the same rows")


def _paired(what: str, *losses: ArrayLike) -> tuple[Array, BoolArray]:
    arrays = [np.asarray(loss, dtype=np.float64) for loss in losses]
    _same_length(what, *arrays)
    difference = arrays[0] - arrays[1]
    return difference, np.isfinite(difference)


def not_worse_than_baseline(challenger: ArrayLike, baseline: ArrayLike, delta: float) -> Guard:
    """The challenger's mean loss may exceed that of the stage's baseline by `delta` at most.

    Examples
    --------
    >>> not_worse_than_baseline([1.0, 1.2], [0.5, 0.4], 0.1).sentence
    'worse than the stage baseline by 0.65'
    """
    worse, there = _paired("baseline", challenger, baseline)
    value = float(worse[there].mean()) if there.any() else 0.0
    passed = value <= delta
    sentence = f"{'not ' if passed else ''}worse than the stage baseline{'' if passed else f' by {value:.4g}'}"
    return Guard("baseline", passed, value, delta, sentence)


def coverage_holds(covered: ArrayLike, nominal: float = LEVEL, tolerance: float = 0.1, alpha: float = ALPHA) -> Guard:
    """Fail only where chance does not explain the coverage seen: exact binomial test against nominal -+ tolerance.

    With few labels even an honest interval misses some: 6 of 8 is no evidence against 80 %, 3 of 8 is.

    Examples
    --------
    >>> coverage_holds([True] * 6 + [False] * 2).passed, coverage_holds([True] * 3 + [False] * 5).passed
    (True, False)
    """
    inside = np.asarray(covered, dtype=bool)
    n, k = len(inside), int(inside.sum())
    least, most = max(nominal - tolerance, 0.0), min(nominal + tolerance, 1.0)
    too_few = float(stats.binom.cdf(k, n, least)) < alpha
    too_many = most < 1 and float(stats.binom.sf(k - 1, n, most)) < alpha
    value = k / n if n else float("nan")
    state = "covers too little" if too_few else "covers too much" if too_many else "covers as promised"
    sentence = f"the interval {state}: {k} of {n} labels at nominal {nominal:.0%}"
    return Guard("coverage", not (too_few or too_many), value, least, sentence)


def domain_kept(champion: ArrayLike, challenger: ArrayLike, alpha: float = ALPHA) -> Guard:
    """Fail where the challenger's domain lost a notable net share of units, more than chance explains.

    Exact McNemar test on the units whose flag changed (binomial, one-sided).

    Examples
    --------
    >>> domain_kept([True] * 20, [True] * 10 + [False] * 10).sentence
    'the domain of validity shrank by 50% of 20 units'
    """
    before, after = np.asarray(champion, dtype=bool), np.asarray(challenger, dtype=bool)
    _same_length("domain", before, after)
    lost, gained = int((before & ~after).sum()), int((~before & after).sum())
    n = len(before)
    share = (lost - gained) / n if n else 0.0
    p = float(stats.binom.sf(lost - 1, lost + gained, 0.5)) if lost else 1.0
    shrank = share > DOMAIN_SHARE and p < alpha
    sentence = f"the domain of validity shrank by {share:.0%} of {n} units" if shrank else "the domain did not shrink"
    return Guard("domain", not shrank, share, DOMAIN_SHARE, sentence)


def no_segment_worse(
    champion: ArrayLike, challenger: ArrayLike, segments: ArrayLike, min_rows: int = 8, alpha: float = ALPHA
) -> Guard:
    """Fail where one grade or machine became significantly worse: paired t-test, one-sided, Bonferroni over segments.

    Examples
    --------
    >>> no_segment_worse([1.0, 1.1] * 8, [1.9, 2.1] * 4 + [0.1, 0.2] * 4, ["A"] * 8 + ["B"] * 8).sentence
    'significantly worse for A'
    """
    worse, there = _paired("segments", challenger, champion)
    names = np.asarray(segments, dtype=object)
    _same_length("segments", worse, names)
    rows = {s: worse[there & (names == s)] for s in dict.fromkeys(names)}
    judged = {s: d for s, d in rows.items() if len(d) >= min_rows}
    level = alpha / max(len(judged), 1)
    p_values = {s: _p_worse(d) for s, d in judged.items()}
    bad = [str(s) for s, p in p_values.items() if p < level]
    sentence = f"significantly worse for {', '.join(bad)}" if bad else f"none of {len(judged)} segments worse"
    return Guard("segments", not bad, min(p_values.values(), default=1.0), level, sentence)


def _p_worse(difference: Array) -> float:
    spread = float(difference.std(ddof=1))
    if spread <= 1e-12 * float(np.abs(difference).max()):
        return 0.0 if difference.mean() > 0 else 1.0
    return float(stats.t.sf(difference.mean() / spread * np.sqrt(len(difference)), len(difference) - 1))
