"""The simulated plant leaves a learner something to do, and its sisters something to lend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score, roc_auc_score

from data_connectors.synthetic import SyntheticPlant, stage_definition

START = datetime(2026, 1, 1, tzinfo=UTC)
PLANT = SyntheticPlant.of(seed=1, start=START)
CONTINUOUS = ["casting:centre_segregation", "rolling:thickness_deviation", "heat_treatment:yield_strength"]


def rows(stage: str, characteristic: str) -> tuple[np.ndarray, np.ndarray]:
    window = (stage, START, START + timedelta(days=40))
    names = [p.name for p in stage_definition(stage).parameters]
    return PLANT.between(*window).select(names).to_numpy(), PLANT.truth(*window)[characteristic].to_numpy()


def boosted(x: np.ndarray, y: np.ndarray) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(max_iter=100, learning_rate=0.1, min_samples_leaf=30).fit(x, y)


@pytest.mark.parametrize("what", CONTINUOUS)
def test_many_labels_explain_most_twenty_do_not_and_the_sister_helps(what):
    family, characteristic = what.split(":")
    x, y = rows(f"{family}-1", characteristic)
    early, late = slice(0, 2700), slice(2700, None)
    ample = r2_score(y[late], boosted(x[early], y[early]).predict(x[late]))
    filled = np.where(np.isnan(x), np.nanmean(x, axis=0), x)
    few = []
    for seed in range(11):
        take = np.random.default_rng(seed).choice(2700, 20, replace=False)
        few.append(r2_score(y[late], LinearRegression().fit(filled[take], y[take]).predict(filled[late])))
    sister = boosted(*rows(f"{family}-2", characteristic)).predict(x)
    lent = r2_score(y[late], sister[late] + np.mean(y[:20] - sister[:20]))
    assert ample > 0.55
    assert np.median(few) < ample - 0.15
    assert np.median(few) < lent
    assert np.corrcoef(sister[late], y[late])[0, 1] > 0.7


@pytest.mark.parametrize("what", ["casting:surface_crack", "rolling:scale_defect"])
def test_defects_can_be_foreseen_from_the_sister_line(what):
    family, characteristic = what.split(":")
    x, y = rows(f"{family}-1", characteristic)
    score = roc_auc_score(y, boosted(*rows(f"{family}-2", characteristic)).predict(x))
    assert 0.65 < score < 0.99
