"""A restored plant goes on as if nothing had happened; what cannot be had again is said."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_connectors.live.sample import Record
from data_connectors.live.spool import Spool
from data_connectors.schema import Source
from qc_app.api.metrics import _backup
from qc_app.cli import main
from qc_app.cli.plant.checks import probes
from qc_app.clock import ManualClock
from qc_app.errors import StoreError
from qc_app.jobs.backup.keeping import back_up, keep
from qc_app.jobs.backup.overdue import look_at_backups
from qc_app.jobs.backup.settling import settle
from qc_app.jobs.nightly import nightly
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant, digest, render
from qc_app.records import Account, Run, Session
from qc_app.schedule import lead
from qc_app.schedule.backing_up import BackingUp
from qc_app.schedule.due import backup_due
from qc_app.schedule.led import LedPlant
from qc_app.settings import Settings
from qc_app.store import backup, conservation, open_store, plant_in_force
from qc_app.store.backup import taking
from qc_app.views.administration.health import backup_age, health

from .conftest import NIGHT, START

DAY = 2


def restored(works, path: Path, home: Path, day: int, who: str = "maria"):
    """Restore as the command does, on a clock that stands; return the open store and what was settled."""
    clock = ManualClock(START + timedelta(days=day) + NIGHT)
    with backup.unpacked(path, home, None) as found, open_store(found.settings, clock=clock) as store:
        settled = settle(store, found.manifest, home, who)
    return open_store(Settings(home=home), clock=clock), settled


def told(store) -> tuple:
    """What must be the same whether a home was restored or not."""
    predictions = store.lake.predictions("p-1", history=True).drop("t_predicted").sort("t_event", "model_id")
    decisions = [(d.plant_day, d.verdict, d.challenger) for d in store.journal.decisions.list()]
    counts = [
        (store.journal.labels if carries == "labels" else store.lake).counts("p-1", f"p-1 {carries}")
        for carries in ("measurements", "labels")
    ]
    runs = [
        (r.job, r.stage, r.plant_day, r.status) for r in store.journal.runs.list() if r.job not in {"backup", "ingest"}
    ]
    return store.journal.models.pointers("p-1", "width"), predictions.rows(), decisions, counts, runs


def test_after_a_restore_the_next_night_is_that_of_the_undisturbed_plant(after, tmp_path):
    works = after(DAY)
    with works.open(DAY - 1) as store:
        back_up(store, works.plant(), tmp_path / "set.tar")
    works.day(DAY)
    with works.open(DAY) as store:
        nightly(store, works.plant())
        undisturbed = told(store)
    store, settled = restored(works, tmp_path / "set.tar", tmp_path / "new", DAY)
    with store:
        assert settled.wrong == ()
        assert nightly(store, works.plant()).status == "done"
        assert told(store) == undisturbed


@pytest.mark.slow
def test_what_came_after_the_backup_comes_again_and_nothing_twice(after, tmp_path):
    works = after(DAY)
    with works.open(DAY - 1) as store:
        back_up(store, works.plant(), tmp_path / "set.tar")
    works.nights([DAY, DAY + 1])
    with works.open(DAY + 1) as store:
        units, labels = store.lake.measurements("p-1"), store.journal.labels.history("p-1", "width")
    store, _ = restored(works, tmp_path / "set.tar", tmp_path / "new", DAY + 1)
    with store:
        nightly(store, works.plant())
        again = store.lake.measurements("p-1")
        assert again.drop("t_ingest").equals(units.drop("t_ingest"))
        assert again.height == store.lake.rows_of("p-1", "p-1 measurements")
        assert store.journal.labels.history("p-1", "width").height == labels.height


def test_a_restored_plant_leads_lets_nobody_in_and_tells_nothing_outside(after, tmp_path):
    works = after(1)
    uploads = works.home() / "imports" / "mes"
    uploads.mkdir(parents=True)
    mes = Source("mes", "file_folder", "p-1", "measurements", settings={"path": str(uploads), "pattern": "*"})
    topic = Source("topic", "mqtt", "p-1", "measurements", settings={"host": "nowhere", "topics": "a", "password": "env:QC_NOT_SET"})  # fmt: skip  # noqa: E501
    with works.open() as store:
        plant = works.plant()
        plant = replace(plant, sources=(*plant.sources, mes, topic))
        store.journal.plants.save(render(plant), digest(plant), "test", "", START)
        account = store.journal.accounts.add(Account("maria", "operator", "local", START, START))
        store.journal.sessions.begin(Session("key", account.id, START, START, START + timedelta(days=9), "here"))
        with lead(store):
            back_up(store, plant, tmp_path / "set.tar")
    store, settled = restored(works, tmp_path / "set.tar", tmp_path / "new", 4)
    with store:
        assert store.journal.sessions.open() == []
        assert [(g.source, g.cause, g.end) for g in store.journal.gaps.list()] == [
            ("topic", "restored", store.clock.now())
        ]
        moved = {source.name: source for source in plant_in_force(store).sources}
        assert moved["mes"].settings["path"] == str(tmp_path / "new" / "imports" / "mes")
        assert moved["p-1 labels"].settings["path"] == works.plant().sources[1].settings["path"]
        assert any("env:QC_NOT_SET" in line for line in settled.done)
        with lead(store):
            assert store.journal.lease.holder() is not None


def test_one_a_day_is_kept_and_a_failure_rings(after, tmp_path):
    works, folder = after(1), tmp_path / "kept"
    with works.open() as store:
        plant = works.plant()
        folder.mkdir()
        (folder / "other.tar").touch()
        for name in ("20200101T000000.000000Z", "20200102T000000.000000Z", "20200103T000000.000000Z"):
            (folder / f"{there_start(store)}{name}.tar").touch()
        run = keep(store, plant, folder, 2, lambda: None)
        assert run.status == "done"
        assert len(backup.there(store, folder)) == 2
        assert (folder / "other.tar").exists()
        assert store.journal.runs.list(job="backup", last=1)[0].numbers["path"] == str(backup.there(store, folder)[-1])
        shutil.rmtree(folder)
        folder.touch()
        assert keep(store, plant, folder, 2, lambda: None).status == "failed"
        rung = [a for a in store.journal.alarms.list(open_only=True) if a.subject == "backup"]
        assert [a.kind for a in rung] == ["step_failed"]


def run_of(day, status, started, ended=None, job="night"):
    return Run(job, "", day, status, started, ended or started)


def test_the_backup_of_the_day_waits_for_its_night_and_comes_without_one():
    plant = Plant("P", night_at="02:00", night_within_h=4)
    day, night = date(2026, 3, 1), datetime(2026, 3, 2, 2, tzinfo=UTC)
    before, after_night = night - timedelta(hours=1), night + timedelta(minutes=20)
    yesterday = run_of(day, "done", night - timedelta(hours=20), job="backup")
    done = run_of(day, "done", night)
    assert not backup_due(plant, after_night, [run_of(day, "running", night)], yesterday, [yesterday])
    assert backup_due(plant, after_night, [done], yesterday, [yesterday])
    assert backup_due(plant, after_night, [done], None, [])
    assert backup_due(plant, night + timedelta(hours=4), [], yesterday, [yesterday])
    assert not backup_due(plant, before, [], run_of(day, "done", night - timedelta(hours=23), job="backup"), [])
    taken = run_of(day, "done", after_night, job="backup")
    assert not backup_due(plant, after_night + timedelta(hours=9), [done], taken, [taken])
    failed = run_of(day, "failed", after_night, job="backup")
    assert not backup_due(plant, after_night + timedelta(minutes=59), [done], yesterday, [failed])
    assert backup_due(plant, after_night + timedelta(minutes=61), [done], yesterday, [failed])


def test_the_scheduler_takes_it_once_and_a_missing_one_rings(after, tmp_path):
    works, folder = after(1), tmp_path / "kept"
    with works.open() as store:
        (works.home() / "settings.toml").write_text(f'backup_folder = "{folder}"\nbackup_keep = 2\n')
        pulse = BackingUp(LedPlant(store, lambda: None, works.plant))
        assert "none" in figure(store)
        pulse.look()
        pulse.look()
        assert len(backup.there(store, folder)) == 1
        assert figure(store) == "0 s ago"
        assert _backup(store).samples == [("", {}, 0.0)]
        assert probe(store).ok
        assert "2026-03-02" in probe(store).message
        store.clock.advance(timedelta(hours=47))
        assert look_at_backups(store, folder) is None
        store.clock.advance(timedelta(hours=2))
        found = look_at_backups(store, folder)
        assert found is not None
        assert "2026-03-02" in found.sentence
        assert backup_age(store) == timedelta(hours=49)
        assert [h.state for h in health(store, works.plant()) if h.part == "Backup"] == ["act"]
        store.clock.advance(timedelta(hours=4))
        pulse.look()
        assert len(backup.there(store, folder)) == 2
        assert look_at_backups(store, folder) is None
        assert not [a for a in store.journal.alarms.list(open_only=True) if a.kind == "backup_overdue" and a.abnormal]
        assert look_at_backups(store, tmp_path / "elsewhere") is not None
        assert look_at_backups(store, None) is None


def probe(store):
    return next(p for p in probes(store, replace(plant_in_force(store), sources=())) if p.step == "backup")


def test_check_says_that_the_folder_of_backups_cannot_be_written(after, tmp_path):
    works = after(1)
    with works.open() as store:
        assert "none by day" in probe(store).message
        (tmp_path / "file").touch()
        (works.home() / "settings.toml").write_text(f'backup_folder = "{tmp_path / "file" / "kept"}"\n')
        assert not probe(store).ok


def test_what_a_live_source_said_is_rows_after_a_restore_and_once(after, tmp_path):
    """Said and not read when the backup is taken; read, acknowledged and forgotten while it is copied."""
    works = after(1)
    settings = {"host": "nowhere", "topics": "a", "wait_s": 0.0}
    topic = Source("topic", "mqtt", "p-1", "measurements", settings=settings)
    with works.open() as store:
        plant = replace(works.plant(), sources=(topic,))
        store.journal.plants.save(render(plant), digest(plant), "test", "", START)
        with Spool(store.spool("topic"), segment_bytes=64) as spool:
            for n in range(6):
                told = {
                    "unit_id": f"t{n}",
                    "time": (START + timedelta(minutes=n)).isoformat(),
                    "force": 1.0,
                    "temp": 2.0,
                }
                spool.keep([Record(told, None, None, START)])
                if n == 2:
                    ingest(store, plant)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(taking, "_described", read_meanwhile(store, plant, taking._described))
            back_up(store, plant, tmp_path / "set.tar")
        units = store.lake.measurements("p-1").filter(pl.col("source") == "topic")
    again, _ = restored(works, tmp_path / "set.tar", tmp_path / "new", 1)
    with again:
        before = again.lake.measurements("p-1").filter(pl.col("source") == "topic")
        assert before.height == 3, "the backup is of the moment before the others were read"
        ingest(again, plant)
        found = again.lake.measurements("p-1").filter(pl.col("source") == "topic")
        assert found["unit_id"].to_list() == units["unit_id"].to_list() == [f"t{n}" for n in range(6)]
        assert conservation.of_source(again, "p-1", "topic", "measurements") == []


def read_meanwhile(store, plant, described):
    def reading(*given):
        ingest(store, plant)
        return described(*given)

    return reading


def test_a_restore_that_fails_or_is_killed_leaves_no_plant(after, tmp_path):
    works = after(1)
    with works.open() as store:
        back_up(store, works.plant(), tmp_path / "set.tar")
    with pytest.raises(RuntimeError, match="half way"), backup.unpacked(tmp_path / "set.tar", tmp_path / "new", None):
        raise RuntimeError("half way")
    assert not (tmp_path / "new").exists()
    (tmp_path / "new" / ".restoring" / "lake").mkdir(parents=True)  # as a kill leaves it
    with pytest.raises(StoreError, match="no plant"):
        open_store(Settings(home=tmp_path / "new"))
    with (
        pytest.raises(StoreError, match="not finished"),
        backup.unpacked(tmp_path / "set.tar", tmp_path / "new", None),
    ):
        pass


def figure(store) -> str:
    return next(h.figure for h in health(store, plant_in_force(store)) if h.part == "Backup")


def there_start(store) -> str:
    return backup.start_of(store)


def test_the_commands_say_what_they_did_and_who_may(after, tmp_path, monkeypatch, capsys):
    works = after(1)
    home, path, new = str(works.home()), str(tmp_path / "set.tar"), str(tmp_path / "new")
    monkeypatch.setenv("QC_USER", "maria")
    assert main(["backup", path, "--home", home]) == 1
    assert "administrator" in capsys.readouterr().err
    monkeypatch.setenv("QC_ROLE", "administrator")
    assert main(["backup", path, "--home", home]) == 0
    assert main(["backup", path, "--check"]) == 0
    assert "is whole" in capsys.readouterr().out
    assert main(["restore", path, "--home", new, "--reason", "drill"]) == 0
    assert "books balance" in capsys.readouterr().out
    assert main(["restore", path, "--home", new]) == 1
    assert "not empty" in capsys.readouterr().err
    with open_store(Settings(home=Path(new))) as store:
        trail = store.journal.audit.list()
        assert [(a.author, a.action) for a in trail[-2:]] == [("maria", "back_up"), ("maria", "restore_backup")]
        assert trail[-1].reason == "drill"
    assert main(["backup", str(tmp_path / "nothing.tar"), "--check"]) == 1
    assert "there is no backup" in capsys.readouterr().err
