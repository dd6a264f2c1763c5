"""Limits with what they stand on, exclusions with their cause, studies of gauges; on both databases."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from qc_app.errors import ActionError
from qc_app.records import Exclusion, GaugeStudy, Limits
from qc_app.store import Journal

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMITS = Limits("s", "thickness", "imr", 0, NOW, 1.0, 2.0, 3.0, 0.3, 40, "anna", "first", "average moving range",
                "single units", NOW - 9 * HOUR, NOW - HOUR, 2, NOW)  # fmt: skip


def test_limits_keep_what_they_stand_on(journal: Journal):
    kept = journal.limits.freeze(LIMITS)
    assert journal.limits.current("s", "thickness", "imr") == kept
    assert (kept.version, kept.excluded, kept.first, kept.estimator) == (1, 2, NOW - 9 * HOUR, "average moving range")


def test_limits_keep_the_basis_of_any_chart_to_the_last_bit(journal: Journal):
    basis = {"names": ["a", "b"], "mean": [0.1, 1 / 3], "covariance": [[2.0, 0.7], [0.7, 1e-17]], "size": 1}
    kept = journal.limits.freeze(replace(LIMITS, characteristic="all parameters", chart="t2", basis=basis))
    assert journal.limits.current("s", "all parameters", "t2") == kept
    assert kept.basis == basis
    assert journal.limits.freeze(LIMITS).basis == {}


def test_versions_as_they_were_known(journal: Journal):
    first = journal.limits.freeze(LIMITS)
    backdated = journal.limits.freeze(replace(LIMITS, since=NOW + HOUR, frozen=NOW + 5 * HOUR))
    undated = journal.limits.freeze(replace(LIMITS, chart="xbar_s", since=NOW, frozen=None))
    history = journal.limits.history
    assert history("s", "thickness", "imr") == [first, backdated]
    assert history("s", "thickness", "imr", NOW + 2 * HOUR) == [first]
    assert history("s", "thickness", "xbar_s", NOW) == [undated]
    assert history("s", "thickness", "imr", NOW - HOUR) == []


def exclusion(unit: str, at: datetime = NOW) -> Exclusion:
    return Exclusion("s", "thickness", unit, "gauge was dropped", "anna", at)


def test_an_exclusion_ends_and_stays_on_record(journal: Journal):
    journal.exclusions.exclude(exclusion("u1"))
    journal.exclusions.exclude(exclusion("u2", NOW + HOUR))
    assert journal.exclusions.in_force("s", "thickness") == dict.fromkeys(("u1", "u2"), "gauge was dropped")
    assert journal.exclusions.in_force("s", "thickness", NOW) == {"u1": "gauge was dropped"}
    journal.exclusions.include("s", "thickness", "u1", "bert", "the gauge was sound", NOW + 2 * HOUR)
    assert list(journal.exclusions.in_force("s", "thickness")) == ["u2"]
    assert list(journal.exclusions.in_force("s", "thickness", NOW + HOUR)) == ["u1", "u2"]
    kept = journal.exclusions.history("s")[0]
    assert (kept.cause, kept.ended_by, kept.ended_reason) == ("gauge was dropped", "bert", "the gauge was sound")
    journal.exclusions.exclude(exclusion("u1", NOW + 3 * HOUR))
    assert len(journal.exclusions.history("s", "thickness")) == 3


def test_twice_excluded_and_never_excluded_are_told(journal: Journal):
    journal.exclusions.exclude(exclusion("u1"))
    with pytest.raises(ActionError, match="already"):
        journal.exclusions.exclude(exclusion("u1"))
    with pytest.raises(ActionError, match="is not excluded"):
        journal.exclusions.include("s", "thickness", "u9", "bert", "why", NOW)
    assert journal.exclusions.in_force("s", "width") == {}


def study(kind: str, sd: float, at: datetime, due: datetime | None = None) -> GaugeStudy:
    return GaugeStudy("s", "thickness", kind, at, due, "anna", sd, "good", "good: 5 %", {"share": 0.05, "p": math.nan},
                      {"rows": [["p1", "A", 1.0]]})  # fmt: skip


def test_the_newest_crossed_study_tells_the_gauges_spread(journal: Journal):
    assert journal.gauges.sd("s", "thickness") is None
    assert journal.gauges.newest("s", "thickness") is None
    journal.gauges.add(study("type 1", 0.1, NOW))
    assert journal.gauges.sd("s", "thickness") == 0.1
    kept = journal.gauges.add(study("crossed", 0.2, NOW + HOUR, NOW + 99 * HOUR))
    journal.gauges.add(study("type 1", 0.05, NOW + 2 * HOUR))
    last = journal.gauges.add(study("linearity", math.nan, NOW + 3 * HOUR))
    assert journal.gauges.sd("s", "thickness") == 0.2
    assert journal.gauges.sd("s", "thickness", NOW) == 0.1
    assert journal.gauges.history("s", "thickness")[1] == kept
    assert kept.numbers == {"share": 0.05, "p": None}
    newest = journal.gauges.newest("s", "thickness")
    assert newest is not None
    assert (newest.id, newest.kind) == (last.id, "linearity")
    assert journal.gauges.history("s", "width") == []


def test_limits_of_before_are_named_for_their_chart(url: str, monkeypatch: pytest.MonkeyPatch):
    from qc_app.store import migrations

    monkeypatch.setattr(migrations, "HEAD", "0005")
    journal = Journal(url)
    with journal.database.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO limits (stage, characteristic, chart, version, since, lower, center, upper, sigma, n,"
                " author, reason) VALUES ('s', 'y', 'individuals', 1, 0, 1, 2, 3, .3, 30, 'night', 'first')"
            )
        )
    journal.close()
    monkeypatch.undo()
    journal = Journal(url)
    found = journal.limits.current("s", "y", "imr")
    assert found is not None
    assert (found.estimator, found.frozen, found.excluded) == ("average moving range", None, 0)
    assert journal.limits.history("s", "y", known_at=NOW) == [found]
    journal.close()
