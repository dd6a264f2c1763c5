"""F1, F2, F3: children that feed the store are killed at random moments; nothing is lost, doubled or torn."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from qc_app.store import Journal, Lake, conservation
from tests.faults.ledger import Ledger
from tests.faults.ledger import faults_of as compared
from tests.faults.victims import SOURCE, STAGE, hash_of, speed_of, unit_of

SEED = 20260301


def noted(ledger: Path, what: str) -> int:
    """Return the highest number that the ledger holds of a kind."""
    lines = ledger.read_text().split("\n") if ledger.exists() else []
    return max((int(line.split()[1]) for line in lines if line.startswith(what + " ")), default=0)


def faults_of(lake: Lake, ledger: Path) -> dict[str, int]:
    """Compare the store with the ledger; all values must be 0."""
    stored = lake.measurements(STAGE.id, columns=["unit_id", "row_hash", "speed"], revisions=True)
    done = int(lake.checkpoint(STAGE.id, SOURCE) or 0)

    def rows(end: int) -> list[tuple[str, int, float]]:
        return [(unit_of(n), hash_of(unit_of(n), speed_of(n)), speed_of(n)) for n in range(end)]

    acked = noted(ledger, "acked")
    written = Ledger(ledger, rows(noted(ledger, "offered")), set(rows(max(done, acked))))
    return compared(written, stored.rows(), identity=2) | {
        "ahead": len(set(stored.rows()) - set(rows(done))),
        "unbalanced": len(conservation.of_lake(lake, STAGE.id, SOURCE)),
        "unread": lake.measurements(STAGE.id).height - lake.units(STAGE.id),
        "acked but behind": max(0, acked - done),
    }


def loop(nursery, home: Path, kills: int, *, mutant: bool = False) -> tuple[dict[str, int], int]:
    """Feed, kill, reopen, compare; return the first faults found (all 0 if none) and the checkpoint reached."""
    random, ledger, before = Random(SEED), home / "ledger", 0
    found: dict[str, int] = {}
    for _ in range(kills):
        nursery.kill("feed", random.randrange(6), random.random(), home=str(home), ledger=str(ledger), mutant=mutant)
        lake = Lake(home / "lake")
        found = faults_of(lake, ledger)
        done = int(lake.checkpoint(STAGE.id, SOURCE) or 0)
        found["backwards"] = max(0, before - done)
        if any(found.values()):
            break
        before = done
    return found, before


@pytest.mark.parametrize("kills", [20, pytest.param(50, marks=pytest.mark.slow)])
def test_kills_during_ingest_lose_nothing(nursery, tmp_path: Path, kills: int):
    found, done = loop(nursery, tmp_path, kills)
    assert not any(found.values()), f"seed {SEED}: {found}"
    assert done > 2 * kills, "the children hardly worked: the test proves nothing"
    lake = Lake(tmp_path / "lake")
    lake.compact(STAGE.id)
    lake.vacuum(STAGE.id, 0)
    assert not any(faults_of(lake, tmp_path / "ledger").values())
    table = lake._shelves.table(STAGE.id, "measurements")
    assert len(list(table.root.glob("*.parquet"))) == table.snapshot().files.height, "orphans of the killed are left"


def test_a_checkpoint_before_its_rows_is_found_out(nursery, tmp_path: Path):
    found, _ = loop(nursery, tmp_path, 50, mutant=True)
    assert found["lost"] > 0, f"seed {SEED}: the checker sees no difference between the store and its mutant: {found}"


def label_loop(nursery, url: str, home: Path, kills: int) -> int:
    random, ledger, before = Random(SEED), home / "label-ledger", 0
    for _ in range(kills):
        nursery.kill("feed_labels", random.randrange(5), random.random(), url=url, ledger=str(ledger))
        journal = Journal(url)
        done = int(journal.labels.checkpoint(STAGE.id, SOURCE) or 0)
        stored = journal.labels.history(STAGE.id, "thickness")
        counts = journal.labels.counts(STAGE.id, SOURCE)
        journal.close()
        pairs = sorted(zip(stored["unit_id"], stored["value"], strict=True))
        assert pairs == sorted((unit_of(n), speed_of(n)) for n in range(done)), f"seed {SEED}"
        assert counts.balanced
        assert counts.new + counts.revisions == done
        assert done >= max(before, noted(ledger, "acked"))
        before = done
    return before


@pytest.mark.slow
def test_kills_while_labels_come_in_sqlite(nursery, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    assert label_loop(nursery, url, tmp_path, 20) > 100
    connection = sqlite3.connect(tmp_path / "journal.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


@pytest.mark.slow
def test_kills_while_labels_come_in_postgresql(nursery, postgres: str, tmp_path: Path):
    assert label_loop(nursery, postgres, tmp_path, 50) > 100
