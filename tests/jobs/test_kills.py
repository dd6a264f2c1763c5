"""Fault F4: the process dies at every named point of a night; the next start finishes it, and nothing is done twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qc_app.jobs.faultpoint import POINTS, VARIABLE, reached

from .conftest import Works

SCRIPT = """
import sys
from pathlib import Path
from qc_app.jobs.learner import train
from qc_app.jobs.nightly import nightly
from qc_app.jobs.recovery import recover
from tests.jobs.conftest import Works
train.LEARNER = "ridge"
works = Works(Path(sys.argv[1]))
with works.open(int(sys.argv[2])) as store:
    recover(store)
    print(nightly(store, works.plant(), training="now").status)
"""
LAST = 2


def night(works, point=""):
    environment = os.environ | {VARIABLE: point, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(works.folder), str(LAST)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


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
def undisturbed(before, tmp_path_factory):
    works = copy(before, tmp_path_factory.mktemp("undisturbed"))
    done = night(works)
    assert done.stdout.strip() == "done", done.stderr[-2000:]
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
def test_killed_anywhere_it_resumes_to_the_same_result(point, before, undisturbed, tmp_path):
    works = copy(before, tmp_path)
    first = night(works, point)
    assert first.returncode == -signal.SIGKILL, f"{point} was not reached: {first.stdout}{first.stderr[-2000:]}"
    with works.open(LAST) as store:
        live = store.journal.models.pointers("p-1", "width").champion
        assert live is not None
        store.registry.get(live)
    second = night(works)
    assert second.stdout.strip() == "done", second.stderr[-2000:]
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
