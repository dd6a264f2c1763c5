"""A task is put away with its model and taken out again, equal to the last bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.base import Task
from models.errors import StateError
from models.state import State

_ARRAYS = ("support_x", "support_y", "support_t", "unlabelled_x", "unlabelled_t")


def freeze(task: Task) -> State:
    """Return the task as arrays and JSON; queries are left out, for a model never needs them.

    Parameters
    ----------
    task : Task

    Returns
    -------
    State

    Examples
    --------
    >>> small = Task(stage="s", characteristic="y", columns=["a"], support_x=[[1.0]], support_y=[2.0])
    >>> thaw(freeze(small)).support_y.tolist()
    [2.0]
    """
    arrays = {name: getattr(task, name) for name in _ARRAYS if getattr(task, name) is not None}
    meta = {
        "what": "task",
        "stage": task.stage,
        "characteristic": task.characteristic,
        "columns": list(task.columns),
        "kind": task.kind,
        "limits": None if task.limits is None else list(task.limits),
        "groups": None if task.groups is None else [str(g) for g in task.groups],
        "family": task.family,
        "gauge_sd": task.gauge_sd,
    }
    return State(meta, arrays)


def thaw(state: State) -> Task:
    """Return the task that `freeze` put away.

    Parameters
    ----------
    state : State

    Returns
    -------
    Task

    Raises
    ------
    StateError
        If the state is not that of a task.
    """
    meta = state.meta
    if meta.get("what") != "task":
        raise StateError("this state holds no frozen task - it belongs to a learner or to another program")
    try:
        return Task(
            stage=meta["stage"],
            characteristic=meta["characteristic"],
            columns=tuple(meta["columns"]),
            kind=meta["kind"],
            limits=None if meta["limits"] is None else tuple(meta["limits"]),
            groups=None if meta["groups"] is None else np.array(meta["groups"], dtype=object),
            family=meta["family"],
            gauge_sd=meta["gauge_sd"],
            **{name: state.arrays.get(name) for name in _ARRAYS},  # type: ignore[arg-type]  # names are fields of Task
        )
    except KeyError as error:
        raise StateError(f"frozen task without {error} - it was written by another version") from None


def freeze_all(tasks: Sequence[Task]) -> State:
    """Return several tasks as one state.

    Parameters
    ----------
    tasks : sequence of Task

    Returns
    -------
    State

    Examples
    --------
    >>> small = Task(stage="s", characteristic="y", columns=["a"], support_x=[[1.0]], support_y=[2.0])
    >>> [task.stage for task in thaw_all(freeze_all([small, small]))]
    ['s', 's']
    """
    frozen = [freeze(task) for task in tasks]
    arrays = {f"{i}/{name}": array for i, state in enumerate(frozen) for name, array in state.arrays.items()}
    return State({"what": "tasks", "tasks": [dict(state.meta) for state in frozen]}, arrays)


def thaw_all(state: State) -> list[Task]:
    """Return the tasks that `freeze_all` put away.

    Raises
    ------
    StateError
        If the state is not one of frozen tasks.
    """
    metas = state.meta.get("tasks")
    if state.meta.get("what") != "tasks" or not isinstance(metas, list):
        raise StateError("this state holds no frozen tasks - it belongs to a learner or to another program")
    return [thaw(State(meta, state.inside(str(i)))) for i, meta in enumerate(metas)]
