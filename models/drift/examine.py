"""One night's look at one stage: failed sensors first, then which of inputs, relation and output moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.drift.contexts import Contexts
from models.drift.distances import Distance
from models.drift.inputs import MIN_CURRENT, inputs, output
from models.drift.relation import relation
from models.drift.sensors import Fault, clock_fault, sensor_faults
from models.drift.sensors.looking import Range
from models.drift.together import reconstruction
from models.drift.verdict import Summary, Verdict, no_verdict, summarize
from models.errors import NotEnoughData

Pair = tuple[Array, Array]
TOGETHER = "parameters together"


@dataclass(frozen=True, slots=True)
class Rule:
    """How sure a verdict has to be, and how large an effect is worth a response.

    Parameters
    ----------
    fdr : float
        Share of false verdicts over the parameters of a night.
    alpha : float
        False verdict rate of relation, of output and of the parameters together, each.
    min_effect : float
        Inputs: typical errors by which the prediction moves with the parameter.
    min_growth : float
        Relation: growth of the mean absolute error.
    """

    fdr: float = 0.005
    alpha: float = 0.0025
    min_effect: float = 0.5
    min_growth: float = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """What is known of a stage before and since the model was adapted, each in the order of production.

    Parameters
    ----------
    x : (ndarray (n, d), ndarray (m, d))
        Parameters of the units, reference and current; NaN is missing.
    columns : sequence of str, length d
    weights : ndarray, shape (d,)
        How far the prediction moves with a standard deviation of each parameter, in the characteristic's unit.
    error : float
        The model's typical absolute error, in the same unit; NaN where it is not known.
    ranges : sequence of (low, high), length d
        Physically possible range of each parameter.
    residuals, measured : (ndarray, ndarray), optional
        Measured - predicted (before the label was known), and measured, in the characteristic's unit.
    contexts : Contexts, optional
        Of the units in `x`.
    delays : (ndarray, ndarray), optional
        Seconds from the event to when the unit became known.
    name : str
        The characteristic.
    """

    x: Pair
    columns: Sequence[str]
    weights: Array
    error: float
    ranges: Sequence[Range]
    residuals: Pair | None = None
    measured: Pair | None = None
    contexts: Contexts | None = None
    delays: Pair | None = None
    name: str = "output"


@dataclass(frozen=True, slots=True)
class Examination:
    """What a night found at a stage.

    Parameters
    ----------
    faults : tuple of Fault
    verdicts : tuple of Verdict
        What matters first, then by effect; those without a verdict last.
    summary : Summary
    """

    faults: tuple[Fault, ...]
    verdicts: tuple[Verdict, ...]
    summary: Summary


def examine(windows: Windows, rule: Rule | None = None) -> Examination:
    """Look at everything once.

    Parameters
    ----------
    windows : Windows
    rule : Rule, optional

    Returns
    -------
    Examination

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(300, 2))
    >>> x[200:, 0] += 3
    >>> seen = Windows((x[:200], x[200:]), ["force", "speed"], np.array([1.0, 0.0]), 0.5, [(None, None)] * 2)
    >>> examine(seen).summary.moved, examine(seen).verdicts[0].subject
    (('inputs',), 'force')
    """
    rule = rule or Rule()
    clock = clock_fault(*windows.delays) if windows.delays else None
    faults = (*sensor_faults(*windows.x, windows.columns, windows.ranges), *([clock] if clock else []))
    broken = {fault.column for fault in faults}
    verdicts = list(
        inputs(
            *windows.x,
            windows.columns,
            windows.weights,
            error=windows.error if np.isfinite(windows.error) else None,
            fdr=rule.fdr,
            faulty=broken,
            min_effect=rule.min_effect,
            contexts=windows.contexts,
        )
    )
    if len(windows.columns) > 1:
        verdicts.append(together(windows, broken, rule))
    if windows.residuals is not None:
        verdicts.append(relation(*windows.residuals, alpha=rule.alpha, min_effect=rule.min_growth))
    if windows.measured is not None:
        verdicts.append(output(*windows.measured, windows.name, alpha=rule.alpha, min_effect=np.inf))
    return Examination(faults, by_effect(verdicts), summarize(verdicts))


def by_effect(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Return verdicts in the order in which a person should read them."""
    return tuple(sorted(verdicts, key=lambda v: (not v.matters, not v.drifted, not v.decided, -v.effect)))


def together(windows: Windows, broken: set[str], rule: Rule) -> Verdict:
    """Test whether the parameters still go together; information for a person, never an alarm of its own.

    Parameters
    ----------
    windows : Windows
    broken : set of str
        Parameters whose sensor failed; they are left out.
    rule : Rule

    Returns
    -------
    Verdict
        On "parameters together", with the parameters that left named in the sentence.
    """
    sound = [i for i, name in enumerate(windows.columns) if name not in broken]
    a, b = (x[:, sound] for x in windows.x)
    try:
        found = reconstruction(a, b, alpha=rule.alpha)
    except NotEnoughData as error:
        return no_verdict("inputs", TOGETHER, len(b), float(len(b)), str(error))
    if len(b) < MIN_CURRENT or not np.isfinite(found.distance.p_value):
        return no_verdict("inputs", TOGETHER, len(b), float(len(b)), f"{MIN_CURRENT} current units are needed")
    drifted = found.distance.statistic > found.distance.threshold and found.growth > 1
    names = [windows.columns[i] for i in sound]
    return Verdict(
        drift_of="inputs",
        subject=TOGETHER,
        test=found.distance.test,
        statistic=found.distance.statistic,
        threshold=found.distance.threshold,
        p_value=found.distance.p_value,
        n=len(b),
        n_effective=float(len(b)),
        effect=max(found.growth - 1, 0.0) if drifted else 0.0,
        drifted=drifted,
        matters=False,
        sentence=_together_words(found.distance, found.growth, _leaving(found.shares, names), drifted, len(b)),
    )


def _leaving(shares: Array, names: Sequence[str]) -> list[str]:
    """Return the parameters that make up most of what no longer fits, at most three."""
    order = np.argsort(-np.nan_to_num(shares))
    cumulated = np.cumsum(np.nan_to_num(shares)[order])
    return [names[i] for i in order[: min(int(np.searchsorted(cumulated, 0.7)) + 1, 3)]]


def _together_words(found: Distance, growth: float, names: list[str], drifted: bool, n: int) -> str:
    sign = ">" if drifted else "<="
    tail = f"({found.test} {found.statistic:.3g} {sign} {found.threshold:.3g}, p {found.p_value:.2g}, n {n})"
    if not drifted:
        return f"{TOGETHER}: they go as before {tail}"
    return f"{TOGETHER} no longer go as before: {growth:.2g} times the usual misfit, mostly {', '.join(names)} {tail}"
