"""Freezing, rolling back, excluding: rights and reasons, limits of their time, an audit that holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.errors import UnknownName
from qc_app.access import Actor
from qc_app.actions import Basis, exclude_point, freeze_limits, include_point, roll_back_limits, trial_limits
from qc_app.errors import ActionError, NotAllowed, PlantError
from qc_app.views import enter
from tests.pages.made_plants import NOW, healthy

OF = ("rolling-1", "thickness")
APPROVER, ENGINEER = Actor("anna", "approver"), Actor("emil", "engineer")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return healthy(tmp_path_factory.mktemp("limits") / "home")


@pytest.fixture
def store(made, tmp_path):
    import shutil

    shutil.copytree(made, tmp_path / "home")
    with enter(tmp_path / "home") as opened:
        yield opened


def test_trial_limits_change_nothing(store):
    before = store.journal.limits.history(*OF)
    trial = trial_limits(store, *OF)
    assert trial.chart == "imr"
    assert trial.phase.limits.n == 33
    assert any("provisional" in w for w in trial.phase.limits.warnings)
    assert store.journal.limits.history(*OF) == before


def test_limits_are_frozen_with_author_reason_and_what_they_stand_on(store):
    kept = freeze_limits(store, APPROVER, *OF, "new rolls")
    assert (kept.version, kept.author, kept.reason, kept.n) == (3, "anna", "new rolls", 33)
    assert kept.frozen == kept.since
    assert kept.first < kept.last < kept.since
    last = store.journal.audit.list(last=1)[0]
    assert (last.action, last.detail["version"]) == ("freeze_limits", 3)
    assert store.journal.audit.verify() is None


def test_limits_may_begin_where_the_process_changed_but_never_before_those_in_force(store):
    change = NOW - timedelta(days=2)
    kept = freeze_limits(store, APPROVER, *OF, "second grinder", basis=Basis(since=change))
    assert kept.since == change
    assert kept.first >= change
    with pytest.raises(ActionError, match="keep the limits of their time"):
        freeze_limits(store, APPROVER, *OF, "backwards", basis=Basis(since=change - timedelta(hours=1)))
    with pytest.raises(ActionError, match="future"):
        freeze_limits(store, APPROVER, *OF, "ahead", basis=Basis(since=NOW + timedelta(days=1)))


def test_a_window_may_be_chosen(store):
    whole = trial_limits(store, *OF)
    part = trial_limits(store, *OF, Basis(first=whole.seen.times[5], last=whole.seen.times[20]))
    assert (part.seen.units[0], part.seen.units[-1]) == (whole.seen.units[5], whole.seen.units[20])


def test_an_excluded_unit_leaves_the_limits_with_its_cause(store):
    unit = trial_limits(store, *OF).seen.units[7]
    said = exclude_point(store, ENGINEER, *OF, unit, "gauge was dropped")
    assert "gauge was dropped" in said
    trial = trial_limits(store, *OF)
    assert trial.phase.limits.excluded == ((7, "gauge was dropped"),)
    assert freeze_limits(store, APPROVER, *OF, "without it").excluded == 1
    with pytest.raises(ActionError, match="already"):
        exclude_point(store, ENGINEER, *OF, unit, "again")
    include_point(store, ENGINEER, *OF, unit, "the gauge was sound")
    assert trial_limits(store, *OF).phase.limits.excluded == ()
    with pytest.raises(ActionError, match="is not excluded"):
        include_point(store, ENGINEER, *OF, unit, "again")
    assert [e.ended_by for e in store.journal.exclusions.history(*OF)] == ["emil"]


def test_rolling_back_is_a_new_version_with_the_old_numbers(store):
    old = store.journal.limits.history(*OF)[0]
    kept = roll_back_limits(store, APPROVER, *OF, "the new rolls were taken out", version=old.version)
    assert (kept.version, kept.center, kept.sigma) == (3, old.center, old.sigma)
    assert "version 1 again" in kept.reason
    assert roll_back_limits(store, APPROVER, *OF, "and back").center == store.journal.limits.history(*OF)[1].center
    with pytest.raises(ActionError, match="earlier: 1, 2, 3"):
        roll_back_limits(store, APPROVER, *OF, "nowhere", version=9)
    with pytest.raises(ActionError, match="earlier: none"):
        roll_back_limits(store, APPROVER, *OF, "nowhere", chart="ewma")


def test_who_may_what(store):
    with pytest.raises(NotAllowed, match="approver"):
        freeze_limits(store, ENGINEER, *OF, "because")
    with pytest.raises(NotAllowed, match="engineer"):
        exclude_point(store, Actor("otto", "operator"), *OF, "C-010000", "because")


def test_what_is_not_there_is_told(store):
    with pytest.raises(ActionError, match="has no result"):
        exclude_point(store, ENGINEER, *OF, "C-999", "because")
    with pytest.raises(UnknownName, match="did you mean 'ewma'"):
        trial_limits(store, *OF, Basis("ewna"))
    with pytest.raises(PlantError, match="did you mean 'rolling-1'"):
        trial_limits(store, "roling-1", "thickness")
