"""What every chart of the catalogue keeps, whatever it draws."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEnoughData, TaskError, UnknownName
from models.spc import CHARTS, Observations, chart_kind, chart_names, make_chart
from tests.models.spc.samples import POINTS, head, observations

NAMES = chart_names()


@pytest.mark.parametrize("name", NAMES)
def test_chart_is_well_formed_and_says_so(name):
    chart = make_chart(name, observations(name))
    assert chart.name == name
    assert chart.sentence
    assert len(chart.positions) == len(chart.main.points) == POINTS
    for panel in chart.panels:
        there = np.isfinite(panel.points)
        assert panel.lower.shape == panel.upper.shape == panel.center_line.shape == panel.points.shape
        assert (panel.lower[there] <= panel.upper[there]).all()
        assert all(0 <= s.index < POINTS and s.sentence for s in panel.signals)
        assert [s.index for s in panel.signals] == sorted(s.index for s in panel.signals)


@pytest.mark.parametrize("name", NAMES)
def test_a_large_shift_is_found_after_it_and_rarely_before(name):
    chart = make_chart(name, observations(name, shift=4.0, seed=1), window=slice(0, POINTS // 2))
    assert [s.index for s in chart.signals if s.index >= POINTS // 2]
    assert len([s for s in chart.signals if s.index < POINTS // 2]) <= 2


@pytest.mark.parametrize("name", NAMES)
def test_frozen_limits_make_the_same_chart(name):
    first = make_chart(name, observations(name, shift=1.0))
    again = make_chart(name, observations(name, shift=1.0), limits=first.frozen)
    for one, other in zip(first.panels, again.panels, strict=True):
        if not chart_kind(name).phases_differ:
            assert other.upper == pytest.approx(one.upper, nan_ok=True)
        assert other.points == pytest.approx(one.points, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_later_points_do_not_change_earlier_ones(name):
    data = observations(name, shift=2.0)
    frozen = make_chart(name, data).frozen
    whole = make_chart(name, data, limits=frozen)
    short = make_chart(name, head(data, 50), limits=frozen)
    assert short.main.points == pytest.approx(whole.main.points[:50], nan_ok=True)
    assert [s for s in short.main.signals if s.index < 50] == [s for s in whole.main.signals if s.index < 50]


@pytest.mark.parametrize("name", NAMES)
def test_missing_points_are_gaps(name):
    data = observations(name)
    values = np.array(data.values, dtype=float)
    per = len(values) // POINTS
    values[7 * per : 8 * per] = np.nan
    chart = make_chart(name, _with(data, values))
    assert np.isnan(chart.main.points[7])
    assert np.isfinite(chart.main.points[9:]).all()
    assert 7 not in {s.index for s in chart.signals}


@pytest.mark.parametrize("name", NAMES)
def test_too_little_says_how_much_is_needed(name):
    for points in (0, 1):
        with pytest.raises(NotEnoughData) as error:
            make_chart(name, head(observations(name), points))
        assert error.value.needed > 0


@pytest.mark.parametrize("name", NAMES)
def test_data_are_not_changed(name):
    data = observations(name)
    before = np.array(data.values, copy=True)
    make_chart(name, data)
    assert np.array_equal(before, data.values, equal_nan=True)


@pytest.mark.parametrize("name", NAMES)
def test_words_instead_of_numbers_are_told(name):
    data = observations(name)
    with pytest.raises(TaskError, match="no number"):
        make_chart(name, _with(data, np.full(np.shape(data.values), "x", dtype=object)))


def test_unknown_names_tell_the_nearest():
    with pytest.raises(UnknownName, match="xbar_r"):
        make_chart("xbar-r", observations("imr"))
    with pytest.raises(UnknownName, match="smoothing"):
        make_chart("ewma", observations("imr"), smothing=0.2)
    with pytest.raises(UnknownName, match="nelson8"):
        make_chart("imr", observations("imr"), rules=["nelson9"])


@pytest.mark.parametrize("name", [n for n in NAMES if CHARTS[n].needs in {"subgroups", "parts"} or n in {"p", "u"}])
def test_data_of_the_wrong_kind_are_told(name):
    with pytest.raises(TaskError, match="needs"):
        make_chart(name, Observations([1.0, 2.0, 3.0]))


def test_every_entry_explains_itself():
    for kind in CHARTS.values():
        assert kind.title
        assert kind.text[0].islower()


def _with(data: Observations, values) -> Observations:
    return Observations(values, data.groups, data.sizes, data.parts, data.nominals, data.names)
