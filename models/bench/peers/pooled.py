"""Regression peers that put all stages into one LightGBM model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.base import Array, Task
from models.bench.peers.base import Predictor, stage_scaling
from models.bench.peers.own import fit_process

ROUNDS = 200
_SETTINGS = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 10,
    "num_threads": 1,
    "verbosity": -1,
    "seed": 0,
    "deterministic": True,
}


@dataclass(frozen=True, slots=True)
class Boosted:
    """One boosted model of all stages."""

    booster: Any
    spread: float

    def __call__(self, x: Array) -> Array:
        """Predict rows of shape (n, d)."""
        return np.asarray(self.booster.predict(x, num_threads=1), dtype=np.float64)


def boost(x: Array, y: Array, objective: str = "regression") -> Any:
    """Fit LightGBM on `x` (n, d) and `y` (n,)."""
    import lightgbm

    settings = _SETTINGS | {"objective": objective}
    if objective == "binary":
        settings["is_unbalance"] = True
    return lightgbm.train(settings, lightgbm.Dataset(x, y, params={"verbosity": -1}), num_boost_round=ROUNDS)


def learn_raw(tasks: Sequence[Task]) -> Boosted:
    """Pool the labelled units of all stages in raw units."""
    x = np.concatenate([t.support_x for t in tasks])
    y = np.concatenate([t.support_y for t in tasks])
    return Boosted(boost(x, y), float(np.mean([np.std(t.support_y) for t in tasks])))


def learn_standardized(tasks: Sequence[Task]) -> Boosted:
    """Pool them with each stage's parameters and labels brought to mean 0 and spread 1."""
    x = np.concatenate([stage_scaling(t).apply(t.support_x) for t in tasks])
    y = np.concatenate([(t.support_y - t.support_y.mean()) / (np.std(t.support_y) or 1.0) for t in tasks])
    return Boosted(boost(x, y), float(np.mean([np.std(t.support_y) for t in tasks])))


def pooled(learned: Boosted, _: Task) -> Predictor:
    """Predict with the pooled model as it is."""
    return lambda x: (learned(x), None)


def pooled_offset(learned: Boosted, task: Task) -> Predictor:
    """Predict with the pooled model plus the stage's mean residual."""
    offset = float(np.mean(task.support_y - learned(task.support_x)))
    return lambda x: (learned(x) + offset, None)


def pooled_standardized(learned: Boosted, task: Task) -> Predictor:
    """Predict the standardized value, brought back with mean and spread of the stage's labels."""
    scaling = stage_scaling(task)
    centre = float(task.support_y.mean())
    spread = float(np.std(task.support_y, ddof=1)) if len(task.support_y) > 1 else learned.spread
    return lambda x: (centre + spread * learned(scaling.apply(x)), None)


def pooled_process(learned: Boosted, task: Task) -> Predictor:
    """Predict with the pooled model plus a Gaussian process on the stage's residuals."""
    residual = task.support_y - learned(task.support_x)
    if np.ptp(residual) <= 1e-12 * max(float(np.max(np.abs(task.support_y))), 1e-300):
        return pooled_offset(learned, task)
    scaling = stage_scaling(task)
    process = fit_process(scaling.apply(task.support_x), residual)

    def predict(x: Array) -> tuple[Array, Array]:
        mean, sd = process.predict(scaling.apply(x), return_std=True)
        return learned(x) + mean, np.asarray(sd, dtype=np.float64)

    return predict
