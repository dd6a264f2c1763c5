"""Regression peers trained on other tables beforehand: TabPFN and TabICL, where their weights are on this machine.

Nothing is ever downloaded: the weights are a file that someone put here and named in the environment, and the
library is whatever version is installed. A peer without either is not in the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm

from models.base import LEVEL, Array, Task
from models.bench.peers.base import Peer, Predictor, constant
from models.errors import UnknownName

_SEED = 0
_ENDS = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]


@dataclass(frozen=True, slots=True)
class Foundation:
    """A library with a pretrained regressor.

    Parameters
    ----------
    library : str
        Its package.
    variable : str
        Name of the environment variable that holds the path of the weights.
    made : callable
        ``made(weights) -> regressor``.
    ends : callable
        ``ends(regressor, x)``: 5 and 95 % quantiles, shape (2, n).
    """

    library: str
    variable: str
    made: Callable[[str], Any]
    ends: Callable[[Any, Array], Array]

    @property
    def weights(self) -> str | None:
        """Path of the weights as the environment names it."""
        return os.environ.get(self.variable)

    def place(self, _: None, task: Task) -> Predictor:
        """Give the stage's labels to the regressor as its context."""
        if len(task.support_y) < 2 or np.ptp(task.support_y) == 0:
            return constant(float(task.support_y[0]))
        model = self.made(str(self.weights)).fit(task.support_x, task.support_y)

        def predict(x: Array) -> tuple[Array, Array]:
            low, high = self.ends(model, x)
            mean = np.asarray(model.predict(x), dtype=np.float64)
            return mean, np.maximum(high - low, 0.0) / float(2 * norm.ppf(_ENDS[1]))

        return predict


def _tabpfn(weights: str) -> Any:
    from tabpfn import TabPFNRegressor

    return TabPFNRegressor(model_path=weights, device="cpu", random_state=_SEED)


def _tabicl(weights: str) -> Any:
    from tabicl import TabICLRegressor

    return TabICLRegressor(model_path=weights, allow_auto_download=False, device="cpu", random_state=_SEED)


FOUNDATIONS: Mapping[str, Foundation] = {
    "peer_tabpfn": Foundation(
        "tabpfn",
        "QC_TABPFN_WEIGHTS",
        _tabpfn,
        lambda model, x: np.array(model.predict(x, output_type="quantiles", quantiles=_ENDS), dtype=np.float64),
    ),
    "peer_tabicl": Foundation(
        "tabicl",
        "QC_TABICL_WEIGHTS",
        _tabicl,
        lambda model, x: np.array(model.predict(x, output_type="quantiles", alphas=_ENDS), dtype=np.float64).T,
    ),
}


def foundation_peers() -> tuple[Peer, ...]:
    """Return the peers whose weights are named in the environment."""
    return tuple(Peer(name, "continuous", f.place) for name, f in FOUNDATIONS.items() if f.weights)


def foundation_peer(name: str) -> Peer:
    """Return the peer called `name`.

    Raises
    ------
    UnknownName
        If its weights are not named, not there, or its library is not installed.
    """
    found = FOUNDATIONS[name]
    if not found.weights:
        raise UnknownName(f"peer {name!r} needs weights - put the path of their file into {found.variable}")
    if not Path(found.weights).is_file():
        raise UnknownName(f"peer {name!r}: {found.variable} names {found.weights}, where no file is - correct it")
    if find_spec(found.library) is None:
        raise UnknownName(f"peer {name!r} needs the package {found.library} - pip install {found.library}")
    return Peer(name, "continuous", found.place)
