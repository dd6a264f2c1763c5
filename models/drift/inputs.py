"""Have the inputs or the output moved? Distribution tests with false-discovery control, quiet on stable processes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array, as_matrix
from models.drift.choice import ALIKE
from models.drift.contexts import Contexts, InContext, per_context, within
from models.drift.dependence import correlation_time
from models.drift.discovery import CONTROLS, Control
from models.drift.distances import Distance
from models.drift.equal_context import looks_in_context
from models.drift.looks import MIN_EFFECTIVE, Look, looks_at
from models.drift.neighbours import Beside, beside
from models.drift.verdict import DriftOf, Verdict, no_verdict
from models.errors import TaskError

FDR = 0.05
MIN_REFERENCE = 30
MIN_CURRENT = 20
MIN_EFFECT = 0.1
"""Weighted shift, in standard deviations of the reference, from which on a response is worth it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One parameter before false-discovery control; tested as it is, or as ranks inside its context."""

    drift_of: DriftOf
    name: str
    counts: tuple[int, int]
    weight: float
    tau: float
    looks: tuple[Look, ...]
    values: tuple[Array, Array]
    contexts: Contexts | None = None

    @property
    def effective(self) -> float:
        return max((look.effective for look in self.looks), default=self.counts[1] / self.tau)

    def refusal(self, faulty: bool) -> str:
        n, m = self.counts
        if faulty:
            return "its sensor failed, so its drift says nothing of the process"
        if n < MIN_REFERENCE or m < MIN_CURRENT:
            return f"{n} reference and {m} current values, {MIN_REFERENCE} and {MIN_CURRENT} are needed"
        if not self.looks:
            more = int(np.ceil(MIN_EFFECTIVE * self.tau))
            return f"values stay alike over {self.tau:.0f} units: {more} of each are needed"
        return ""

    def surest(self) -> tuple[float, Look]:
        """The look that says most, and its p-value, which pays for having looked more than once."""
        p = [look.distance(FDR).p_value for look in self.looks]
        best = int(np.argmin(p))
        return min(1.0, p[best] * len(p)), self.looks[best]

    def seen_by(self, look: Look) -> _Column:
        """The same values, parted where a look parts them."""
        if not look.newest:
            return self
        both = np.concatenate(self.values)
        at = len(both) - look.newest
        contexts = None if self.contexts is None else self.contexts.split(at)
        return replace(self, values=(both[:at], both[at:]), contexts=contexts)


def inputs(
    reference: ArrayLike,
    current: ArrayLike,
    columns: Sequence[str],
    weights: ArrayLike | None = None,
    *,
    error: float | None = None,
    fdr: float = FDR,
    faulty: Collection[str] = (),
    min_effect: float = MIN_EFFECT,
    contexts: Contexts | None = None,
    control: Control = "benjamini-hochberg",
) -> tuple[Verdict, ...]:
    """Test every parameter for a moved distribution.

    The test is chosen by the values (see `choose`) and named in the verdict; p-values count autocorrelated values for
    what they are worth; false discoveries are controlled over the parameters.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        Parameters of units in the order of production; NaN is missing.
    columns : sequence of str, length d
    weights : array_like, shape (d,), optional
        Importance of each parameter to the model in use, >= 0: how far a prediction moves with a standard deviation of
        it. Drift in a parameter of weight 0 is information, never "matters". All equal by default.
    error : float, optional
        Typical error of the model, in the unit of `weights`: effects are then in errors. Without it the largest weight
        counts as 1 and effects are in standard deviations.
    fdr : float
        Share of false verdicts among the verdicts "drifted".
    faulty : collection of str
        Parameters whose sensor failed (see `sensor_faults`): no verdict.
    min_effect : float
        Weighted shift from which on drift matters.
    contexts : Contexts, optional
        Grade, recipe or regime of each unit: then every value is held against the reference of its own context.
    control : {"benjamini-hochberg", "benjamini-yekutieli"}
        The second holds under any dependence between parameters, at the price of power.

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
    w = _weights(weights, d, error)
    others = beside(a, b, columns, fdr / d, faulty=faulty, contexts=contexts) if d > 1 else {}
    items = [_column("inputs", name, (a[:, i], b[:, i]), w[i], contexts, others.get(name))
             for i, name in enumerate(columns)]  # fmt: skip
    return _judge(items, frozenset(faulty), _Rule(fdr, min_effect, control))


def output(
    reference: ArrayLike,
    current: ArrayLike,
    name: str = "output",
    *,
    alpha: float = FDR,
    min_effect: float = MIN_EFFECT,
    contexts: Contexts | None = None,
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
    contexts : Contexts, optional
        As in `inputs`.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> output(range(10), range(10), "thickness").sentence
    'thickness: no verdict (10 reference and 10 current values, 30 and 20 are needed)'
    """
    a, b = (as_matrix(np.reshape(np.asarray(v), (-1, 1)), 1, "drift output")[:, 0] for v in (reference, current))
    return _judge([_column("output", name, (a, b), 1.0, contexts)], frozenset(), _Rule(alpha, min_effect))[0]


@dataclass(frozen=True, slots=True)
class _Rule:
    fdr: float
    min_effect: float
    control: Control = "benjamini-hochberg"


def _column(  # noqa: PLR0917 - what is known of one parameter
    drift_of: DriftOf,
    name: str,
    windows: tuple[Array, Array],
    weight: float,
    contexts: Contexts | None,
    neighbours: Beside | None = None,
) -> _Column:
    raw_a, raw_b = windows
    a, b = windows if contexts is None else within(raw_a, raw_b, contexts)
    there_a, there_b = ~np.isnan(a), ~np.isnan(b)
    a, b, raw_a, raw_b = a[there_a], b[there_b], raw_a[there_a], raw_b[there_b]
    tau = correlation_time(a)
    made = _Column(drift_of, name, (len(a), len(b)), weight, tau, (), (raw_a, raw_b))
    if not (len(a) and len(b)):
        return made
    if contexts is None:
        return replace(made, looks=looks_at(a, b, tau, neighbours))
    mine = contexts.keep(there_a, there_b)
    return replace(made, looks=looks_in_context(raw_a, raw_b, mine, tau, neighbours), contexts=mine)


def _weights(weights: ArrayLike | None, d: int, error: float | None) -> Array:
    w = np.ones(d) if weights is None else np.nan_to_num(np.asarray(weights, dtype=np.float64))
    if w.shape != (d,) or (w < 0).any():
        raise TaskError(f"drift weights of shape {w.shape}: give one importance >= 0 for each of the {d} parameters")
    top = w.max(initial=0.0) if error is None else error
    return w / top if top > 0 else w


def _judge(items: Sequence[_Column], faulty: frozenset[str], rule: _Rule) -> tuple[Verdict, ...]:
    refusals = [item.refusal(item.name in faulty) for item in items]
    surest = [None if why else item.surest() for item, why in zip(items, refusals, strict=True)]
    p = [np.nan if one is None else one[0] for one in surest]
    rejected, cut = CONTROLS[rule.control](p, rule.fdr)
    verdicts = [
        no_verdict(item.drift_of, item.name, item.counts[1], item.effective, why)
        if one is None
        else _verdict(item, one[1], cut, bool(hit), rule.min_effect)
        for item, one, why, hit in zip(items, surest, refusals, rejected, strict=True)
    ]
    return tuple(sorted(verdicts, key=lambda v: (not v.drifted, not v.decided, -v.effect)))


def _verdict(item: _Column, look: Look, cut: float, drifted: bool, min_effect: float) -> Verdict:
    found = look.distance(cut / len(item.looks))
    effect = item.weight * look.shift
    matters = drifted and effect >= min_effect
    seen = item.seen_by(look)
    in_context = () if seen.contexts is None else per_context(*seen.values, seen.contexts)
    return Verdict(
        drift_of=item.drift_of,
        subject=item.name,
        test=found.test,
        statistic=found.statistic,
        threshold=found.threshold,
        p_value=min(1.0, found.p_value * len(item.looks)),
        n=len(look.current),
        n_effective=look.effective,
        effect=effect,
        drifted=drifted,
        matters=matters,
        sentence=_sentence(seen, look, found, (drifted, matters), in_context),
        in_context=in_context,
        look=look.kind,
        newest=look.newest,
    )


def _sentence(
    item: _Column, look: Look, found: Distance, answer: tuple[bool, bool], in_context: tuple[InContext, ...]
) -> str:
    drifted, matters = answer
    before, now = (float(np.median(values)) for values in item.values)
    place = " at equal context" if in_context else ""
    head = f"has not moved{place}"
    if drifted:
        most = f", most in {in_context[0].context}" if in_context else ""
        head = f"moved by {look.shift:.2f} sd{look.words}{place} (median {before:.4g} -> {now:.4g}){most}"
    aside = "" if matters or not drifted else ", without effect on the prediction"
    sign = ">" if drifted else "<="
    worth = f" worth {look.effective:.0f} independent" if look.tau >= ALIKE else ""
    p = min(1.0, found.p_value * len(item.looks))
    tail = f"{found.test} {found.statistic:.3g} {sign} {found.threshold:.3g}, p {p:.2g}"
    return f"{item.name} {head}{aside} ({tail}, n {len(look.current)}{worth}; {look.reason})"
