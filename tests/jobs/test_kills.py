"""Fault F4: the process dies at every named point of a night; the next start finishes it, and nothing is done twice."""

from __future__ import annotations

import shutil
import signal

import pytest

from qc_app.jobs.faultpoint import POINTS, VARIABLE, reached
from tests.faults.conftest import Nursery

from .conftest import Works

LAST = 2


@pytest.fixture(scope="module")
def nursery():
    opened = Nursery("qc_app.jobs.nightly", "qc_app.jobs.recovery", "tests.jobs.conftest")
    yield opened
    opened.close()


def night(nursery, works, point=""):
    """Play the last night in a process of its own; return how that ended."""
    return nursery.run("night", folder=str(works.folder), day=LAST, point=point)


def picture(works):
    """What must not depend on where the process died."""
    with works.open(LAST) as store:
        pointers = store.journal.models.pointers("p-1", "width")
        said = store.lake.predictions("p-1", history=True).drop("t_predicted")
        runs = [(r.job, r.stage, r.plant_day) for r in store.journal.runs.list() if r.status == "done"]
        once = [key for key in runs if key[0] != "ingest"]
        assert len(once) == len(set(once)), "a step succeeded twice"
        assert not [r for r in store.journal.runs.list() if r.status == "running"]
        decisions = [(d.plant_day, d.verdict, d.challenger) for d in store.journal.decisions.list()]
        sources = [(s.stage, s.name, s.carries) for s in works.plant().sources]
        counts = [
            (store.journal.labels if carries == "labels" else store.lake).counts(stage, name)
            for stage, name, carries in sources
        ]
        assert all(c.balanced for c in counts)
        told = [(e.unit_id, e.model_id, e.why, e.content) for e in store.journal.explanations.list("p-1", "width")]
        assert told
        queue = [(e.place, e.unit_id, e.by_lot, e.why) for e in store.journal.queue.open("p-1", "width")]
        assert queue
        return pointers, said.rows(), decisions, counts, store.journal.quarantine.counts(), told, queue


@pytest.fixture(scope="module")
def before(tmp_path_factory, fast_learner):
    """Two nights are over, the third day's files lie there, one row of them is bad."""
    folder = tmp_path_factory.mktemp("kills")
    works = Works(folder / "works")
    works.nights(range(LAST))
    works.day(LAST)
    bad = works.folder / "drop" / "p-1" / "measurements" / "bad.csv"
    bad.write_text("unit_id,time,force,temp\n,2026-03-03T07:00:00Z,1,2\nx-1,2026-03-03T07:30:00Z,10.5,50.5\n")
    return works


@pytest.fixture(scope="module")
def undisturbed(nursery, before, tmp_path_factory):
    works = copy(before, tmp_path_factory.mktemp("undisturbed"))
    assert night(nursery, works) == 0
    return picture(works)


def copy(works, folder):
    """The plant at a place where the sources' folders are the same ones, so that only the home is another."""
    shutil.copytree(works.home(), folder / "home")
    return _Moved(folder, works.stages, drop=works.folder)


class _Moved(Works):
    def __init__(self, folder, stages, drop):
        super().__init__(folder, stages)
        (folder / "drop").symlink_to(drop / "drop")


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_it_resumes_to_the_same_result(point, nursery, before, undisturbed, tmp_path):
    works = copy(before, tmp_path)
    assert night(nursery, works, point) == -signal.SIGKILL, f"{point} was not reached"
    with works.open(LAST) as store:
        live = store.journal.models.pointers("p-1", "width").champion
        assert live is not None
        store.registry.get(live)
    assert night(nursery, works) == 0
    assert picture(works) == undisturbed


def test_points_are_inert_without_the_variable(monkeypatch):
    killed = []
    monkeypatch.setattr("os.kill", lambda *about: killed.append(about))
    monkeypatch.delenv(VARIABLE, raising=False)
    for point in POINTS:
        reached(point)
    assert killed == []
    monkeypatch.setenv(VARIABLE, POINTS[0])
    reached(POINTS[0])
    assert len(killed) == 1
