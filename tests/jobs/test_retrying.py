"""What passes is tried again, twice at most; what would fail the same way is not; either way the morning is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data_connectors.errors import SchemaError
from models.errors import TaskError
from qc_app.errors import PlantError, StoreBusy, StoreDamaged, StoreError
from qc_app.jobs import nightly as nights
from qc_app.jobs import retrying
from qc_app.jobs.retrying import PAUSES_S, patiently
from qc_app.jobs.step import Result
from tests.jobs.conftest import START

PASSING = [StoreBusy("held by another", "busy"), StoreError("no answer", "unreachable"), ConnectionResetError("reset"),
           TimeoutError("timed out"), InterruptedError("signal")]  # fmt: skip
LASTING = [StoreError("no room", "disk_full"), StoreError("another leads", "fenced"), StoreDamaged("torn", "damaged"),
           MemoryError("9 GiB"), SchemaError("no column"), TaskError("shapes"), PlantError("no stage"),
           ValueError("bad"), OSError("odd")]  # fmt: skip


class Failing:
    """Fails so many times, then does its work."""

    def __init__(self, error, times):
        self.error, self.left, self.calls = error, times, 0

    def __call__(self):
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return Result("done", {"n": 1})


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_passes_is_tried_again_after_a_growing_pause(error):
    waited, work = [], Failing(error, 2)
    assert patiently(work, waited.append).numbers == {"n": 1, "tries": 3}
    assert waited == list(PAUSES_S) == sorted(waited)


def test_what_does_not_pass_after_all_is_told_with_the_number_of_tries():
    waited, work = [], Failing(TimeoutError("timed out"), 9)
    with pytest.raises(TimeoutError) as failed:
        patiently(work, waited.append)
    assert (work.calls, failed.value.__notes__) == (3, ["tried 3 times"])


@pytest.mark.parametrize("error", LASTING, ids=repr)
def test_what_would_fail_the_same_way_is_tried_once(error):
    waited, work = [], Failing(error, 1)
    with pytest.raises(type(error)):
        patiently(work, waited.append)
    assert (work.calls, waited) == (1, [])


def test_work_that_goes_well_is_left_as_it_is():
    assert patiently(Failing(None, 0)).numbers == {"n": 1}


@pytest.mark.parametrize(("times", "status"), [(1, "done"), (3, "failed")])
def test_a_step_of_the_night_that_meets_a_busy_store(after, monkeypatch, times, status):
    works, error, left = after(2), StoreBusy("the journal is held", "busy"), [times]
    real = nights.predict

    def held(*given):
        if left[0]:
            left[0] -= 1
            raise error
        return real(*given)

    monkeypatch.setattr(retrying, "PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(nights, "predict", held)
    works.nights([2])
    with works.open(2) as store:
        today = (START + timedelta(days=2)).date()
        run = store.journal.runs.list(job="predict width", plant_day=today, last=1)[0]
        assert run.status == status
        assert run.numbers.get("tries") == (2 if status == "done" else None)
        assert run.sentence.endswith("held; tried 3 times") is (status == "failed")
        rung = [a for a in store.journal.alarms.list(stage="p-1") if a.kind == "step_failed" and a.abnormal]
        assert bool(rung) is (status == "failed")
