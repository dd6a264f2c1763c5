"""Meta-features: what a task looks like, in numbers that mean the same for every task.

Each is documented in `FEATURES`. All are invariant to the order of rows and of parameters; what cannot be told
(no label, no time, one parameter) is NaN, never a guess. The choice follows Vanschoren, Meta-Learning: A Survey
(2018), sec. 3: simple, statistical, and landmarkers (Pfahringer et al. 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.base import Array, Task
from models.learners.parts.scaling import scaling
from models.representations.labels import label_features
from models.representations.parameters import parameter_features
from models.representations.relation import relation_features

MOST_UNITS = 400
MOST_LABELS = 150
Group = Literal["size", "parameters", "labels", "relation"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One meta-feature.

    Parameters
    ----------
    name : str
    group : {"size", "parameters", "labels", "relation"}
    words : str
        What it says, as a part of a sentence: "similar <words>".
    meaning : str
        How it is computed.
    """

    name: str
    group: Group
    words: str
    meaning: str


FEATURES: tuple[Feature, ...] = (
    Feature("labels", "size", "number of labels", "log(1 + labels)"),
    Feature("units", "size", "number of units", "log(1 + units, labelled or not)"),
    Feature("parameters", "size", "number of parameters", "log(1 + parameters that vary)"),
    Feature("labels_a_parameter", "size", "labels a parameter", "log((1 + labels) / (1 + parameters that vary))"),
    Feature("missing", "parameters", "share of missing values", "share of values that are missing"),
    Feature("constant", "parameters", "share of constant parameters", "share of parameters that never vary"),
    Feature("skew", "parameters", "skew", "median over parameters of |skewness|, as log(1 + v)"),
    Feature("tails", "parameters", "tails", "median over parameters of |excess kurtosis|, as log(1 + v)"),
    Feature("spread_ratio", "parameters", "evenness of spread", "median over parameters of interquartile range / sd"),
    Feature("discrete", "parameters", "share of repeated values", "mean over parameters of 1 - distinct / units"),
    Feature("correlation", "parameters", "correlation of parameters", "root mean square correlation of two parameters"),
    Feature(
        "dimension", "parameters", "effective dimension", "(sum of eigenvalues)^2 / sum of squares, over parameters"
    ),
    Feature("leading", "parameters", "main direction", "share of variance along the first principal component"),
    Feature("memory", "parameters", "memory in time", "median over parameters of the lag-one autocorrelation"),
    Feature("drift", "parameters", "drift of parameters", "mean over parameters of |rank correlation with time|"),
    Feature("label_skew", "labels", "skew of the labels", "sign(v) log(1 + |v|) of the labels' skewness v"),
    Feature("label_tails", "labels", "tails of the labels", "sign(v) log(1 + |v|) of their excess kurtosis v"),
    Feature("label_level", "labels", "level", "inverse hyperbolic sine of the labels' mean, in their unit"),
    Feature("label_spread", "labels", "spread", "log of the labels' standard deviation, in their unit"),
    Feature("label_ratio", "labels", "level over spread", "inverse hyperbolic sine of mean / standard deviation"),
    Feature("label_distinct", "labels", "share of distinct labels", "distinct labels / labels"),
    Feature("label_memory", "labels", "memory of the labels", "lag-one autocorrelation of the labels in time"),
    Feature("label_drift", "labels", "drift of the labels", "|rank correlation of labels and time|"),
    Feature("strongest", "relation", "strongest parameter", "largest |rank correlation| with the label, less chance"),
    Feature("sparsity", "relation", "number of parameters that matter", "participation ratio of those correlations"),
    Feature("linear", "relation", "share explained by a line", "leave-one-out R2 of ridge regression, bent below 0"),
    Feature("smooth", "relation", "share explained smoothly", "leave-one-out R2 of a Gaussian process, bent below 0"),
    Feature("curved", "relation", "curvature", "log evidence of a Matern 3/2 process less that of a line, a label"),
    Feature("noise", "relation", "noise", "noise share 1 / (1 + signal) of the process with the most evidence"),
    Feature("roughness", "relation", "roughness", "half squared difference of labels of nearest units / variance"),
)
NAMES: tuple[str, ...] = tuple(f.name for f in FEATURES)


def meta_features(task: Task) -> Array:
    """Return the meta-features of a task in the order of `NAMES`; NaN where one cannot be told.

    Of more than 400 units or 150 labels an even choice (along the label values where there is no time) is looked at.

    Parameters
    ----------
    task : Task

    Returns
    -------
    ndarray of float64, shape (30,)

    Examples
    --------
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> seen = dict(zip(NAMES, meta_features(Task("s", "c", ["a"], x, 3 * x[:, 0])), strict=True))
    >>> float(seen["linear"].round(2)), float(seen["noise"].round(2))
    (1.0, 0.03)
    >>> bool(np.isnan(meta_features(Task("s", "c", ["a"], np.zeros((0, 1)), []))[NAMES.index("noise")]))
    True
    """
    x, y, t = _labelled(task)
    units, times = _units(task)
    scale = scaling(units)
    varying = int((scale.spread > 0).sum())
    sizes = {
        "labels": np.log1p(len(task.support_y)),
        "units": np.log1p(len(task.support_y) + len(task.unlabelled_x)),
        "parameters": np.log1p(varying),
        "labels_a_parameter": np.log((1 + len(task.support_y)) / (1 + varying)),
    }
    kept = scale.spread > 0
    found = sizes | parameter_features(units, scale, times) | label_features(y, t)
    found |= relation_features(scale.apply(x)[:, kept], y)
    return np.array([found.get(name, np.nan) for name in NAMES], dtype=np.float64)


def _labelled(task: Task) -> tuple[Array, Array, Array | None]:
    """Return labelled rows in an order that does not depend on how they were given: by time, else by label."""
    x, y, t = task.support_x, task.support_y, task.support_t
    keys = (*np.sort(np.nan_to_num(x, nan=np.inf), axis=1).T, y)
    some = _even(np.lexsort(keys if t is None else (*keys, t)), MOST_LABELS)
    return x[some], y[some], None if t is None else t[some]


def _units(task: Task) -> tuple[Array, Array | None]:
    """Return units, labelled or not, in such an order, and their times where all are known."""
    x = np.vstack([task.support_x, task.unlabelled_x])
    none = np.zeros(0)
    t = np.concatenate([task.support_t if task.support_t is not None else none,
                        task.unlabelled_t if task.unlabelled_t is not None else none])  # fmt: skip
    timed = len(t) == len(x) and len(x) > 0
    keys = np.sort(np.nan_to_num(x, nan=np.inf), axis=1).T
    order = np.lexsort((*keys, t) if timed else tuple(keys)) if x.size else np.arange(len(x))
    some = _even(order, MOST_UNITS)
    return x[some], t[some] if timed else None


def _even(order: np.ndarray, most: int) -> np.ndarray:
    return order[np.unique(np.linspace(0, len(order) - 1, min(len(order), most)).astype(np.intp))]
