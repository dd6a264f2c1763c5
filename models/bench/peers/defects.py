"""Peers for defects: detectors without labels, classifiers with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.base import Array, Task
from models.bench.peers.base import Predictor, Scaling, constant, stage_scaling
from models.bench.peers.pooled import boost

_SEED = 0
_NEIGHBOURS = 5


def isolation_forest(_: None, task: Task) -> Predictor:
    """Isolation forest (Liu, Ting and Zhou 2008) on all units not known to be nonconforming."""
    from sklearn.ensemble import IsolationForest

    scaling, z = _normal(task)
    forest = IsolationForest(n_estimators=100, random_state=_SEED, n_jobs=1).fit(z)
    return lambda x: (-np.asarray(forest.score_samples(scaling.apply(x)), dtype=np.float64), None)


def principal_components(_: None, task: Task) -> Predictor:
    """T2 and squared prediction error of a PCA, each over its 95 % quantile, added (Yue and Qin 2001)."""
    scaling, z = _normal(task)
    singular, rotation = np.linalg.svd(z, full_matrices=False)[1:]
    variance = singular**2 / max(len(z) - 1, 1)
    kept = int(np.searchsorted(np.cumsum(variance), 0.9 * variance.sum())) + 1
    basis, scale = rotation[:kept], np.where(variance[:kept] > 1e-12, variance[:kept], np.inf)

    def parts(rows: Array) -> tuple[Array, Array]:
        scores = rows @ basis.T
        return np.sum(scores**2 / scale, axis=1), np.sum((rows - scores @ basis) ** 2, axis=1)

    limits = [max(float(np.quantile(part, 0.95)), 1e-12) for part in parts(z)]

    def predict(x: Array) -> tuple[Array, None]:
        t2, spe = parts(scaling.apply(x))
        return t2 / limits[0] + spe / limits[1], None

    return predict


def neighbours(_: None, task: Task) -> Predictor:
    """Mean distance to the five nearest units, the very nearest left out: it may be the unit itself."""
    from sklearn.neighbors import NearestNeighbors

    scaling, z = _normal(task)
    index = NearestNeighbors(n_neighbors=min(_NEIGHBOURS + 1, len(z))).fit(z)
    return lambda x: (np.asarray(index.kneighbors(scaling.apply(x))[0][:, 1:].mean(axis=1)), None)


def logistic(_: None, task: Task) -> Predictor:
    """Logistic regression on the stage's labels, classes weighted alike; without both classes, no opinion."""
    from sklearn.linear_model import LogisticRegression

    return _classifier(LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000), task)


def forest(_: None, task: Task) -> Predictor:
    """Random forest on the stage's labels; without both classes, no opinion."""
    from sklearn.ensemble import RandomForestClassifier

    return _classifier(
        RandomForestClassifier(n_estimators=200, class_weight="balanced", random_state=_SEED, n_jobs=1), task
    )


def learn_pool(tasks: Sequence[Task]) -> tuple[Array, Array]:
    """Keep the labelled units of all stages, to be joined by the stage's own."""
    return np.concatenate([t.support_x for t in tasks]), np.concatenate([t.support_y for t in tasks])


def pooled_boosting(learned: tuple[Array, Array], task: Task) -> Predictor:
    """Predict with LightGBM on all stages' labels and this one's, in raw units."""
    x = np.concatenate([learned[0], task.support_x])
    y = np.concatenate([learned[1], task.support_y])
    if np.ptp(y) == 0:
        return constant(float(y[0]))
    booster = boost(x, y, "binary")
    return lambda rows: (np.asarray(booster.predict(rows, num_threads=1), dtype=np.float64), None)


def _classifier(model: Any, task: Task) -> Predictor:
    if len(set(task.support_y)) < 2:
        return constant(float(task.support_y.mean()) if len(task.support_y) else 0.5)
    scaling = stage_scaling(task)
    model.fit(scaling.apply(task.support_x), task.support_y)
    return lambda x: (np.asarray(model.predict_proba(scaling.apply(x))[:, 1], dtype=np.float64), None)


def _normal(task: Task) -> tuple[Scaling, Array]:
    """Units not known to be nonconforming, scaled."""
    rows = np.concatenate([task.support_x[task.support_y == 0], task.unlabelled_x])
    scaling = Scaling.of(rows)
    return scaling, scaling.apply(rows)
