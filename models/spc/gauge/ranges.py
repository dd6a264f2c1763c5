"""Crossed gauge R&R by averages and ranges, as on the printed form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import LEVEL
from models.errors import TaskError
from models.spc.gauge.result import GaugeStudy, as_crossed, studied

MOST = 50
_GRID = np.linspace(-9.0, 9.0, 1201)


@cache
def k_factor(m: int, groups: int | None = None) -> float:
    """Return 1 / d2*: what makes a standard deviation of the mean of some ranges, as the tables print it.

    d2* = sqrt(d2^2 + d3^2 / groups) from the moments of the range of m standard normal values; without `groups`, of
    infinitely many.

    Parameters
    ----------
    m : int
        Values in each range, 2 to 50.
    groups : int, optional
        Number of ranges averaged.

    Returns
    -------
    float
        With four decimals.

    Raises
    ------
    TaskError
        For a size beyond 2 to 50.

    References
    ----------
    Duncan, Quality Control and Industrial Statistics (1986), table D3; AIAG MSA 4, appendix C.

    Examples
    --------
    >>> k_factor(3), k_factor(3, 1), k_factor(10, 1)
    (0.5908, 0.5231, 0.3146)
    """
    if not 2 <= m <= MOST:
        raise TaskError(f"average and range: {m} values in a range - from 2 to {MOST}, or use the analysis of variance")
    below = stats.norm.cdf(_GRID)
    step = _GRID[1] - _GRID[0]
    d2 = float(np.sum(1 - below**m - (1 - below) ** m)) * step
    density = stats.norm.pdf(_GRID)
    between = np.clip(below[None, :] - below[:, None], 0.0, 1.0)
    apart = np.clip(_GRID[None, :] - _GRID[:, None], 0.0, None)
    joint = m * (m - 1) * density[:, None] * density[None, :] * between ** (m - 2)
    variance = float(np.sum(apart**2 * joint)) * step**2 - d2**2
    return round(1 / float(np.sqrt(d2**2 + (variance / groups if groups else 0.0))), 4)


def average_range(
    values: ArrayLike, *, tolerance: float | None = None, process_sd: float | None = None, level: float = LEVEL
) -> GaugeStudy:
    """Divide the variation by averages and ranges; the interaction is not seen and there are no intervals.

    EV = K1 mean range; AV^2 = (K2 range of appraisers' means)^2 - EV^2 / (p t); PV = K3 range of parts' means.

    Parameters
    ----------
    values : array_like, shape (parts, appraisers, trials)
    tolerance, process_sd, level
        As in `models.spc.gauge.crossed`.

    Returns
    -------
    GaugeStudy

    Raises
    ------
    TaskError, NotEnoughData
        As `models.spc.gauge.crossed` raises them.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), ch. III-B, figures III-B 15 and 16.

    Examples
    --------
    >>> study = average_range([[[1.0, 1.2], [1.1, 1.3]], [[4.0, 4.1], [4.3, 4.2]]])
    >>> study.method, round(study.component("repeatability").sd, 3)
    ('average and range', 0.133)
    """
    x = as_crossed(values)
    people, parts = x.mean(axis=(0, 2)), x.mean(axis=(1, 2))
    read = Form(float(np.ptp(x, axis=2).mean()), float(np.ptp(people)), float(np.ptp(parts)), *x.shape)
    return from_form(read, tolerance=tolerance, process_sd=process_sd, level=level)


@dataclass(frozen=True, slots=True)
class Form:
    """The figures of a form that was filled in by hand.

    Parameters
    ----------
    mean_range : float
        Of the ranges over trials, all parts and appraisers.
    appraisers_apart, parts_apart : float
        Range of the appraisers' means, and of the parts' means.
    parts, appraisers, trials : int
    """

    mean_range: float
    appraisers_apart: float
    parts_apart: float
    parts: int
    appraisers: int
    trials: int


def from_form(
    form: Form, *, tolerance: float | None = None, process_sd: float | None = None, level: float = LEVEL
) -> GaugeStudy:
    """Judge a study of which only the figures of the form are left, rounded as they stand there.

    Parameters
    ----------
    form : Form
    tolerance, process_sd, level
        As in `models.spc.gauge.crossed`.

    Returns
    -------
    GaugeStudy

    Raises
    ------
    TaskError
        If a figure is negative or no number, or there are fewer than two parts, appraisers or trials.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), figure III-B 16.

    Examples
    --------
    >>> round(from_form(Form(0.3417, 0.4446, 3.511, 10, 3, 3)).gauge_sd, 5)
    0.30575
    """
    figures = (form.mean_range, form.appraisers_apart, form.parts_apart)
    if not all(np.isfinite(v) and v >= 0 for v in figures) or min(form.parts, form.appraisers, form.trials) < 2:
        raise TaskError(f"gauge study form {form}: ranges of 0 or more, two parts, appraisers and trials at least")
    repeat = k_factor(form.trials) * form.mean_range
    between = k_factor(form.appraisers, 1) * form.appraisers_apart
    people = float(np.sqrt(max(between**2 - repeat**2 / (form.parts * form.trials), 0.0)))
    unknown = float("nan")
    found = {
        "gauge R&R": (float(np.hypot(repeat, people)), unknown),
        "repeatability": (repeat, unknown),
        "reproducibility": (people, unknown),
        "part": (k_factor(form.parts, 1) * form.parts_apart, unknown),
    }
    shape = (form.parts, form.appraisers, form.trials)
    return studied("average and range", found, shape, level=level, tolerance=tolerance, process_sd=process_sd)


def short_range(values: ArrayLike, *, process_sd: float | None = None, tolerance: float | None = None) -> GaugeStudy:
    """Judge the short study: every appraiser measures every part once; the gauge as a whole, undivided.

    Gauge sd = mean range over appraisers / d2*. Without a spread of the process the parts' own makes the total.

    Parameters
    ----------
    values : array_like, shape (parts, appraisers)
    process_sd, tolerance : float, optional

    Returns
    -------
    GaugeStudy

    Raises
    ------
    NotEnoughData
        With fewer than two parts or appraisers.
    TaskError
        If something is no number or missing.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), ch. III-B, range method, table III-B 1.

    Examples
    --------
    >>> study = short_range([[0.85, 0.80], [0.75, 0.70], [1.00, 0.95], [0.45, 0.55], [0.50, 0.60]], process_sd=0.0777)
    >>> round(study.gauge_sd, 4), f"{study.component('gauge R&R').share:.1%}"
    (0.0588, '75.6%')
    """
    x = as_crossed(np.stack([np.asarray(values)] * 2, axis=-1))[:, :, 0]
    parts, appraisers = x.shape
    whole = k_factor(appraisers, parts) * float(np.ptp(x, axis=1).mean())
    part = k_factor(parts, 1) * float(np.ptp(x.mean(axis=1)))
    unknown = float("nan")
    found = {"gauge R&R": (whole, unknown), "part": (part, unknown)}
    notes = ("short study: one reading each, so nobody can tell the gauge from the people",)
    return studied("range", found, (parts, appraisers, 1), level=LEVEL, tolerance=tolerance, process_sd=process_sd,
                   notes=notes)  # fmt: skip
