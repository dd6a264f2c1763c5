"""Which stages are sisters, and what their levels and spreads have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.base import Array, Kind, Task
from models.errors import StateError
from models.state import State

REFERENCE = 300
STEPS = 200
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of a characteristic over sister stages.

    Parameters
    ----------
    mean, between, within : float
        Mean over stages, standard deviation of the stage means, typical standard deviation inside a stage.
    stages : int
        How many stages this was learned from.
    safest : float, optional
        The constant that errs least, each stage's error counted in its own spread; by default the mean.
    """

    mean: float
    between: float
    within: float
    stages: int
    safest: float = np.nan

    def __post_init__(self) -> None:
        """Without a safest constant the mean stands for it."""
        if np.isnan(self.safest):
            object.__setattr__(self, "safest", self.mean)


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Sister stages: one characteristic, shared parameters, common units.

    Parameters
    ----------
    name : str
        Family name, or "" where the family was found by its parameters.
    characteristic : str
    kind : {"continuous", "binary"}
    columns : tuple of str
    stages : tuple of str
    levels : Levels
    reference : ndarray, shape (m, d)
        A few units of the sisters, for the domain of a stage that has none yet.
    """

    name: str
    characteristic: str
    kind: Kind
    columns: tuple[str, ...]
    stages: tuple[str, ...]
    levels: Levels
    reference: Array


def levels(ys: Sequence[Array]) -> Levels:
    """Learn the levels from the labels of each stage.

    Examples
    --------
    >>> levels([np.array([1.0, 3.0]), np.array([5.0, 7.0])])
    Levels(mean=4.0, between=2.8284271247461903, within=1.4142135623730951, stages=2, safest=4.0)
    """
    means = np.array([y.mean() for y in ys])
    spreads = [float(y.std(ddof=1)) for y in ys if len(y) > 1 and np.ptp(y) > 0]
    within = float(np.median(spreads)) if spreads else 0.0
    between = float(means.std(ddof=1)) if len(means) > 1 else within
    return Levels(float(means.mean()), between, within, len(ys), safest(means, np.array([y.std() for y in ys])))


def safest(means: Array, spreads: Array) -> float:
    r"""Return the constant :math:`c` of the least mean of :math:`\sqrt{1 + (c - m_i)^2 / s_i^2}` over the stages.

    That is the error of a constant at a stage in units of its spread. Where large values spread more, it lies far below
    the mean: guessing high costs a stage of small values more than guessing low costs one of large ones. Each step
    is a weighted mean (iteratively reweighted least squares, Huber & Ronchetti, Robust Statistics, 2009, sec. 7.8).

    Parameters
    ----------
    means, spreads : ndarray, shape (n,)
        Of the stages; those without a spread have no say, unless none has one.

    Examples
    --------
    >>> safest(np.array([5.0, 7.0]), np.array([1.0, 1.0]))
    6.0
    >>> round(safest(np.array([1.0, 10.0]), np.array([0.1, 1.0])), 1)
    1.0
    """
    told = spreads > TINY * np.abs(means)
    if not told.any():
        return float(means.mean())
    m, s = means[told], spreads[told]
    guess = float(np.median(m))
    for _ in range(STEPS):
        weights = 1.0 / (s * np.sqrt(s**2 + (guess - m) ** 2))
        guess = float(weights @ m / weights.sum())
    return guess


def align(x: Array, columns: Sequence[str], wanted: Sequence[str]) -> Array:
    """Return `x` with the columns `wanted`; those that `x` lacks are missing.

    Examples
    --------
    >>> align(np.array([[1.0, 2.0]]), ["a", "b"], ["b", "c"])
    array([[ 2., nan]])
    """
    if tuple(columns) == tuple(wanted):
        return x
    out = np.full((len(x), len(wanted)), np.nan)
    place = {name: i for i, name in enumerate(columns)}
    for j, name in enumerate(wanted):
        if name in place:
            out[:, j] = x[:, place[name]]
    return out


def group(tasks: Sequence[Task], seed: int) -> list[tuple[Family, list[Task]]]:
    """Group labelled `tasks` into families; stages without labels say nothing and are left out."""
    found: dict[tuple[object, ...], list[Task]] = {}
    for task in tasks:
        if len(task.support_y):
            found.setdefault(_key(task), []).append(task)
    rng = np.random.default_rng(seed)
    return [(_family(members, rng), members) for members in found.values()]


def _key(task: Task) -> tuple[object, ...]:
    known_by = ("family", task.family) if task.family else ("columns", *sorted(task.columns))
    return (*known_by, task.characteristic, task.kind)


def _family(tasks: Sequence[Task], rng: np.random.Generator) -> Family:
    first = tasks[0]
    columns = tuple(dict.fromkeys(name for task in tasks for name in task.columns))
    rows = np.vstack([align(task.support_x, task.columns, columns) for task in tasks])
    if len(rows) > REFERENCE:
        rows = rows[np.sort(rng.choice(len(rows), REFERENCE, replace=False))]
    stages = tuple(task.stage for task in tasks)
    found = levels([task.support_y for task in tasks])
    return Family(first.family or "", first.characteristic, first.kind, columns, stages, found, rows)


def match(families: Sequence[Family], task: Task) -> int | None:
    """Return the place of the family that `task` belongs to, or None for a stranger.

    A family is met by its name and characteristic, else by the same parameters and characteristic.
    """
    same = [i for i, f in enumerate(families) if (f.characteristic, f.kind) == (task.characteristic, task.kind)]
    for i in same:
        if task.family and families[i].name == task.family and set(task.columns) & set(families[i].columns):
            return i
    for i in same:
        if not (task.family and families[i].name) and set(task.columns) == set(families[i].columns):
            return i
    return None


def pack(families: Sequence[Family]) -> tuple[list[dict[str, Any]], dict[str, Array]]:
    """Return JSON and arrays of the families, for a state."""
    meta = [
        {
            "name": f.name,
            "characteristic": f.characteristic,
            "kind": f.kind,
            "columns": list(f.columns),
            "stages": list(f.stages),
            "count": f.levels.stages,
        }
        for f in families
    ]
    arrays: dict[str, Array] = {}
    for i, f in enumerate(families):
        arrays[f"families/{i}/levels"] = np.array([f.levels.mean, f.levels.between, f.levels.within, f.levels.safest])
        arrays[f"families/{i}/reference"] = f.reference
    return meta, arrays


def unpack(state: State) -> tuple[Family, ...]:
    """Rebuild what `pack` wrote.

    Raises
    ------
    StateError
        If something is missing or does not fit.
    """
    try:
        return tuple(_unpack_one(i, entry, state.arrays) for i, entry in enumerate(state.meta["families"]))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise StateError(f"state of learner {state.meta.get('learner')!r}: families are damaged ({error})") from None


def _unpack_one(i: int, entry: Mapping[str, Any], arrays: Mapping[str, Array]) -> Family:
    mean, between, within, *more = (float(v) for v in arrays[f"families/{i}/levels"])
    reference = arrays[f"families/{i}/reference"]
    if reference.ndim != 2 or reference.shape[1] != len(entry["columns"]):
        raise ValueError(f"reference of family {i} has shape {reference.shape}")
    return Family(
        entry["name"],
        entry["characteristic"],
        entry["kind"],
        tuple(entry["columns"]),
        tuple(entry["stages"]),
        Levels(mean, between, within, int(entry["count"]), *more),
        reference,
    )
