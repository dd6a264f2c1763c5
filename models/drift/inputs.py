"""Have the inputs or the output moved? Distribution tests with false-discovery control, quiet on stable processes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array, as_matrix
from models.drift.dependence import correlation_time
from models.drift.distance import FEW_VALUES, Distance, benjamini_hochberg, chi_square, ks, shift_size
from models.drift.verdict import DriftOf, Verdict, no_verdict
from models.errors import TaskError

FDR = 0.05
MIN_REFERENCE = 30
MIN_CURRENT = 20
MIN_EFFECTIVE = 6.0
MIN_EFFECT = 0.1
"""Weighted shift, in standard deviations of the reference, from which on a response is worth it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One parameter before false-discovery control."""

    drift_of: DriftOf
    name: str
    reference: Array
    current: Array
    weight: float
    tau: float

    @property
    def effective(self) -> float:
        return len(self.current) / self.tau

    def refusal(self, faulty: bool) -> str:
        n, m = len(self.reference), len(self.current)
        if faulty:
            return "its sensor failed, so its drift says nothing of the process"
        if n < MIN_REFERENCE or m < MIN_CURRENT:
            return f"{n} reference and {m} current values, {MIN_REFERENCE} and {MIN_CURRENT} are needed"
        if min(n, m) / self.tau < MIN_EFFECTIVE:
            more = int(np.ceil(MIN_EFFECTIVE * self.tau))
            return f"values stay alike over {self.tau:.0f} units: {more} of each are needed"
        return ""

    def distance(self, alpha: float) -> Distance:
        values = np.unique(np.concatenate([self.reference, self.current]))
        test = chi_square if len(values) <= FEW_VALUES else ks
        return test(self.reference, self.current, tau=self.tau, alpha=alpha)


def inputs(
    reference: ArrayLike,
    current: ArrayLike,
    columns: Sequence[str],
    weights: ArrayLike | None = None,
    *,
    fdr: float = FDR,
    faulty: Collection[str] = (),
    min_effect: float = MIN_EFFECT,
) -> tuple[Verdict, ...]:
    """Test every parameter for a moved distribution.

    Kolmogorov-Smirnov, or chi-square for parameters of at most ten different values; p-values count autocorrelated
    values for what they are worth; Benjamini-Hochberg over the parameters.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        Parameters of units in the order of production; NaN is missing.
    columns : sequence of str, length d
    weights : array_like, shape (d,), optional
        Importance of each parameter to the model in use, >= 0 (any scale; the largest becomes 1). Drift in a
        parameter of weight 0 is information, never "matters". All equal by default.
    fdr : float
        Share of false verdicts among the verdicts "drifted".
    faulty : collection of str
        Parameters whose sensor failed (see `sensor_faults`): no verdict.
    min_effect : float
        Weighted shift from which on drift matters.

    Returns
    -------
    tuple of Verdict
        One for each parameter, largest effect of the drifted first, then the others, then those without verdict.

    Raises
    ------
    TaskError
        On shapes that do not fit or negative weights.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> moved = inputs(rng.normal(size=(200, 2)), rng.normal([2, 0], size=(80, 2)), ["force", "speed"])
    >>> [(v.subject, v.drifted) for v in moved]
    [('force', True), ('speed', False)]
    """
    d = len(columns)
    a, b = as_matrix(reference, d, "drift reference"), as_matrix(current, d, "drift current")
    w = _weights(weights, d)
    items = [_column("inputs", name, a[:, i], b[:, i], w[i]) for i, name in enumerate(columns)]
    return _judge(items, fdr, frozenset(faulty), min_effect)


def output(
    reference: ArrayLike,
    current: ArrayLike,
    name: str = "output",
    *,
    alpha: float = FDR,
    min_effect: float = MIN_EFFECT,
) -> Verdict:
    """Test whether the characteristic, predicted or measured, has moved; the same test as for one input.

    Parameters
    ----------
    reference, current : array_like, shape (n,), (m,)
        Values of one kind (all predicted or all measured), in the order of production.
    name : str
        The characteristic.
    alpha : float
        False verdict rate on a stable process.
    min_effect : float
        Shift, in standard deviations of the reference, from which on drift matters.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> output(range(10), range(10), "thickness").sentence
    'thickness: no verdict (10 reference and 10 current values, 30 and 20 are needed)'
    """
    a, b = (as_matrix(np.reshape(np.asarray(v), (-1, 1)), 1, "drift output")[:, 0] for v in (reference, current))
    return _judge([_column("output", name, a, b, 1.0)], alpha, frozenset(), min_effect)[0]


def _column(drift_of: DriftOf, name: str, a: Array, b: Array, weight: float) -> _Column:
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    return _Column(drift_of, name, a, b, weight, correlation_time(a))


def _weights(weights: ArrayLike | None, d: int) -> Array:
    w = np.ones(d) if weights is None else np.nan_to_num(np.asarray(weights, dtype=np.float64))
    if w.shape != (d,) or (w < 0).any():
        raise TaskError(f"drift weights of shape {w.shape}: give one importance >= 0 for each of the {d} parameters")
    top = w.max(initial=0.0)
    return w / top if top > 0 else w


def _judge(items: Sequence[_Column], fdr: float, faulty: frozenset[str], min_effect: float) -> tuple[Verdict, ...]:
    refusals = [item.refusal(item.name in faulty) for item in items]
    p = [np.nan if why else item.distance(fdr).p_value for item, why in zip(items, refusals, strict=True)]
    rejected, cut = benjamini_hochberg(p, fdr)
    verdicts = [
        no_verdict(item.drift_of, item.name, len(item.current), item.effective, why)
        if why
        else _verdict(item, item.distance(cut), bool(hit), min_effect)
        for item, why, hit in zip(items, refusals, rejected, strict=True)
    ]
    return tuple(sorted(verdicts, key=lambda v: (not v.drifted, not v.decided, -v.effect)))


def _verdict(item: _Column, found: Distance, drifted: bool, min_effect: float) -> Verdict:
    size = shift_size(item.reference, item.current)
    effect = item.weight * size
    matters = drifted and effect >= min_effect
    before, now = float(np.median(item.reference)), float(np.median(item.current))
    n = len(item.current)
    head = f"moved by {size:.2f} sd (median {before:.4g} -> {now:.4g})" if drifted else "has not moved"
    sign = ">" if drifted else "<="
    tail = f"{found.test} {found.statistic:.3g} {sign} {found.threshold:.3g}, p {found.p_value:.2g}, n {n}"
    worth = f" worth {item.effective:.0f} independent" if item.tau >= 2 else ""
    aside = "" if matters or not drifted else ", without effect on the prediction"
    sentence = f"{item.name} {head}{aside} ({tail}{worth})"
    return Verdict(
        item.drift_of,
        item.name,
        found.test,
        found.statistic,
        found.threshold,
        found.p_value,
        n,
        item.effective,
        effect,
        drifted,
        matters,
        sentence,
    )
