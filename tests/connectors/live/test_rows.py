"""What was heard becomes rows: by message, by moment, by unit; late, twice, out of order, bad, and over crashes."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data_connectors.base import Gap, Reject
from data_connectors.checks import CHECKS
from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.live import Sample, Spool
from data_connectors.live.spool import segments
from data_connectors.schema import Source
from tests.connectors.live.told import LATER, NOON, STAGE, Stored, at, kept, record, sample, source_of, told


@pytest.mark.parametrize("rows", ["message", "moment", "unit"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_conformance(tmp_path: Path, rows: str, check: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_connectors.live.connector.BATCH_ITEMS", 7)
    with Spool(tmp_path, segment_bytes=900) as spool:
        for i in range(12):
            if rows == "message":
                spool.keep([record(i, unit_id=f"{i:03d}", exit_temp=850.5, speed=None)])
            else:
                spool.keep([sample("unit_id", f"{i:03d}", i), sample("exit_temp", 850.5 + i, i), sample("speed", i, i)])
        spool.keep([Reject("topic", 0, "{", "not_json", "no JSON")], [Gap(at(1), at(2), "session_lost", "lost")])
    check(lambda: told(tmp_path, source_of(rows)), STAGE)  # type: ignore[operator]


def test_a_message_is_a_row_with_its_own_time_or_that_of_its_arrival(tmp_path: Path) -> None:
    timed = record(1, unit_id="007", exit_temp="850,5", speed=2.5, time="2026-03-01T11:00:00+00:00")
    kept(tmp_path, timed, record(2, unit_id="008", exit_temp=1))
    found = Stored(tmp_path, source_of("message")).read()
    assert found.values("unit_id", "t_event", "exit_temp", "speed") == [
        ("007", NOON - timedelta(hours=1), None, 2.5),
        ("008", at(2), 1.0, None),
    ]
    assert "not_a_number" in str(found.rows["007"]["quality"])


def test_values_of_one_moment_are_one_row(tmp_path: Path) -> None:
    kept(tmp_path, sample("exit_temp", 850.0, 0), sample("speed", 9.0, 1), sample("speed", 8.0, 0))
    found = Stored(tmp_path, source_of()).read()
    assert found.values("t_event", "exit_temp", "speed") == [(at(0), 850.0, 8.0), (at(1), None, 9.0)]
    assert list(found.rows) == [at(0).isoformat(), at(1).isoformat()]


def test_a_moment_waits_for_its_values_by_their_clock_and_no_longer_than_a_silence_by_ours(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of(wait_s=5), now=at(1))
    kept(tmp_path, sample("speed", 8.0, 0))
    assert found.read().rows == {}
    kept(tmp_path, sample("exit_temp", 850.0, 0), sample("speed", 9.0, 6))
    assert found.read().values("exit_temp", "speed") == [(850.0, 8.0)]
    found.now = at(10)
    assert found.read().delivered == 1
    found.now = at(12)
    assert found.read().values("exit_temp", "speed") == [(850.0, 8.0), (None, 9.0)]
    assert found.read().delivered == 2


def test_a_late_value_amends_its_row_and_one_too_late_is_set_aside(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of(wait_s=1), now=LATER)
    kept(tmp_path, sample("speed", 8.0, 0), sample("speed", 9.0, 50))
    found.read()
    kept(tmp_path, sample("exit_temp", 850.0, 0), sample("speed", 9.5, 200))
    assert found.read().values("exit_temp", "speed")[0] == (850.0, 8.0)
    kept(tmp_path, sample("exit_temp", 850.0, 0), sample("exit_temp", 851.0, 1))
    found.read()
    assert [(r.reason, r.raw.split(" (")[0]) for r in found.rejects] == [("too_late", "exit_temp = 851.0")]
    assert "set wait_s or lateness_s higher" in found.rejects[0].message


def stored_meanwhile(tag: str, value: float, seconds: float, received: float) -> Sample:
    return Sample(tag, value, at(seconds), None, at(received), historical=True)


def test_what_a_device_had_stored_never_overwrites_what_was_heard_live(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of(wait_s=1), now=LATER)
    kept(
        tmp_path,
        sample("speed", 8.0, 0),
        stored_meanwhile("speed", 7.0, 0, 5),
        stored_meanwhile("exit_temp", 850.0, 0, 5),
    )
    kept(tmp_path, stored_meanwhile("speed", 6.0, 1, 5), sample("speed", 9.0, 1), sample("speed", 9.0, 20))
    assert found.read().values("exit_temp", "speed") == [(850.0, 8.0), (None, 9.0), (None, 9.0)]


def test_what_a_device_had_stored_of_a_moment_that_was_put_away_is_a_row_that_completes(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of(wait_s=1), now=LATER)
    kept(tmp_path, sample("speed", 8.0, 1800))
    found.read()
    kept(tmp_path, stored_meanwhile("speed", 7.0, 5, 1900), stored_meanwhile("exit_temp", 850.0, 5, 1900))
    (batch,) = told(tmp_path, source_of(wait_s=1), lambda: LATER).read(STAGE, found.since)
    assert batch.completing == {at(5).isoformat()}
    assert found.read().values("t_event", "exit_temp", "speed")[-1] == (at(5), 850.0, 7.0)
    assert found.rejects == []
    patient = Source("line", "told", "rolling-2", lateness_s=3600, settings={"rows": "moment", "wait_s": 1})
    again = Stored(tmp_path, patient, now=LATER)
    assert again.read().values("exit_temp", "speed") == [(850.0, 7.0), (None, 8.0)]


def test_what_a_device_had_stored_of_a_unit_that_is_made_says_what_takes_it_in(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of("unit", wait_s=1), now=LATER)
    kept(tmp_path, sample("unit_id", "A", 0), sample("speed", 8.0, 1), sample("unit_id", "B", 1800))
    found.read()
    kept(tmp_path, stored_meanwhile("exit_temp", 850.0, 5, 1900))
    found.read()
    assert "had stored came 1895 s later" in found.rejects[0].message
    assert 'set rows = "moment" in [sources.line], or wait_s = 3600 to wait' in found.rejects[0].message


def test_what_is_told_again_after_a_crash_changes_nothing(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of(wait_s=1), now=LATER)
    values = [sample("exit_temp", 850.0 + i, i) for i in range(30)]
    kept(tmp_path, *values)
    before = found.read().delivered
    kept(tmp_path, *values[5:], sample("exit_temp", 900.0, 40))
    assert (found.read().delivered, found.rejects) == (before + 1, [])


def test_a_tag_that_reports_changes_alone_may_tell_an_old_value_again(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of(wait_s=1), now=LATER)
    kept(tmp_path, sample("speed", 8.0, 0), sample("exit_temp", 850.0, 3000))
    found.read()
    kept(tmp_path, sample("speed", 8.0, 0))
    assert (found.read().rejects, found.delivered) == ([], 2)


def test_bad_never_takes_the_place_of_good_and_says_why_it_is_bad(tmp_path: Path) -> None:
    heard = [
        sample("speed", 8.0, 0), sample("speed", None, 0, "bad", "Offline"), sample("exit_temp", 850.0, 0, "uncertain"),
        sample("speed", 3.0, 1, "bad", "BadSensorFailure"), sample("exit_temp", 851.0, 1),
    ]  # fmt: skip
    kept(tmp_path, *heard)
    found = Stored(tmp_path, source_of()).read()
    assert found.values("exit_temp", "speed") == [(850.0, 8.0), (851.0, None)]
    first, second = (str(q) for (q,) in found.values("quality"))
    assert '"exit_temp": ["uncertain"' in first
    assert "speed" not in first
    assert second == '{"speed": ["bad", "BadSensorFailure", "3.0"]}'


def test_a_clock_that_runs_ahead_is_not_believed_and_holds_nothing_back(tmp_path: Path) -> None:
    ahead = Sample("speed", 8.0, at(86_400), None, at(0))
    kept(tmp_path, ahead, sample("speed", 9.0, 1))
    found = Stored(tmp_path, source_of()).read()
    assert found.values("t_event", "speed") == [(at(0), 8.0), (at(1), 9.0)]
    assert "clock_ahead" in str(found.rows[at(0).isoformat()]["quality"])


def test_a_unit_that_ends_is_a_row_of_the_newest_values(tmp_path: Path) -> None:
    heard = [
        sample("unit_id", "A", 0), sample("exit_temp", 850.0, 1), sample("speed", 2.0, 1),
        sample("exit_temp", 855.0, 2), sample("exit_temp", None, 3, "bad", "Offline"), sample("unit_id", "B", 4),
        sample("exit_temp", None, 5, "bad", "Offline"), sample("unit_id", "", 6), sample("unit_id", "C", 8),
    ]  # fmt: skip
    kept(tmp_path, *random.Random(1).sample(heard, len(heard)))
    found = Stored(tmp_path, source_of("unit")).read()
    assert found.values("unit_id", "t_event", "exit_temp", "speed") == [
        ("A", at(4), 855.0, 2.0),
        ("B", at(6), None, 2.0),
    ]
    assert "Offline" in str(found.rows["B"]["quality"])


def test_a_unit_remembers_its_values_over_readings(tmp_path: Path) -> None:
    found = Stored(tmp_path, source_of("unit", wait_s=1), now=LATER)
    kept(tmp_path, sample("unit_id", "A", 0), sample("speed", 2.0, 1))
    assert found.read().rows == {}
    kept(tmp_path, sample("exit_temp", 850.0, 200), sample("unit_id", "B", 201))
    assert found.read().values("unit_id", "exit_temp", "speed") == [("A", 850.0, 2.0)]
    kept(tmp_path, sample("speed", 3.0, 5))
    assert [r.reason for r in found.read().rejects] == ["too_late"]


def test_gaps_and_refused_messages_are_told_once(tmp_path: Path) -> None:
    gap = Gap(at(0), at(5), "disconnected", "the broker was away")
    kept(tmp_path, Reject("topic", 0, "{", "not_json", "no JSON"), gaps=[gap])
    found = Stored(tmp_path, source_of()).read().read()
    assert found.gaps == [gap]
    assert [r.reason for r in found.rejects] == ["not_json"]


def test_what_is_stored_is_forgotten_by_whole_segments(tmp_path: Path) -> None:
    with Spool(tmp_path, segment_bytes=1) as spool:
        for i in range(300):
            spool.keep([sample("speed", 1.0, i)])
        found = Stored(tmp_path, source_of(wait_s=1)).read()
        assert len(segments.numbers(tmp_path)) < 70
        assert found.delivered == 300
        assert found.read().delivered == 300


def test_a_new_tag_and_a_silent_one(tmp_path: Path) -> None:
    kept(tmp_path, sample("new one", 1.0, 0), sample("exit_temp", 850.0, 0))
    assert Stored(tmp_path, source_of()).read().values("exit_temp", "speed") == [(850.0, None)]
    columns = {c.name: c.dtype for c in told(tmp_path, source_of()).discover()}
    assert columns == {"new one": "number", "exit_temp": "number"}


def test_who_heard_only_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert told(tmp_path / "silent", source_of()).discover() == []
    kept(tmp_path / "odd", Reject("topic", 0, "{", "not_json", "no JSON"))
    with pytest.raises(SourceRefused, match="no JSON"):
        told(tmp_path / "odd", source_of()).discover()
    kept(tmp_path / "both", Reject("topic", 0, "{", "not_json", "no JSON"), sample("exit_temp", 850.0, 0))
    assert [c.name for c in told(tmp_path / "both", source_of()).discover()] == ["exit_temp"]


def test_settings_and_checkpoints_that_cannot_be(tmp_path: Path) -> None:
    units = source_of("units")
    with pytest.raises(DefinitionError, match="rows = 'units' - use one of message, moment, unit"):
        told(tmp_path, units)
    with pytest.raises(DefinitionError, match="spool_mb must be above 0"):
        told(tmp_path, source_of(spool_mb=0))
    with pytest.raises(SourceRefused, match="is not one of a live source"):
        list(told(tmp_path, source_of()).read(STAGE, '{"files": {}}'))
    with pytest.raises(SourceRefused, match="has no spool here"):
        list(told(None, source_of()).read(STAGE, None))  # type: ignore[arg-type]


#: A late value amends a row while the source is not silent yet, and the reading ends there.
AMENDED = [
    *(("exit_temp", second, 0) for second in (0, 1, 7, 10, 11)),
    ("speed", 12, 0),
    *(("exit_temp", second, 0) for second in (2, 3, 4, 5, 6, 8, 9, 12)),
    *(("speed", second, 0) for second in (0, 1)),
]
values = st.lists(
    st.tuples(st.sampled_from(["exit_temp", "speed"]), st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=40
)


@example(AMENDED, 1)
@given(values, st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_any_history_of_arrivals_ends_in_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, told_values: list[tuple[str, int, int]], seed: int
) -> None:
    """Shuffled, told twice, read at any time, broken off: within the wait and the memory the truth comes out."""
    folder, random_ = tmp_path_factory.mktemp("spool"), random.Random(seed)
    truth = {(tag, second): value for tag, second, value in told_values}
    arrivals = [(tag, second, value) for (tag, second), value in truth.items()] * 2
    random_.shuffle(arrivals)
    found = Stored(folder, source_of(wait_s=1))
    while arrivals:
        several = [arrivals.pop() for _ in range(min(len(arrivals), random_.randint(1, 7)))]
        kept(folder, *(sample(tag, value, second) for tag, second, value in several))
        if random_.random() < 0.5:
            found.now = random_.choice([at(0), LATER])
            found.read(batches=random_.choice([0, 1, None]))
    found.now = LATER
    found.read()
    stored = {
        (tag, int((row["t_event"] - NOON).total_seconds())): row[tag]
        for row in found.rows.values() for tag in ("exit_temp", "speed") if row[tag] is not None
    }  # fmt: skip
    assert stored == {key: float(value) for key, value in truth.items()}
    assert found.rejects == []
