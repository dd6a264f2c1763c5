"""Regression peers that know nothing but the stage's own labels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from models.base import LEVEL, Array, Task
from models.bench.peers.base import Predictor, constant, stage_scaling

_SEED = 0


def stage_mean(_: None, task: Task) -> Predictor:
    """Mean of the labels; from two labels on with the t interval for a new value, said as a normal spread."""
    y = task.support_y
    mean = float(y.mean())
    if len(y) < 2:
        return constant(mean)
    z = float(student.ppf((1 + LEVEL) / 2, len(y) - 1) / norm.ppf((1 + LEVEL) / 2))
    spread = z * float(y.std(ddof=1)) * float(np.sqrt(1 + 1 / len(y)))
    return lambda x: (np.full(len(x), mean), np.full(len(x), spread))


def ridge(_: None, task: Task) -> Predictor:
    """Ridge regression on the stage's scale; the penalty by leave-one-out (Golub, Heath and Wahba 1979)."""
    from sklearn.linear_model import RidgeCV

    if _constant(task.support_y):
        return constant(float(task.support_y[0]))
    scaling = stage_scaling(task)
    model = RidgeCV(alphas=np.logspace(-2, 4, 13)).fit(scaling.apply(task.support_x), task.support_y)
    return lambda x: (np.asarray(model.predict(scaling.apply(x)), dtype=np.float64), None)


def gaussian_process(_: None, task: Task) -> Predictor:
    """Scikit-learn's Gaussian process: constant times RBF plus white noise, hyperparameters by likelihood."""
    if _constant(task.support_y):
        return constant(float(task.support_y[0]))
    scaling = stage_scaling(task)
    model = fit_process(scaling.apply(task.support_x), task.support_y)
    return lambda x: _with_sd(model, scaling.apply(x))


def fit_process(z: Array, y: Array) -> Any:
    """Fit the process on scaled parameters `z` (n, d) and labels `y` (n,)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * RBF(np.sqrt(z.shape[1]), (0.1, 1e3)) + WhiteKernel(0.1, (1e-4, 10.0))
    model = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=1, random_state=_SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a bound reached is this peer's ordinary answer
        return model.fit(z, y)


def random_forest(_: None, task: Task) -> Predictor:
    """Hundred trees on the raw parameters."""
    from sklearn.ensemble import RandomForestRegressor

    scaling = stage_scaling(task)
    model = RandomForestRegressor(n_estimators=100, random_state=_SEED, n_jobs=1).fit(
        scaling.apply(task.support_x), task.support_y
    )
    return lambda x: (np.asarray(model.predict(scaling.apply(x)), dtype=np.float64), None)


def catboost(_: None, task: Task) -> Predictor:
    """CatBoost, 200 trees of depth 4, refit for the stage."""
    from catboost import CatBoostRegressor

    if _constant(task.support_y) or not np.ptp(stage_scaling(task).apply(task.support_x), axis=0).any():
        return constant(float(task.support_y.mean()))
    model = CatBoostRegressor(
        iterations=200, depth=4, thread_count=1, random_seed=_SEED, verbose=False, allow_writing_files=False
    ).fit(task.support_x, task.support_y)
    return lambda x: (np.asarray(model.predict(x, thread_count=1), dtype=np.float64), None)


def _with_sd(model: Any, z: Array) -> tuple[Array, Array]:
    mean, sd = model.predict(z, return_std=True)
    return np.asarray(mean, dtype=np.float64), np.asarray(sd, dtype=np.float64)


def _constant(y: Array) -> bool:
    return bool(np.ptp(y) <= 1e-12 * np.max(np.abs(y)))
