"""Every two-sample test of the catalogue keeps what all must keep; a wrong one is caught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.drift import ks
from models.drift.catalog import drift_test, drift_test_names
from models.drift.checks import Candidate, check, check_drift_test
from models.drift.distances import Distance
from models.errors import UnknownName


@pytest.mark.parametrize("name", drift_test_names())
def test_a_test_of_the_catalogue_keeps_everything(name):
    check_drift_test(name)


def too_eager(a, b, **how):
    found = ks(a, b, **how)
    return replace(found, threshold=found.threshold / 3, p_value=found.p_value**4)


def asleep(a, b, **how):
    found = ks(a, b, **how)
    return replace(found, threshold=found.threshold * 5, p_value=1.0)


def in_one_unit(a, b, tau, alpha):
    found = ks(a, b, tau=tau, alpha=alpha)
    gap = abs(float(np.nanmean(a) - np.nanmean(b)))
    return replace(found, p_value=found.p_value * (1 + 1e-3 * gap))


def of_two_minds(a, b, tau, alpha):
    return replace(ks(a, b, tau=tau, alpha=alpha), p_value=0.5)


def never_refusing(a, b, **how):
    return ks(a, b, **how) if len(b) else Distance("ks", 0.0, 1.0, 1.0)


def spoilt_by_holes(a, b, **how):
    found = ks(a, b, **how)
    return replace(found, p_value=float("nan")) if np.isnan(b).any() else found


@pytest.mark.parametrize("mutant", [too_eager, asleep, in_one_unit, of_two_minds, never_refusing, spoilt_by_holes])
def test_a_wrong_test_is_caught(mutant):
    with pytest.raises(AssertionError, match="ks"):
        check(Candidate("ks", mutant))


def test_an_unknown_test_is_told_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'wasserstein'"):
        drift_test("waserstein")
