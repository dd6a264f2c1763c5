"""Tables are made and brought up to date in one step; a newer store is refused."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from qc_app.errors import StoreBusy, StoreDamaged, StoreError
from qc_app.store import Journal, migrations
from qc_app.store.journal.base.columns import METADATA
from qc_app.store.journal.base.filesystem import kind_of, refuse_network
from tests.fresh_journals import Mould, statements

pytestmark = pytest.mark.usefixtures("step_by_step")


def test_the_tables_cast_for_other_tests_are_those_of_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mould, made = Mould(migrations._run), []
    for name in ("steps", "cast"):
        monkeypatch.setattr(migrations, "_run", mould)
        journal = Journal(f"sqlite:///{tmp_path / name}")
        with journal.database.read() as connection:
            made.append(statements(connection))
        journal.close()
    assert made[0] == made[1]
    assert len(made[0]) > 50


def test_the_steps_make_exactly_the_tables_that_the_rooms_use(journal: Journal):
    with journal.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_program_knows_its_last_step():
    folder = ScriptDirectory(Path(migrations.__file__).parent)
    assert folder.get_heads() == [migrations.HEAD]


def test_an_older_program_refuses_a_newer_store(url: str):
    journal = Journal(url)
    with journal.database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    journal.close()
    with pytest.raises(StoreError, match="newer program") as told:
        Journal(url)
    assert told.value.reason == "newer_store"


def test_a_failing_step_leaves_the_journal_as_it_was(url: str, monkeypatch: pytest.MonkeyPatch):
    from alembic import op

    made = []

    def failing(name, *columns, **options):
        made.append(name)
        if len(made) == 9:
            raise OSError(28, "No space left on device")
        return create(name, *columns, **options)

    create = op.create_table
    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(OSError, match="No space"):
        Journal(url)
    monkeypatch.undo()
    journal = Journal(url)
    assert len(made) == 9
    assert journal.plants.current() is None
    journal.close()


def test_sqlite_is_copied_aside_before_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "journal.sqlite"
    Journal(f"sqlite:///{file}").close()
    head = migrations.HEAD
    monkeypatch.setattr(migrations, "HEAD", "9998")
    monkeypatch.setattr(migrations, "_run", lambda _: None)
    Journal(f"sqlite:///{file}").close()
    copy = sqlite3.connect(tmp_path / f"journal.sqlite.before-9998-from-{head}")
    assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(head,)]
    copy.close()


def test_postgresql_is_copied_aside_before_an_update(postgres: str, monkeypatch: pytest.MonkeyPatch):
    journal = Journal(postgres)
    journal.audit.write(datetime(2026, 3, 1, tzinfo=UTC), "maria", "engineer", "note", "plant", "", {})
    links = len(journal.audit.list())
    journal.close()
    monkeypatch.setattr(migrations, "_run", lambda _: None)
    for step in ("9997", "9998"):
        monkeypatch.setattr(migrations, "HEAD", step)
        Journal(postgres).close()
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        kept = [name for name in sa.inspect(connection).get_table_names() if name.startswith("before_")]
        assert {name[:12] for name in kept} == {"before_9998_"}, "the copy of the update before is still there"
        assert connection.exec_driver_sql("SELECT count(*) FROM before_9998_audit").scalar_one() == links
        for name in kept:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
    engine.dispose()


def test_sqlite_runs_with_full_durability(tmp_path: Path):
    journal = Journal(f"sqlite:///{tmp_path / 'j.sqlite'}")
    with journal.database.engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous")]
        keys = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    journal.close()
    assert (found, keys) == (["wal", 2], 1)


@pytest.mark.parametrize("address", ["mysql://h/db", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_an_impossible_address_is_told(address: str):
    with pytest.raises(StoreError):
        Journal(address)


def test_an_unreachable_server_is_told_without_the_password():
    with pytest.raises(StoreError) as told:
        Journal("postgresql://anna:canary@127.0.0.1:1/none")
    assert told.value.reason == "unreachable"
    assert "canary" not in str(told.value)


def test_a_damaged_file_is_told(tmp_path: Path):
    file = tmp_path / "journal.sqlite"
    file.write_bytes(b"this is no database, but long enough to look like one" * 100)
    with pytest.raises(StoreDamaged, match="restore"):
        Journal(f"sqlite:///{file}")


def test_network_file_systems_are_refused(tmp_path: Path):
    mounts = "dev / ext4 rw 0 0\nserver:/x /mnt/plant\\040one nfs4 rw 0 0\n//s/y /mnt/win cifs rw 0 0\n"
    assert kind_of(Path("/mnt/plant one/home"), mounts) == "nfs4"
    assert kind_of(Path("/mnt/other"), mounts) == "ext4"
    with pytest.raises(StoreError, match="cifs"):
        refuse_network(Path("/mnt/win/a"), mounts)
    refuse_network(tmp_path)


def test_a_connection_that_was_cut_is_made_again(postgres: str):
    journal = Journal(postgres)
    killer = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with killer.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'qc'"
        )
    killer.dispose()
    before = len(journal.plants.history())
    journal.plants.save("x", "d", "a", "r", datetime(2026, 1, 1, tzinfo=UTC))
    assert len(journal.plants.history()) == before + 1
    journal.close()


def test_a_writer_that_waits_too_long_is_told(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qc_app.store.journal.base.database.BUSY_MS", 100)
    first, second = Journal(url), Journal(url)
    with first.database.write(), pytest.raises(StoreBusy, match="another writer"):
        second.plants.save("x", "d", "a", "r", datetime(2026, 1, 1, tzinfo=UTC))
    assert second.plants.current() is None
    first.close()
    second.close()
