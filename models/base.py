"""Task, Prediction, Learner, Adapted: the four words every learner speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import TaskError
from models.state import State

Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Kind = Literal["continuous", "binary"]
Limits = tuple[float | None, float | None, float | None]

LEVEL = 0.9
NAMED = 12


def as_matrix(x: ArrayLike, width: int, what: str, columns: Sequence[str] = ()) -> Array:
    """Return `x` as a float64 matrix with `width` columns; infinite values become missing (NaN).

    Parameters
    ----------
    x : array_like, shape (n, width)
    width : int
        Number of parameters.
    what : str
        Name for the message.
    columns : sequence of str, optional
        Names of the parameters, for the message.

    Returns
    -------
    ndarray of float64, shape (n, width)

    Raises
    ------
    TaskError
        If the shape is another or the values are not numbers.

    Examples
    --------
    >>> as_matrix([[1, float("inf")]], 2, "x")
    array([[ 1., nan]])
    """
    try:
        matrix = np.array(x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TaskError(
            f"{what} holds something that is no number ({error}) - give floats, NaN where missing"
        ) from None
    if matrix.size == 0 and matrix.ndim < 2:
        matrix = matrix.reshape(0, width)
    if matrix.ndim != 2 or matrix.shape[1] != width:
        raise TaskError(
            f"{what} has shape {matrix.shape}, expected (n, {width}): "
            f"one column for each of the parameters{_listed(columns)}"
        )
    matrix[~np.isfinite(matrix)] = np.nan
    return matrix


def _listed(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - NAMED} more" if len(columns) > NAMED else ""
    return f" ({', '.join(columns[:NAMED])}{more})" if columns else ""


def _as_vector(v: ArrayLike, length: int, what: str) -> Array:
    try:
        vector = np.array(v, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TaskError(f"{what} holds something that is no number ({error})") from None
    if vector.shape != (length,):
        raise TaskError(f"{what} has shape {vector.shape}, expected ({length},): one for each row")
    return vector


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One stage x characteristic as a learning problem.

    Parameters
    ----------
    stage, characteristic : str
    columns : sequence of str
        Names of the d process parameters.
    support_x : array_like, shape (n, d)
        Parameters of the labelled units; NaN is missing, infinite becomes missing. n may be 0.
    support_y : array_like, shape (n,)
        Labels: the measured value, or 1 (nonconforming) / 0.
    unlabelled_x : array_like, shape (m, d), optional
        Parameters of units without a label.
    query_x, query_y : array_like, optional
        Units to score on; learners never look at `query_y`.
    support_t, unlabelled_t, query_t : array_like, optional
        Event times in seconds, where the stage has an order.
    kind : {"continuous", "binary"}
    limits : (lower, target, upper), optional
        Specification; any of the three may be None.
    groups : array_like, shape (n,), optional
        Replicates of one setting share a group and stay on one side of every split.
    family : str, optional
        Stages that share parameters and characteristic in the same units.
    gauge_sd : float, optional
        Standard deviation of the gauge, in the characteristic's unit.

    Raises
    ------
    TaskError
        On shapes that do not fit, labels that are not finite, or labels of a defect other than 0 and 1.

    Examples
    --------
    >>> task = Task(stage="roll-1", characteristic="thickness", columns=["force"], support_x=[[1.0]], support_y=[2.0])
    >>> task.support_x.shape, task.unlabelled_x.shape
    ((1, 1), (0, 1))
    """

    stage: str
    characteristic: str
    columns: Sequence[str]
    support_x: Array
    support_y: Array
    unlabelled_x: Array = None  # type: ignore[assignment]  # None becomes an empty (0, d) matrix below
    query_x: Array | None = None
    query_y: Array | None = None
    support_t: Array | None = None
    unlabelled_t: Array | None = None
    query_t: Array | None = None
    kind: Kind = "continuous"
    limits: Limits | None = None
    groups: NDArray[np.object_] | None = None
    family: str | None = None
    gauge_sd: float | None = None

    def __post_init__(self) -> None:
        """Bring every array to float64 of the right shape, or say what does not fit."""
        name = f"task {self.stage!r} x {self.characteristic!r}"
        put = object.__setattr__
        put(self, "columns", tuple(self.columns))
        d = len(self.columns)
        if len(set(self.columns)) < d:
            raise TaskError(f"{name}: a column is named twice - column names must be unique")
        if self.kind not in {"continuous", "binary"}:
            raise TaskError(f"{name}: kind {self.kind!r} - use 'continuous' or 'binary'")
        put(self, "support_x", as_matrix(self.support_x, d, f"{name}: support_x", self.columns))
        n = len(self.support_x)
        put(self, "support_y", _as_vector(self.support_y, n, f"{name}: support_y"))
        self._check_labels(name)
        put(
            self,
            "unlabelled_x",
            as_matrix(() if self.unlabelled_x is None else self.unlabelled_x, d, f"{name}: unlabelled_x", self.columns),
        )
        if self.query_x is not None:
            put(self, "query_x", as_matrix(self.query_x, d, f"{name}: query_x", self.columns))
        q = 0 if self.query_x is None else len(self.query_x)
        sizes = {"query_y": q, "support_t": n, "unlabelled_t": len(self.unlabelled_x), "query_t": q}
        for attribute, size in sizes.items():
            value = getattr(self, attribute)
            if value is not None:
                put(self, attribute, _as_vector(value, size, f"{name}: {attribute}"))
        if self.groups is not None:
            groups = np.asarray(self.groups, dtype=object)
            if groups.shape != (n,):
                raise TaskError(f"{name}: groups has shape {groups.shape}, expected ({n},): one for each labelled unit")
            put(self, "groups", groups)
        if self.gauge_sd is not None and not (np.isfinite(self.gauge_sd) and self.gauge_sd >= 0):
            raise TaskError(f"{name}: gauge_sd {self.gauge_sd} - give a standard deviation of 0 or more, or None")

    def keep(self, rows: NDArray[np.intp] | BoolArray) -> Task:
        """Return the task with the labels of `rows` alone, places or a mask, in that order; all else as it is.

        Examples
        --------
        >>> Task("s", "c", [], np.zeros((3, 0)), [1.0, 2.0, 3.0]).keep(np.array([2, 0])).support_y.tolist()
        [3.0, 1.0]
        """
        return replace(
            self,
            support_x=self.support_x[rows],
            support_y=self.support_y[rows],
            support_t=None if self.support_t is None else self.support_t[rows],
            groups=None if self.groups is None else self.groups[rows],
        )

    def _check_labels(self, name: str) -> None:
        bad = np.flatnonzero(~np.isfinite(self.support_y))
        if bad.size:
            raise TaskError(
                f"{name}: label of row {bad[0]} is {self.support_y[bad[0]]} - leave out units without a label"
            )
        if self.kind == "binary" and not np.isin(self.support_y, (0.0, 1.0)).all():
            raise TaskError(f"{name}: labels of a defect must be 0 or 1, found {sorted(set(self.support_y))[:5]}")


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a model says of n units.

    Parameters
    ----------
    mean : ndarray, shape (n,)
        The value in the characteristic's unit, or the probability of nonconformity.
    lower, upper : ndarray, shape (n,)
        Prediction interval for one new measurement at `level`.
    anomaly : ndarray, shape (n,)
        0..1, higher is more abnormal; calibrated: the share of normal units above 1 - a is a.
    in_domain : ndarray of bool, shape (n,)
        False where the unit lies outside the region in which the model was shown to work.
    level : float
        Probability content of the interval.
    """

    mean: Array
    lower: Array
    upper: Array
    anomaly: Array
    in_domain: BoolArray
    level: float = LEVEL

    def __len__(self) -> int:
        return len(self.mean)


@runtime_checkable
class Adapted(Protocol):
    """A learner fitted to one stage: it predicts, and it says in words what it believes."""

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        """Predict the units with parameters `x` (shape (n, d)), seen at times `t` (seconds, shape (n,))."""
        ...

    def sentences(self) -> tuple[str, ...]:
        """Say what this model stands on: which sisters, which experts, with what weight."""
        ...


@runtime_checkable
class Learner(Protocol):
    """Learns across stages (`fit`), then serves any stage from few labels or none (`adapt`)."""

    name: str

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Meta-train on labelled stages (all labelled rows given as support); returns a new object."""
        ...

    def adapt(self, task: Task) -> Adapted:
        """Fit one stage; its support may be empty. Never changes the learner."""
        ...

    def state(self) -> State:
        """Everything needed to predict identically elsewhere: arrays and JSON."""
        ...

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild from `state`; predictions are identical."""
        ...
