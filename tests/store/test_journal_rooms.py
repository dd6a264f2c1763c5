"""The contract of every room, on both databases."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from qc_app.errors import ActionError, StoreError
from qc_app.records import (
    Decision,
    DriftReport,
    Event,
    Explanation,
    Gap,
    Label,
    LabelPlan,
    Latest,
    Limits,
    ModelVersion,
    Pointers,
    Quarantined,
    Queued,
    Request,
)
from qc_app.store import Journal

NOW = datetime(2026, 3, 1, 6, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 3, 1)
HOUR = timedelta(hours=1)


def test_plants_keep_every_version_and_the_newest_is_in_force(journal: Journal):
    assert journal.plants.current() is None
    first = journal.plants.save("[plant]\n", "d1", "anna", "first", NOW)
    second = journal.plants.save("[plant]\nname='x'", "d2", "anna", "renamed", NOW + HOUR)
    assert journal.plants.current() == second
    assert journal.plants.history() == [first, second]


def test_text_of_any_origin_is_kept_visible(journal: Journal):
    kept = journal.events.add(Event("s'); DROP TABLE events; --", NOW, "note", "a\x00b\ud800 \u202e Ω", "x"))
    found = journal.events.list("s'); DROP TABLE events; --")[0]
    assert found.text == "a\u2400b\\ud800 \u202e Ω"
    assert found.id == kept.id


def test_a_naive_time_is_refused(journal: Journal):
    with pytest.raises(StoreError, match="no zone"):
        journal.events.add(Event("s", datetime(2026, 1, 1), "note", ""))  # noqa: DTZ001
    assert journal.events.list() == []


def label(unit: str, value: float, known: datetime = NOW, measured: datetime = NOW) -> Label:
    return Label("s", "thickness", unit, value, measured, known, "lab")


def test_labels_count_duplicates_and_revisions(journal: Journal):
    first = journal.labels.commit("s", "lab", [label("u1", 1.0), label("u2", 2.0)], "c1", 3, 1, NOW)
    assert (first.counts.new, first.counts.quarantined, first.counts.balanced) == (2, 1, True)
    later = [label("u1", 1.0, NOW + HOUR), label("u2", 2.5, NOW + HOUR), label("u2", 2.5), label("u3", 3.0)]
    second = journal.labels.commit("s", "lab", later, "c2", 4, 0, NOW + HOUR)
    counts = second.counts
    assert (counts.new, counts.revisions, counts.duplicates) == (1, 1, 2)
    assert journal.labels.checkpoint("s", "lab") == "c2"
    assert journal.labels.counts("s", "lab") == first.counts + counts
    assert journal.labels.receipts("s", "lab") == [first, second]
    assert journal.labels.count("s", "thickness") == 3
    assert journal.labels.sources("s") == ["lab"]


def test_labels_as_they_were_known_on_a_day(journal: Journal):
    journal.labels.commit("s", "lab", [label("u1", 1.0)], "c1", 1, 0, NOW)
    journal.labels.commit("s", "lab", [label("u1", 9.0, NOW + HOUR)], "c2", 1, 0, NOW + HOUR)
    assert journal.labels.known("s", "thickness", NOW)["value"].to_list() == [1.0]
    now = journal.labels.known("s", "thickness")
    assert now["value"].to_list() == [9.0]
    assert now.columns == ["unit_id", "value", "t_measured", "t_known", "source", "author"]
    assert now["t_known"].to_list() == [NOW + HOUR]
    assert journal.labels.history("s", "thickness", "u1")["value"].to_list() == [1.0, 9.0]
    assert journal.labels.known("s", "width").is_empty()


def test_an_old_value_redelivered_is_a_duplicate_but_entered_by_hand_it_is_meant(journal: Journal):
    journal.labels.commit("s", "lab", [label("u1", 1.0), label("u1", 2.0)], "c1", 2, 0, NOW)
    again = journal.labels.commit("s", "lab", [label("u1", 1.0, NOW + HOUR)], "c2", 1, 0, NOW)
    assert again.counts.duplicates == 1
    by_hand = journal.labels.commit("s", "lab", [label("u1", 1.0, NOW + HOUR)], None, 1, 0, NOW)
    assert by_hand.counts.revisions == 1
    assert journal.labels.known("s", "thickness")["value"].to_list() == [1.0]
    assert journal.labels.checkpoint("s", "lab") == "c2"


def test_a_refused_delivery_of_labels_leaves_no_trace(journal: Journal):
    with pytest.raises(StoreError, match="received 5"):
        journal.labels.commit("s", "lab", [label("u1", 1.0)], "c1", 5, 0, NOW)
    with pytest.raises(StoreError):
        journal.labels.commit("s", "lab", [label("u1", 1.0), label("u2", math.nan)], "c1", 2, 0, NOW)
    assert journal.labels.count("s", "thickness") == 0
    assert journal.labels.checkpoint("s", "lab") is None


def test_one_success_a_job_stage_and_plant_day(journal: Journal):
    run = journal.runs.start("adapt", "s", DAY, NOW)
    assert run is not None
    assert journal.runs.start("adapt", "s", DAY, NOW) is None
    journal.runs.finish(run, "failed", "no labels", {}, NOW)
    again = journal.runs.start("adapt", "s", DAY, NOW)
    assert again is not None
    done = journal.runs.finish(again, "done", "adapted", {"rows": 3, "loss": math.nan}, NOW + HOUR)
    assert done.ended == NOW + HOUR
    assert journal.runs.start("adapt", "s", DAY, NOW) is None
    assert journal.runs.start("adapt", "s", DAY + timedelta(days=1), NOW) is not None
    assert [r.status for r in journal.runs.list(plant_day=DAY)] == ["failed", "done"]
    assert journal.runs.list(plant_day=DAY)[-1].numbers == {"rows": 3, "loss": None}


def test_ingest_repeats_in_a_day_and_orphans_fail(journal: Journal):
    runs = [journal.runs.start_repeat("ingest", "s", DAY, NOW + k * HOUR) for k in range(3)]
    journal.runs.finish(runs[0], "done", "", {}, NOW)
    assert journal.runs.orphans(NOW, "the scheduler ended") == 2
    assert [r.status for r in journal.runs.list(job="ingest")] == ["done", "failed", "failed"]
    assert [r.started for r in journal.runs.list(since=NOW + HOUR, last=1)] == [NOW + 2 * HOUR]
    with pytest.raises(StoreError, match="took over"):
        journal.runs.finish(runs[1], "done", "", {}, NOW)


def version(key: str, stage: str = "s") -> ModelVersion:
    return ModelVersion(key, stage, "thickness", "portfolio", NOW, "p", NOW, 7, 12, 0, "challenger", {"nrmse": 0.4})


def decision(verdict="promoted") -> Decision:
    return Decision("s", "thickness", DAY, NOW, verdict, "gate", "better by 5 %", rows=9)


def test_pointers_move_in_one_step_and_back(journal: Journal):
    models = journal.models
    for key in ("a", "b", "c"):
        models.add(version(key))
        models.challenge("s", "thickness", key)
        models.promote("s", "thickness", key, decision())
    assert models.pointers("s", "thickness") == Pointers("c", "b", None)
    assert [models.get(k).status for k in "abc"] == ["retired", "previous", "champion"]
    assert models.roll_back("s", "thickness", decision("rolled_back")) == Pointers("b", None, None)
    assert [models.get(k).status for k in "abc"] == ["retired", "champion", "quarantined"]
    with pytest.raises(ActionError, match="no previous model"):
        models.roll_back("s", "thickness", decision("rolled_back"))
    assert [d.verdict for d in journal.decisions.list("s")] == ["promoted"] * 3 + ["rolled_back"]
    assert models.all_pointers() == {("s", "thickness"): Pointers("b", None, None)}


def test_a_rejected_challenger_and_the_same_champion_again(journal: Journal):
    models = journal.models
    models.add(version("a"))
    models.promote("s", "thickness", "a", decision())
    models.add(version("b"))
    models.add(version("b"))
    assert models.challenge("s", "thickness", "b").challenger == "b"
    assert models.reject("s", "thickness", "b", decision("kept")) == Pointers("a", None, None)
    assert models.get("b").status == "rejected"
    assert models.promote("s", "thickness", "a", decision()) == Pointers("a", None, None)
    assert [m.id for m in models.list("s")] == ["a", "b"]


def test_no_pointer_to_what_is_not_there(journal: Journal):
    with pytest.raises(StoreError, match="no model 'ghost'"):
        journal.models.promote("s", "thickness", "ghost", decision())
    assert journal.models.pointers("s", "thickness") == Pointers()
    assert journal.decisions.list() == []
    with pytest.raises(StoreError, match="no model"):
        journal.models.get("ghost")


def test_an_alarm_is_merged_returned_and_comes_back(journal: Journal):
    def alarm(at):
        return journal.alarms.raise_("drift", "s", "speed", "high", "speed drifts", "look", at)

    first = alarm(NOW)
    again = alarm(NOW + HOUR)
    assert (again.id, again.count, again.last_seen, again.raised) == (first.id, 2, NOW + HOUR, NOW)
    assert journal.alarms.clear("drift", "s", "speed", NOW).state == "returned"
    assert alarm(NOW + HOUR).state == "unacknowledged"
    assert journal.alarms.acknowledge(first.id, "anna", "seen", NOW).state == "acknowledged"
    assert alarm(NOW + HOUR).state == "acknowledged"
    assert journal.alarms.counts() == {"s": 1}
    assert journal.alarms.clear("drift", "s", "speed", NOW).state == "normal"
    assert journal.alarms.list() == []
    assert journal.alarms.clear("drift", "s", "speed", NOW) is None
    fresh = alarm(NOW + 2 * HOUR)
    assert (fresh.state, fresh.count) == ("unacknowledged", 1)
    assert len(journal.alarms.list(open_only=False, stage="s")) == 2


def test_a_shelved_alarm_stays_hidden_until_its_time(journal: Journal):
    first = journal.alarms.raise_("gap", "s", "files", "low", "silent", "", NOW)
    with pytest.raises(ActionError, match="past"):
        journal.alarms.shelve(first.id, NOW, "anna", "", NOW)
    journal.alarms.shelve(first.id, NOW + HOUR, "anna", "known", NOW)
    assert journal.alarms.raise_("gap", "s", "files", "low", "silent", "", NOW).state == "shelved"
    assert journal.alarms.counts() == {}
    assert journal.alarms.advance(NOW + HOUR) == 1
    assert journal.alarms.list(stage="s")[0].state == "unacknowledged"
    with pytest.raises(ActionError, match="no alarm 999"):
        journal.alarms.acknowledge(999, "anna", "", NOW)


def test_drift_reports_of_the_newest_day(journal: Journal):
    report = DriftReport(
        "s", "thickness", DAY, NOW, "inputs", "speed", "ks", 0.3, 0.2, math.nan, 50, 0.8, True, False, "speed moved"
    )
    journal.drift.add([report, replace(report, plant_day=DAY + timedelta(days=1), statistic=math.inf)])
    newest = journal.drift.newest("s")
    assert [r.plant_day for r in newest] == [DAY + timedelta(days=1)]
    assert newest[0].statistic == math.inf
    assert math.isnan(newest[0].p_value)
    assert len(journal.drift.list("s", last=1)) == 1
    assert journal.drift.newest("other") == []


def piece(offset: int, raw: str = "a;b") -> Quarantined:
    return Quarantined("files", "s", "shift3.csv", offset, raw, "not_a_number", "row 3", NOW, NOW)


def test_quarantine_keeps_a_piece_once(journal: Journal):
    assert journal.quarantine.hold([piece(1), piece(2), piece(2)]) == 2
    assert journal.quarantine.hold([piece(2), piece(3)]) == 1
    held = journal.quarantine.list("files")
    assert [(p.offset, p.count) for p in held] == [(1, 1), (2, 3), (3, 1)]
    assert journal.quarantine.mark([held[0].id], "dismissed", NOW) == 1
    assert journal.quarantine.mark([held[1].id], "replayed", NOW) == 1
    journal.quarantine.hold([piece(1), piece(2)])
    assert [p.offset for p in journal.quarantine.list()] == [2, 3]
    assert journal.quarantine.counts() == {"files": 2}
    assert journal.quarantine.hold([]) == 0


def test_events_of_a_source_are_added_once(journal: Journal):
    by_hand = journal.events.add(Event("s", NOW, "tool", "new roll", "anna"))
    told = [Event("s", NOW + k * HOUR, "tool", "a\x00b", "files") for k in (2, 1, 1)]
    assert journal.events.add_new([]) == 0
    assert journal.events.add_new(told) == 2
    assert journal.events.add_new([*told, Event("s", NOW, "tool", "new roll", "files")]) == 0
    assert journal.events.add_new([Event("t", NOW, "tool", "new roll", "files")]) == 1
    kept = journal.events.list("s")
    assert kept[0] == by_hand
    assert [(e.at, e.author) for e in kept[1:]] == [(NOW + HOUR, "files"), (NOW + 2 * HOUR, "files")]


def test_gaps_events_and_limits(journal: Journal):
    gap = journal.gaps.add(Gap("files", "s", NOW, NOW + HOUR, "restart", NOW))
    assert journal.gaps.list(stage="s", since=NOW) == [gap]
    assert journal.gaps.list(since=NOW + 2 * HOUR) == []
    late, early = (journal.events.add(Event("s", NOW + k * HOUR, "tool", "new roll")) for k in (2, 1))
    assert journal.events.list("s") == [early, late]
    assert journal.events.list("s", since=NOW + 2 * HOUR) == [late]
    limits = Limits("s", "thickness", "imr", 0, NOW, 1.0, 2.0, 3.0, 0.3, 25, "anna", "baseline")
    assert journal.limits.current("s", "thickness", "imr") is None
    first, second = journal.limits.freeze(limits), journal.limits.freeze(limits)
    assert (first.version, second.version) == (1, 2)
    assert journal.limits.current("s", "thickness", "imr") == second
    assert journal.limits.history("s", "thickness") == [first, second]


def test_a_request_is_taken_once(journal: Journal):
    put = [journal.requests.put(Request("night", "s", {"ids": [1]}, "anna", NOW)) for _ in range(2)]
    taken = journal.requests.take(NOW)
    assert (taken.id, taken.state, taken.arguments) == (put[0].id, "taken", {"ids": [1]})
    assert journal.requests.take(NOW).id == put[1].id
    assert journal.requests.take(NOW) is None
    journal.requests.finish(taken.id, "done", "night is over", NOW + HOUR)
    assert [r.state for r in journal.requests.list()] == ["done", "taken"]
    assert journal.requests.list(state="done")[0].ended == NOW + HOUR
    with pytest.raises(StoreError, match="no request"):
        journal.requests.finish(99, "done", "", NOW)


def explanation(unit: str, minutes: int, **more: object) -> Explanation:
    told = {"model_id": "m1", "why": "latest", "content": {"value": 1.5, "parts": []}, **more}
    return Explanation("s", "y", unit, t_event=NOW + timedelta(minutes=minutes), at=NOW + HOUR, **told)


def test_explanations_are_overwritten_and_the_oldest_let_go(journal: Journal):
    journal.explanations.put([])
    journal.explanations.put([explanation(f"u{n}", n) for n in range(4)])
    journal.explanations.put([replace(explanation("u0", 0), stage="other")])
    newer = explanation("u1", 1, model_id="m2", why="asked", content={"value": math.nan})
    journal.explanations.put([replace(newer, at=NOW + 2 * HOUR)], keep=3)
    assert [e.unit_id for e in journal.explanations.list("s", "y")] == ["u1", "u2", "u3"]
    found = journal.explanations.get("s", "y", "u1")
    assert (found.model_id, found.why, found.content) == ("m2", "asked", {"value": None})
    assert journal.explanations.get("s", "y", "u0") is None
    assert journal.explanations.get("other", "y", "u0").t_event == NOW
    journal.explanations.put([explanation("late", 9)], keep=1)
    assert [e.unit_id for e in journal.explanations.list("s", "y")] == ["u1"], "made last, whenever the unit was"


def test_latest_values_are_overwritten_and_nan_is_null(journal: Journal):
    journal.latest.put([Latest("s", "a", NOW, {"cpk": math.nan, "spark": [1.0, math.inf]}), Latest("s", "b", NOW, {})])
    journal.latest.put([Latest("s", "a", NOW + HOUR, {"units": 3})])
    assert journal.latest.get("s") == [Latest("s", "a", NOW + HOUR, {"units": 3}), Latest("s", "b", NOW, {})]
    assert journal.latest.all() == journal.latest.get("s")
    journal.latest.put([])


def test_the_lease_has_one_holder_and_a_rising_token(journal: Journal):
    leases = journal.lease
    assert leases.holder() is None
    first = leases.acquire("one", NOW, 30)
    assert leases.acquire("two", NOW, 30) is None
    longer = leases.renew(first, NOW + timedelta(seconds=20), 30)
    assert leases.acquire("two", NOW + timedelta(seconds=40), 30) is None
    second = leases.acquire("two", NOW + timedelta(seconds=51), 30)
    assert second.token == first.token + 1
    assert leases.renew(longer, NOW + timedelta(seconds=52), 30) is None
    leases.release(longer)
    assert leases.holder() == second
    leases.release(second)
    assert leases.holder() is None
    assert leases.acquire("one", NOW, 30).token == 3


def test_a_leader_that_lost_its_lease_writes_nothing(journal: Journal):
    old = journal.lease.acquire("one", NOW, 30)
    with journal.fenced(old):
        journal.events.add(Event("s", NOW, "note", "leading"))
        with journal.database.engine.begin() as other:
            other.exec_driver_sql("UPDATE lease SET token = token + 1")
        with pytest.raises(StoreError, match="lost its lease") as told:
            journal.events.add(Event("s", NOW, "note", "too late"))
    assert told.value.reason == "fenced"
    assert [e.text for e in journal.events.list()] == ["leading"]


def test_an_audit_entry_cannot_be_changed_and_a_forced_change_shows(journal: Journal):
    for k in range(3):
        journal.audit.write(NOW, "anna", "engineer", "promote", f"s{k}", "better", {"k": k, "x": 0.1})
    assert journal.audit.verify() is None
    assert [a.subject for a in journal.audit.list(last=2)] == ["s1", "s2"]
    engine = journal.database.engine
    for statement in ("UPDATE audit SET author = 'eve' WHERE id = 2", "DELETE FROM audit WHERE id = 2"):
        with pytest.raises(Exception, match="only grows"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    lift = (
        ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
        if journal.database.sqlite
        else ["DROP TRIGGER audit_guard ON audit"]
    )
    with engine.begin() as connection:
        for statement in [*lift, "UPDATE audit SET author = 'eve' WHERE subject = 's1'"]:
            connection.exec_driver_sql(statement)
    assert "promote by eve" in journal.audit.verify()
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE subject = 's1'")
    assert "missing" in journal.audit.verify()


def queued(unit: str, place: int, *, by_lot: bool = False) -> Queued:
    share = math.nan if by_lot else 0.1
    return Queued("s", "thickness", unit, NOW, NOW, place, by_lot, share, "why", NOW + 14 * 24 * HOUR)


def test_the_queue_keeps_what_stays_and_remembers_what_left(journal: Journal):
    first = [queued("u1", 1), queued("u2", 2, by_lot=True), queued("u3", 3)]
    journal.queue.replace("s", "thickness", first, NOW)
    journal.queue.replace("s", "thickness", first, NOW)  # a night that is done again
    assert [(e.unit_id, e.by_lot) for e in journal.queue.open("s", "thickness")] == [
        ("u1", False), ("u2", True), ("u3", False)]  # fmt: skip
    assert math.isnan(journal.queue.open("s", "thickness")[1].share)
    later = [queued("u2", 1, by_lot=True), queued("u3", 2, by_lot=True), queued("u4", 3)]
    journal.queue.replace("s", "thickness", later, NOW + HOUR)
    now = {e.unit_id: e for e in journal.queue.open("s", "thickness")}
    assert list(now) == ["u2", "u3", "u4"]
    assert (now["u2"].chosen, now["u2"].place) == (NOW, 1)
    assert now["u3"].chosen == NOW + HOUR  # chosen before, drawn now: a new entry
    history = journal.queue.history("s", "thickness")
    assert [(e.unit_id, e.withdrawn) for e in history][:3] == [("u1", NOW + HOUR), ("u2", None), ("u3", NOW + HOUR)]
    assert len(journal.queue.history("s", "thickness", at=NOW)) == 3
    assert journal.queue.open("s", "hardness") == []


def test_of_plans_the_newest_counts(journal: Journal):
    assert journal.queue.planned("s", "thickness") is None
    for sentence in ("first", "second"):
        journal.queue.plan(LabelPlan("s", "thickness", NOW, sentence, {"points": [[10, 1.5]]}))
    found = journal.queue.planned("s", "thickness")
    assert found is not None
    assert (found.sentence, found.values) == ("second", {"points": [[10, 1.5]]})


def test_readings_that_went_well_are_forgotten_after_a_while_and_nothing_else_is(journal: Journal):
    runs = journal.runs
    for job, status in (("ingest", "done"), ("ingest", "failed"), ("request", "done")):
        runs.finish(runs.start_repeat(job, "", DAY, NOW), status, "", {}, NOW)
    once = runs.start("ingest", "s", DAY, NOW)
    assert once is not None
    runs.finish(once, "done", "", {}, NOW)
    young = runs.start_repeat("ingest", "", DAY, NOW + HOUR)
    runs.finish(young, "done", "", {}, NOW + HOUR)
    assert runs.forget_repeats("ingest", NOW + HOUR) == 1
    left = [(run.job, run.stage, run.status) for run in runs.list()]
    assert left == [
        ("ingest", "", "failed"),
        ("request", "", "done"),
        ("ingest", "s", "done"),
        ("ingest", "", "done"),
    ]


def test_runs_of_the_newest_day_are_counted_without_those_that_run_all_day(journal: Journal):
    assert journal.runs.newest_day(NOW, ("ingest",)) is None
    for day, at in ((DAY, NOW), (DAY + timedelta(days=1), NOW + 24 * HOUR)):
        done = journal.runs.start("night", "", day, at)
        assert done is not None
        journal.runs.finish(done, "done", "", {}, at + HOUR)
        journal.runs.start("adapt y", "s", day, at)
    late = journal.runs.start_repeat("ingest", "", DAY + timedelta(days=2), NOW + 48 * HOUR)
    journal.runs.finish(late, "done", "", {}, NOW + 49 * HOUR)
    found = journal.runs.newest_day(NOW, ("ingest",))
    assert found is not None
    assert (found.day, dict(found.counts)) == (DAY + timedelta(days=1), {"done": 1, "running": 1})
    assert found.ended == NOW + 25 * HOUR
