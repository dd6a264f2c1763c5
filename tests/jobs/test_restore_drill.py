"""F38 end to end by the commands: a backup is taken, the plant is lost, it is restored, and its nights go on."""

from __future__ import annotations

import shutil

import pytest

from qc_app.cli import main
from qc_app.settings import Settings
from qc_app.store import backup, conservation, open_store, plant_in_force


def said(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Run a command that must succeed; return what it said."""
    capsys.readouterr()
    code = main(list(command))
    told = capsys.readouterr()
    assert code == 0, f"qc {' '.join(command)}: {told.out}{told.err}"
    return told.out


def books(store) -> list[str]:
    return [
        fault for s in plant_in_force(store).sources
        for fault in conservation.of_source(store, s.stage, s.name, s.carries)
    ]  # fmt: skip


@pytest.mark.slow
def test_the_plant_is_lost_and_its_next_night_is_green(after, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QC_ROLE", "administrator")
    works, kept, home = after(3), tmp_path / "kept", tmp_path / "new"
    kept.mkdir()
    works.open().close()  # its definition names the folders of this copy now
    old = str(works.home())
    said(capsys, "backup", str(kept), "--home", old, "--reason", "drill")
    said(capsys, "backup", str(kept), "--home", old, "--reason", "the day after")
    with works.open() as store:
        first, second = backup.there(store, kept)
        units, audit = store.lake.units("p-1"), len(store.journal.audit.list())
    assert "is whole" in said(capsys, "backup", str(second), "--check")
    backup.remove(first)
    shutil.rmtree(works.home())
    works.day(3)
    out = said(capsys, "restore", str(second), "--home", str(home), "--reason", "the disk is gone")
    assert "books balance" in out or "whole" in out, out
    said(capsys, "night", "--home", str(home))
    with open_store(Settings(home=home)) as store:
        assert store.lake.units("p-1") > units
        assert len(store.journal.audit.list()) == audit + 1, "the restore is in it"
        night = store.journal.runs.list(job="night", last=1)[-1]
        assert (night.status, night.numbers.get("failed", 0)) == ("done", 0)
        assert books(store) == []
    assert "every record is accounted for" in said(capsys, "books", "--home", str(home))
    said(capsys, "audit", "verify", "--home", str(home))
    main(["check", "--home", str(home)])
    failed = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert failed in ([], ["night:"]), "this plant's nights are of March: by the wall clock yesterday's is missing"
