"""Subjects by name, the charts that fit them, and the name under which their limits are kept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from data_connectors.schema import Characteristic, Stage
from models import spc
from models.base import Array
from models.errors import TaskError

#: Name in an address -> words. Each has its own mark: they never share one.
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "measured": "Results",
        "predicted": "Predictions",
        "error": "Result less prediction",
        "characteristics": "All characteristics",
        "parameters": "All parameters",
    }
)
VECTORS = ("characteristics", "parameters")
FROZEN = ("measured", *VECTORS)
"""Subjects whose limits are frozen. Those of predictions would have to change with every model."""
_SHARES = ("p", "np", "laney_p")
_RATES = ("c", "u", "laney_u")


def possible(of: Stage, what: Characteristic) -> tuple[str, ...]:
    """Return the subjects that a characteristic of a stage has.

    Examples
    --------
    >>> crack = Characteristic("crack", kind="binary")
    >>> possible(Stage("s", "line", "family", (), (crack,)), crack)
    ('measured',)
    """
    if what.kind == "binary":
        return ("measured",)
    several = len([c for c in of.characteristics if c.kind == "continuous"]) > 1
    more = (("characteristics",) if several else ()) + (("parameters",) if len(of.parameters) > 1 else ())
    return ("measured", "predicted", "error", *more)


def subject_for(chart: str) -> str:
    """Return the subject that a chart is of where none is named.

    Examples
    --------
    >>> subject_for("t2"), subject_for("imr")
    ('parameters', 'measured')
    """
    return "parameters" if spc.chart_kind(chart).needs == "vectors" else "measured"


def kept_as(what: Characteristic, subject: str) -> str:
    """Return the name under which limits and exclusions are kept: several columns have one of their own.

    Raises
    ------
    TaskError
        If limits of such a subject are not frozen.

    Examples
    --------
    >>> kept_as(Characteristic("y"), "measured"), kept_as(Characteristic("y"), "parameters")
    ('y', 'all parameters')
    """
    if subject not in FROZEN:
        raise TaskError(f"limits of {SUBJECTS[subject].lower()} are not frozen - they would change with every model")
    return SUBJECTS[subject].lower() if subject in VECTORS else what.name


def fitting(of: Stage, what: Characteristic, subject: str, values: Array | None = None) -> tuple[str, ...]:
    """Return the charts that fit a subject of a characteristic.

    Parameters
    ----------
    of : Stage
    what : Characteristic
    subject : str
    values : ndarray, shape (n,), optional
        The results: whole numbers of 0 and more may be counts.

    Examples
    --------
    >>> press = Stage("s", "line", "family", (), ())
    >>> fitting(press, Characteristic("crack", kind="binary"), "measured")
    ('p', 'np', 'laney_p', 'c', 'u', 'laney_u')
    >>> fitting(press, Characteristic("bubbles"), "measured", np.array([0.0, 2.0, 1.0]))[-3:]
    ('c', 'u', 'laney_u')
    """
    if subject in VECTORS:
        return spc.chart_names("vectors")
    if what.kind == "binary":
        return (*_SHARES, *_RATES)
    if subject != "measured":
        return spc.chart_names("values")
    grouped = spc.chart_names("subgroups") if what.subgroup_size > 1 or what.subgroup_by else ()
    short = ("nominal",) if of.context or what.target is not None else ()
    return (*grouped, *spc.chart_names("values"), *short, *(("z_mr",) if of.context else ()),
            *(_RATES if values is not None and _counted(values) else ()))  # fmt: skip


def _counted(values: Array) -> bool:
    there = values[np.isfinite(values)]
    return bool(there.size and (there >= 0).all() and (there == np.round(there)).all())


def require_fit(chart: str, of: Stage, what: Characteristic, subject: str) -> None:
    """Refuse a chart that is not for such data, in words.

    Raises
    ------
    UnknownName
        If there is no such chart.
    TaskError
        Says what the chart is for, and what to declare.

    Examples
    --------
    >>> require_fit("z_mr", Stage("s", "line", "family", (), ()), Characteristic("y"), "measured")
    Traceback (most recent call last):
    models.errors.TaskError: chart 'z_mr' compares products - declare the stage's context: a parameter, or a kind of ...
    """
    needs = spc.chart_kind(chart).needs
    if (needs == "vectors") != (subject in VECTORS):
        words = "several columns together" if needs == "vectors" else "the values of one characteristic"
        raise TaskError(f"chart {chart!r} is for {words}, not for {SUBJECTS[subject].lower()} - choose another chart")
    if subject in VECTORS or chart in fitting(of, what, subject, np.zeros(1)):
        return
    if needs == "parts" and what.kind != "binary":
        raise TaskError(
            f"chart {chart!r} compares products - declare the stage's context: a parameter, or a kind of event that"
            " names the product"
        )
    if needs == "subgroups" and what.kind != "binary":
        raise TaskError(f"chart {chart!r} needs subgroups - declare subgroup_size or subgroup_by of {what.name}")
    suits = {"counts": "defects (kind = 'binary')"}.get(needs, "measured values")
    raise TaskError(f"chart {chart!r} is for {suits}, {what.name} is {what.kind} - choose another chart")
