"""Which settings of which learner may be searched, and over which values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.catalog import learner_names, setting_names
from models.tuning.proposals import Spaces

#: Setting -> values in order, the usual one in the middle; a learner is searched over those that it has.
RANGES: dict[str, Sequence[Any]] = {
    "steps": (125, 250, 500),
    "rate": (2e-3, 5e-3, 1e-2),
    "decay": (1e-3, 1e-2, 1e-1),
    "width": (24, 48, 96),
    "depth": (1, 2, 3),
    "limit": (36, 72, 144),
    "trust": (4.0, 12.0, 36.0),
}


def spaces() -> Spaces:
    """Return for every learner of the catalogue the settings that may be searched.

    Examples
    --------
    >>> sorted(spaces()["warm_start"])
    ['limit', 'trust']
    """
    found = {name: [s for s in setting_names(name) if s in RANGES] for name in learner_names()}
    return {name: {s: RANGES[s] for s in settings} for name, settings in found.items() if settings}
