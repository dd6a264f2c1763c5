"""Name -> detector, and detectors as arrays."""

from __future__ import annotations

import difflib
from dataclasses import fields
from typing import Any, cast

import numpy as np

from models.anomaly.adjusted import Adjusted
from models.anomaly.base import Detector
from models.anomaly.forest import Forest
from models.anomaly.knn import Neighbours
from models.anomaly.pca import Plane
from models.anomaly.scale import Scale
from models.anomaly.tails import Tails
from models.errors import StateError, UnknownName
from models.state import State

DETECTORS: dict[str, type[Any]] = {cls.name: cls for cls in (Plane, Neighbours, Tails, Forest, Adjusted)}


def detector_names() -> tuple[str, ...]:
    """Return the names of all detectors.

    Examples
    --------
    >>> detector_names()
    ('plane', 'neighbours', 'tails', 'forest', 'adjusted')
    """
    return tuple(DETECTORS)


def make_detector(name: str) -> type[Detector]:
    """Return a detector to learn with.

    Raises
    ------
    UnknownName
        If there is none of that name.

    Examples
    --------
    >>> seen = make_detector("tails").learn(np.arange(20.0)[:, None])
    >>> usual, strange = seen.score(np.array([[9.5], [40.0]]))
    >>> bool(strange > usual)
    True
    >>> make_detector("tail")
    Traceback (most recent call last):
    models.errors.UnknownName: no detector 'tail' - did you mean 'tails'? (known: plane, neighbours, tails, ...)
    """
    if name not in DETECTORS:
        near = difflib.get_close_matches(name, DETECTORS, n=1)
        hint = f" - did you mean {near[0]!r}?" if near else ""
        raise UnknownName(f"no detector {name!r}{hint} (known: {', '.join(DETECTORS)})")
    return cast("type[Detector]", DETECTORS[name])


def detector_state(detector: Detector) -> State:
    """Return everything that a learned detector consists of."""
    arrays: dict[str, Any] = {}
    numbers: dict[str, float] = {}
    for field in fields(cast("Any", detector)):
        value = getattr(detector, field.name)
        if isinstance(value, Scale):
            arrays |= {f"{field.name}/centre": value.centre, f"{field.name}/spread": value.spread}
        elif isinstance(value, np.ndarray):
            arrays[field.name] = value
        else:
            numbers[field.name] = value
    return State({"detector": detector.name, "numbers": numbers}, arrays)


def load_detector(state: State) -> Detector:
    """Rebuild a learned detector; its scores are identical.

    Raises
    ------
    StateError
        If the state is of no known detector, or something is missing.
    """
    name = state.meta.get("detector")
    if not isinstance(name, str) or name not in DETECTORS:
        raise StateError(f"state of detector {name!r}, which is not known here (known: {', '.join(DETECTORS)})")
    made, parts = DETECTORS[name], {}
    known = {**state.meta.get("numbers", {}), **state.arrays}
    try:
        for field in fields(made):
            inside = state.inside(field.name)
            parts[field.name] = Scale(inside["centre"], inside["spread"]) if inside else known[field.name]
    except KeyError as error:
        raise StateError(f"state of detector {name!r}: {error} is missing - learn again") from None
    return cast("Detector", made(**parts))
