"""F38: one consistent set while everything goes on, and no set that is half, damaged or newer is believed."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from qc_app.errors import StoreDamaged, StoreError
from qc_app.records import Label, ModelVersion, Run
from qc_app.settings import Settings
from qc_app.store import Store, backup, conservation, open_store
from qc_app.store.backup import manifest as manifests
from qc_app.store.backup import moment, taking
from qc_app.store.backup.writing import MAKING
from qc_app.store.durable import free
from tests.faults.victims import BATCH, LAG, SOURCE, STAGE, rows

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
MODEL = {"state.safetensors": b"abc" * 500}


def deliver(store: Store) -> None:
    """One delivery as ingest makes it: rows and checkpoint, then the books."""
    with store.arriving():
        done = int(store.lake.checkpoint(STAGE.id, SOURCE) or 0)
        part = rows(max(0, done - LAG), done + BATCH)
        conservation.book(store, store.lake.commit(STAGE, SOURCE, part, str(done + BATCH), part.height, 0))


def filled(home: Path, url: str | None = None) -> Store:
    store = open_store(Settings(home=home, database_url=url), create=True)
    deliver(store)
    key = store.registry.put(MODEL, {"seed": 3})
    store.registry.put(MODEL, {"seed": 4})  # nobody noted this one: it is not carried along
    store.journal.models.add(ModelVersion(key, STAGE.id, "thickness", "ridge", NOW, "", NOW, 1, 9, 0, "challenger"))
    labels = [Label(STAGE.id, "thickness", f"u{n}", n / 7.0, NOW, NOW, "lab") for n in range(3)]
    store.journal.labels.commit(STAGE.id, "lab", labels, "3", 3, 0, NOW)
    store.journal.audit.write(NOW, "maria", "engineer", "note", "plant", "für später", {"value": 0.1})
    (home / "uploads" / "x").mkdir(parents=True)
    (home / "uploads" / "x" / "a.csv").write_text("unit,force\n1,2\n")
    os.utime(home / "uploads" / "x" / "a.csv", ns=(1_700_000_000_123_456_789,) * 2)
    (home / "cookie-secret").write_text("never leaves")
    (home / "spool" / "s").mkdir(parents=True)
    (home / "spool" / "s" / "7.segment").write_bytes(b"heard")
    return store


@pytest.fixture
def store(tmp_path: Path):
    with filled(tmp_path / "home") as opened:
        yield opened


@pytest.fixture(params=["set.tar", "set"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / "kept" / request.param


def restored(path: Path, home: Path, url: str | None = None) -> Store:
    with backup.unpacked(path, home, url) as found:
        assert found.settings.home.parent == home
    return open_store(Settings(home=home, database_url=url))


def balanced(store: Store) -> bool:
    """Whether books, lake and labels agree without anything being caught up."""
    faults = conservation.of_source(store, STAGE.id, SOURCE, "measurements")
    return not faults and not conservation.of_labels(store.journal.labels, STAGE.id, "lab")


def test_what_comes_back_is_what_was_there(store, target, tmp_path):
    made = backup.take(store, target)
    with restored(target, tmp_path / "new") as again:
        assert again.lake.measurements(STAGE.id).equals(store.lake.measurements(STAGE.id))
        assert again.journal.audit.list() == store.journal.audit.list()
        assert again.journal.audit.verify() is None
        assert [m.id for m in again.journal.models.list()] == again.registry.list()
        assert again.registry.get(again.registry.list()[0])[0] == MODEL
        assert balanced(again)
        deliver(again)
        assert balanced(again)
    kept = tmp_path / "new" / "uploads" / "x" / "a.csv"
    assert kept.stat().st_mtime_ns == 1_700_000_000_123_456_789
    assert (tmp_path / "new" / "spool" / "s" / "7.segment").read_bytes() == b"heard"
    assert not (tmp_path / "new" / "cookie-secret").exists()
    assert {"labels", "audit", "models"} <= {name for name, n in made.counts.items() if n}
    assert made.watermarks[f"{STAGE.id} / {SOURCE}"]["received"] == 7


def test_it_is_of_one_moment_while_deliveries_go_on(store, tmp_path, monkeypatch):
    """Between the copy of the journal and that of the lake as much comes as can."""
    over, came, target = threading.Event(), threading.Semaphore(0), tmp_path / "set.tar"

    def feed() -> None:
        with open_store(Settings(home=store.home)) as other:
            while not over.is_set():
                deliver(other)
                came.release()

    def slowly(*given):
        for _ in range(3):
            assert came.acquire(timeout=60)
        return described(*given)

    described = taking._described
    monkeypatch.setattr(taking, "_described", slowly)
    feeding = threading.Thread(target=feed, daemon=True)
    feeding.start()
    try:
        assert came.acquire(timeout=60)
        made = backup.take(store, target)
    finally:
        over.set()
        feeding.join(60)
    with restored(target, tmp_path / "new") as again:
        assert balanced(again), "the lake is further than the books, or behind them"
        counts = again.lake.counts(STAGE.id, SOURCE)
        assert made.watermarks[f"{STAGE.id} / {SOURCE}"]["received"] == counts.received
        assert counts.received < store.lake.counts(STAGE.id, SOURCE).received, (
            "nothing came meanwhile: nothing is shown"
        )


def test_who_waits_to_be_alone_is_not_passed_by_those_who_come_later(store):
    order: list[str] = []

    def alone() -> None:
        with store.alone():
            order.append("alone")

    def later() -> None:
        with store.arriving():
            order.append("later")

    first, second = threading.Thread(target=alone), threading.Thread(target=later)
    with store.arriving():
        first.start()
        turn = store._lock("turn")
        while _is_free(turn):  # until the first waits within
            assert first.is_alive()
        second.start()
        order.append("inside")
    first.join(60)
    second.join(60)
    assert order == ["inside", "alone", "later"]


def _is_free(lock: Path) -> bool:
    with free(lock) as mine:
        return mine


def test_a_lake_copied_as_it_is_later_does_not_fit_its_journal(store, target, tmp_path, monkeypatch):
    """The mutant that the test before must catch."""
    real = taking._described

    def late(*given):
        found = real(*given)
        deliver(store)
        return found

    monkeypatch.setattr(taking, "_described", late)
    monkeypatch.setattr(taking, "content", lambda root, _: content(root, store.lake.heads()[0]))
    content = __import__("qc_app.store.lake.copying", fromlist=["content"]).content
    backup.take(store, target)
    with restored(target, tmp_path / "new") as again:
        assert not balanced(again)


def test_old_files_stay_while_they_are_copied(store, target, monkeypatch):
    for _ in range(5):
        deliver(store)
    described = taking._described

    def meanwhile(*given):
        store.lake.compact(STAGE.id)
        assert store.lake.vacuum(STAGE.id, 0) == 0, "files went that the backup names"
        return described(*given)

    monkeypatch.setattr(taking, "_described", meanwhile)
    backup.take(store, target)
    monkeypatch.undo()
    assert store.lake.vacuum(STAGE.id, 0) == 6


def test_what_a_live_source_said_is_there_though_it_is_forgotten_meanwhile(store, target, tmp_path, monkeypatch):
    described = taking._described

    def forgotten(*given):
        (store.home / "spool" / "s" / "7.segment").unlink()
        return described(*given)

    monkeypatch.setattr(taking, "_described", forgotten)
    backup.take(store, target)
    restored(target, tmp_path / "new").close()
    assert (tmp_path / "new" / "spool" / "s" / "7.segment").read_bytes() == b"heard"
    assert not list(store.home.glob(f"{moment._ASIDE}*"))


def test_a_flipped_byte_is_found_wherever_it_is(store, tmp_path):
    backup.take(store, tmp_path / "set")
    random = Random(5)
    files = sorted(path for path in (tmp_path / "set").rglob("*") if path.is_file())
    for path in files:
        data = bytearray(path.read_bytes())
        place = random.randrange(len(data))
        data[place] ^= 1 << random.randrange(8)
        whole, _ = path.read_bytes(), path.write_bytes(data)
        with pytest.raises((StoreDamaged, StoreError), match=r"damaged|newer"):
            restored(tmp_path / "set", tmp_path / "new")
        path.write_bytes(whole)
        assert not (tmp_path / "new").exists()
    restored(tmp_path / "set", tmp_path / "new").close()


def test_a_flipped_byte_in_a_member_of_a_file_is_found(store, tmp_path):
    made = backup.take(store, tmp_path / "set.tar")
    data = bytearray((tmp_path / "set.tar").read_bytes())
    place = data.find(b"unit,force")
    data[place] ^= 1
    (tmp_path / "set.tar").write_bytes(data)
    with pytest.raises(StoreDamaged, match=r"uploads/x/a.csv"), backup.reading(tmp_path / "set.tar") as found:
        found.check()
    (tmp_path / "set.tar").write_bytes(data[: made.size // 2])
    with pytest.raises(StoreDamaged), backup.reading(tmp_path / "set.tar"):
        pass


def test_a_missing_file_is_named(store, tmp_path):
    backup.take(store, tmp_path / "set")
    (tmp_path / "set" / "uploads" / "x" / "a.csv").unlink()
    with pytest.raises(StoreDamaged, match=r"uploads/x/a.csv.*missing"), backup.reading(tmp_path / "set") as found:
        found.check()


def resealed(folder: Path, **changed: object) -> None:
    """Write a manifest that says something else and is sealed all the same."""
    told = json.loads((folder / manifests.FILE).read_bytes()) | changed
    del told["sha256"]
    (folder / manifests.FILE).write_text(json.dumps({"sha256": manifests._seal(told), **told}))


@pytest.mark.parametrize(("changed", "words"), [({"form": 2}, "form 2"), ({"journal": "9999"}, "step 9999")])
def test_a_newer_backup_is_refused(store, tmp_path, changed, words):
    backup.take(store, tmp_path / "set")
    resealed(tmp_path / "set", **changed)
    with pytest.raises(StoreError, match=words) as told:
        restored(tmp_path / "set", tmp_path / "new")
    assert told.value.reason == "newer_store"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside", "manifest.json", "a\\b"])
def test_a_name_that_leads_out_is_refused(store, tmp_path, name):
    backup.take(store, tmp_path / "set")
    entry = {"name": name, "size": 0, "sha256": "0" * 64, "mtime_ns": 0, "mode": 0o640}
    resealed(tmp_path / "set", files=[entry])
    with pytest.raises(StoreDamaged), backup.reading(tmp_path / "set"):
        pass


def test_nothing_is_replaced(store, tmp_path):
    backup.take(store, tmp_path / "set.tar")
    before = (tmp_path / "set.tar").read_bytes()
    with pytest.raises(StoreError, match="there already"):
        backup.take(store, tmp_path / "set.tar")
    assert (tmp_path / "set.tar").read_bytes() == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(StoreError, match="not empty"):
        restored(tmp_path / "set.tar", tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]
    with pytest.raises(StoreError, match="lost with it"):
        backup.take(store, store.home / "set.tar")


def test_what_failed_leaves_nothing(store, target, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taking, "_copied", full)
    with pytest.raises(StoreError) as told:
        backup.take(store, target)
    assert told.value.reason == "disk_full"
    assert list(target.parent.iterdir()) == []


def test_no_room_is_said_before_anything_is_copied(store, target, monkeypatch):
    monkeypatch.setattr(taking, "_SPARE", 1 << 60)
    with pytest.raises(StoreError, match="MB free"):
        backup.take(store, target)
    assert not [path for path in target.parent.iterdir() if MAKING in path.name]


def test_settings_that_name_places_elsewhere_are_set_aside(store, tmp_path):
    (store.home / "settings.toml").write_text('port = 9001\nlake_url = "/srv/lake"\n')
    backup.take(store, tmp_path / "set.tar")
    with backup.unpacked(tmp_path / "set.tar", tmp_path / "new", None) as found:
        assert found.set_aside == ("lake_url",)
    settings = Settings.load(tmp_path / "new")
    assert (settings.port, settings.lake_url) == (9001, None)
    assert "# before the restore: lake_url" in (tmp_path / "new" / "settings.toml").read_text()


@pytest.fixture
def empty(postgres: str) -> str:
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return postgres


@pytest.mark.slow
def test_a_journal_in_postgresql_goes_into_a_file_and_back(empty, tmp_path):
    with filled(tmp_path / "home", empty) as store:
        store.journal.runs.start("adapt y", STAGE.id, NOW.date(), NOW)
        made = backup.take(store, tmp_path / "set.tar")
        audit, models, labels = (
            store.journal.audit.list(), store.journal.models.list(), store.journal.labels.history(STAGE.id, "thickness")
        )  # fmt: skip
    assert made.database == "postgresql"
    with pytest.raises(StoreError, match="holds a journal already"):
        restored(tmp_path / "set.tar", tmp_path / "new", empty)
    with restored(tmp_path / "set.tar", tmp_path / "new") as again:
        assert again.journal.database.sqlite
        assert (again.journal.audit.list(), again.journal.models.list()) == (audit, models)
        assert again.journal.labels.history(STAGE.id, "thickness").equals(labels)
        assert again.journal.audit.verify() is None
        assert balanced(again)
        again.journal.audit.write(NOW, "maria", "engineer", "more", "plant", "", {})
        backup.take(again, tmp_path / "second.tar")
    engine = sa.create_engine(empty)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    with restored(tmp_path / "second.tar", tmp_path / "third", empty) as again:
        assert not again.journal.database.sqlite
        assert [a.action for a in again.journal.audit.list()] == ["note", "more"]
        assert again.journal.audit.verify() is None
        assert balanced(again)
        again.journal.audit.write(NOW, "maria", "engineer", "last", "plant", "", {})
        run = again.journal.runs.start("adapt z", STAGE.id, NOW.date(), NOW)
        assert isinstance(run, Run)
        assert run.id == 2, "numbers go on where they were"
        assert again.journal.audit.verify() is None
