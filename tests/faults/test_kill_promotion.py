"""F5: a promoter is killed again and again while two readers follow the pointers."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from random import Random

import pytest

from qc_app.records import Decision
from qc_app.store import Journal, Registry
from tests.faults.victims import NOW, STAGE

SEED = 7


@pytest.mark.parametrize("kills", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_readers_see_the_old_model_or_the_new(nursery, tmp_path: Path, kills: int):
    home, random = str(tmp_path), Random(SEED)
    prepare(nursery, tmp_path)
    readers = [nursery.start("read", home=home, ledger=f"{home}/reader{k}") for k in range(2)]
    for _ in range(kills):
        nursery.kill("promote", random.randrange(4), random.random(), home=home, ledger=f"{home}/promoted")
        check(tmp_path)
    for reader in readers:
        nursery.stop(reader)
    for k in range(2):
        told = dict(line.split() for line in (tmp_path / f"reader{k}").read_text().splitlines())
        assert int(told["reads"]) > 20
        assert told["wrong"] == "0", f"seed {SEED}: reader {k} saw {told}"


def prepare(nursery, home: Path) -> None:
    """Let a first model be promoted, so that there is always one to see."""
    journal = Journal(f"sqlite:///{home}/journal.sqlite")
    nursery.kill("promote", 4, 0.0, home=str(home), ledger=str(home / "promoted"))
    journal.close()


def test_kills_while_the_tables_are_made(nursery, tmp_path: Path):
    """F37: whatever the moment, the next start finds no tables or all of them."""
    random = Random(SEED)
    for k in range(12):
        nursery.kill("promote", 0, random.random(), home=str(tmp_path), ledger=str(tmp_path / "promoted"))
        if k % 3 == 2:
            journal = Journal(f"sqlite:///{tmp_path}/journal.sqlite")
            pointers = journal.models.all_pointers()
            journal.close()
            assert set(pointers) <= {(STAGE.id, "thickness")}
            with sqlite3.connect(tmp_path / "journal.sqlite") as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            database.close()
            for file in tmp_path.glob("journal.sqlite*"):
                file.unlink()


def check(home: Path) -> None:
    """Whatever the moment of the kill: pointers, statuses, decisions and folders fit together."""
    journal, registry = Journal(f"sqlite:///{home}/journal.sqlite"), Registry(home / "models")
    pointers = journal.models.pointers(STAGE.id, "thickness")
    newest = journal.decisions.list(STAGE.id, last=1)[0]
    assert newest.challenger == pointers.champion
    by_status = {m.status: m.id for m in journal.models.list(STAGE.id)}
    assert by_status["champion"] == pointers.champion
    assert by_status.get("previous") == pointers.previous
    for key in registry.list():
        registry.get(key)
    journal.close()


def test_roll_back_works_after_a_kill_and_leftovers_are_swept(nursery, tmp_path: Path):
    random = Random(SEED)
    prepare(nursery, tmp_path)
    for _ in range(6):
        nursery.kill(
            "promote", random.randrange(1, 4), random.random(), home=str(tmp_path), ledger=str(tmp_path / "promoted")
        )
    (tmp_path / "models" / ".making-999-dead").mkdir()
    journal, registry = Journal(f"sqlite:///{tmp_path}/journal.sqlite"), Registry(tmp_path / "models")
    before = journal.models.pointers(STAGE.id, "thickness")
    back = Decision(STAGE.id, "thickness", date(2026, 3, 1), NOW, "rolled_back", "person", "worse than before")
    assert journal.models.roll_back(STAGE.id, "thickness", back).champion == before.previous
    registry.sweep({before.previous}, grace_s=0)
    assert registry.list() == [before.previous]
    assert [p.name for p in registry.root.iterdir()] == [before.previous]
    journal.close()
