"""S4: the books of every source and hour, what a crash leaves out of them, and mutants that the audit must find."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from data_connectors.base import Batch, Reject
from qc_app.jobs.sources import ingest as reading
from qc_app.jobs.sources.ingest import ingest
from qc_app.records import Counts, Hour, Label
from qc_app.store import conservation
from qc_app.store.lake import checkpoints, commits
from tests.accounts import every_record_is_accounted_for as over_every_test
from tests.accounts import watched
from tests.scripted import LAB, NOW, PLANT, PROCESS, STAGE, Killed, dying_at, home_of
from tests.scripted import script as script  # noqa: PLC0414 - a fixture

HOUR = timedelta(hours=1)


def rows(first: int, last: int, force: float = 1.0) -> pl.DataFrame:
    names = [f"u{n}" for n in range(first, last)]
    times = [(NOW - HOUR + timedelta(seconds=n)).isoformat() for n in range(first, last)]
    return pl.DataFrame({"unit_id": names, "time": times, "force": force, "temp": 20.0})


def faults(store) -> list[str]:
    return [f for s in PLANT.sources for f in conservation.of_source(store, s.stage, s.name, s.carries)]


def test_the_books_say_by_hour_what_became_of_every_record(script, tmp_path):
    bad = Reject("x", 3, "??", "half_written", "x: half - finish it")
    script.say(PROCESS, Batch("press", rows(0, 5), "", "x", (bad,)), Batch("press", rows(3, 7), ""))
    results = pl.DataFrame({"unit_id": ["u1", ""], "time": [NOW.isoformat()] * 2, "width": ["10", "11"]})
    script.say(LAB, Batch("press", results, "", "y"))
    with home_of(tmp_path) as store:
        ingest(store, PLANT)
        store.clock.moment += HOUR
        script.say(PROCESS, Batch("press", rows(6, 8, force=2.0), ""))
        ingest(store, PLANT)
        assert store.journal.books.hours("press", "process") == [
            Hour("press", "process", NOW, Counts(10, 7, 0, 2, 1), 2),
            Hour("press", "process", NOW + HOUR, Counts(2, 1, 1, 0, 0), 3),
        ]
        assert store.journal.books.total("press", "lab") == Counts(2, 1, 0, 0, 1)
        assert store.journal.books.totals()["press", "process"] == Counts(12, 8, 1, 2, 1)
        assert faults(store) == []


def test_what_a_source_dropped_is_received_and_dropped(script, tmp_path):
    script.say(PROCESS, Batch("press", rows(0, 2), "", dropped=40))
    with home_of(tmp_path) as store:
        ingest(store, PLANT)
        assert store.lake.counts("press", "process") == Counts(42, 2, 0, 0, 0, 40)
        assert faults(store) == []


@pytest.mark.parametrize("point", ["after_hold", "before_books", "after_store"])
def test_books_that_a_crash_left_behind_are_entered_with_the_next_delivery(script, tmp_path, point):
    script.say(PROCESS, Batch("press", rows(0, 3), ""), Batch("press", rows(3, 5), ""))
    with home_of(tmp_path) as store:
        with dying_at(point), pytest.raises(Killed):
            ingest(store, PLANT)
        ingest(store, PLANT)
        assert store.journal.books.total("press", "process") == Counts(5, 5)
        assert faults(store) == []


def test_the_night_enters_what_no_later_delivery_did(script, tmp_path):
    script.say(PROCESS, Batch("press", rows(0, 3), ""))
    with home_of(tmp_path) as store:
        with dying_at("before_books"), pytest.raises(Killed):
            ingest(store, PLANT)
        assert faults(store) == ["the books say " + conservation._said(Counts()) + ", the store "
                                 + conservation._said(Counts(3, 3))]  # fmt: skip
        conservation.catch_up(store, "press")
        assert faults(store) == []


def test_a_home_that_is_older_than_its_books_opens_them_with_what_was_before(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "KEPT", 2)
    with home_of(tmp_path) as store:
        conformed = [reading.conform(Batch("press", rows(n, n + 2), ""), STAGE, PROCESS, NOW) for n in range(6)]
        for n, made in enumerate(conformed):
            store.lake.commit(STAGE, "process", made.rows, f"c{n}", 2, 0)
        store.lake._shelves.checkpoints("press", "process").prune(6, 2)
        conservation.catch_up(store, "press")
        assert store.journal.books.total("press", "process") == store.lake.counts("press", "process")
        assert faults(store) == []


def test_labels_and_their_books_are_one_transaction(tmp_path, monkeypatch):
    def refuse(connection, receipts):
        raise Killed

    with home_of(tmp_path) as store:
        one = Label("press", "width", "u1", 1.0, NOW, NOW, "lab")
        monkeypatch.setattr("qc_app.store.journal.labels.enter", refuse)
        with pytest.raises(Killed):
            store.journal.labels.commit("press", "lab", [one], "c", 1, 0, NOW)
        assert store.journal.labels.rows_of("press", "lab") == 0


def lost(delivery, stored, source):
    left, new, revisions = fresh(delivery, stored, source)
    return left.head(left.height - 1), new, revisions


def doubled(delivery, stored, source):
    _, new, revisions = fresh(delivery, stored, source)
    return delivery, new, revisions


fresh = commits.fresh


@pytest.mark.parametrize("mutant", [lost, doubled])
def test_the_fixture_over_every_test_finds_a_store_that_loses_or_doubles(tmp_path, monkeypatch, mutant):
    with pytest.MonkeyPatch.context() as patch:
        accounts = watched(patch)
        monkeypatch.setattr(commits, "fresh", mutant)
        made = reading.conform(Batch("press", rows(0, 4), ""), STAGE, PROCESS, NOW).rows
        with home_of(tmp_path) as store:
            store.lake.commit(STAGE, "process", made, "c", 4, 0)
            store.lake.commit(STAGE, "process", made, "d", 4, 0)
    assert any("counted as stored" in fault for fault in accounts.faults())
    (tmp_path / "lake").rename(tmp_path / "put away")  # so that the fixture of this very test finds nothing


def test_a_record_that_is_nowhere_is_refused_at_once(tmp_path):
    with home_of(tmp_path) as store, pytest.raises(Exception, match="every record must be in one of them"):
        store.lake.commit(STAGE, "process", pl.DataFrame(), "c", 1, 0)


def test_a_held_piece_that_vanished_is_found(script, tmp_path):
    script.say(PROCESS, Batch("press", rows(0, 1), "", "x", (Reject("x", 3, "??", "bad", "x - y"),)))
    with home_of(tmp_path) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "hold", lambda *_: 0)
        ingest(store, PLANT)
        assert faults(store) == ["1 records counted as quarantined, 0 are in quarantine"]


def test_the_fixture_is_over_this_test_too(every_record_is_accounted_for):
    assert over_every_test is not None
    assert every_record_is_accounted_for.faults() == []
