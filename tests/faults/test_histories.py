"""1,000 random arrival histories equal the truth: late, twice, out of order, killed anywhere, corrected, set aside.

One thing holds in all of them, as at every source: nobody sends a correction before what it corrects.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from data_connectors.base import Batch
from qc_app.jobs.recovery import recover
from qc_app.jobs.sources import ingest as reading
from qc_app.jobs.sources.ingest import ingest
from qc_app.store import Store, conservation
from qc_app.store.journal.base import database
from qc_app.store.lake import commits
from tests.faults.ledger import Ledger, faults_of
from tests.scripted import LAB, NOW, PLANT, POINTS, PROCESS, Killed, Script, dying_at, home_of
from tests.scripted import script as script  # noqa: PLC0414 - a fixture

SEED = 20261126
BLOCK = 50
#: A few histories for every run, and a thousand in blocks that any worker may take.
FEW = range(SEED, SEED + 8)
THOUSAND = [range(first, first + BLOCK) for first in range(SEED, SEED + 1000, BLOCK)]
Version = tuple[str, int, float]  # unit, second of the event, value


@dataclass
class Truth:
    """What really happened: the versions of every unit and of every result, each in its order."""

    rows: dict[str, list[Version]] = field(default_factory=dict)
    labels: dict[str, list[Version]] = field(default_factory=dict)

    @classmethod
    def drawn(cls, random: Random) -> Truth:
        made = cls()
        for n in range(random.randint(3, 12)):
            unit = f"u{n}"
            revisions = range(random.choice([1, 1, 1, 2, 3]))
            made.rows[unit] = [(unit, 60 * n + k, random.randint(0, 99) + k / 8) for k in revisions]
            if random.random() < 0.6:
                made.labels[unit] = [(unit, 3600 + 60 * n + k, 10 + k / 8) for k in range(random.choice([1, 1, 2]))]
        return made


def arrivals(versions: dict[str, list[Version]], random: Random) -> Iterator[list[Version]]:
    """Yield deliveries: units in any order, each unit's versions in theirs, some delivered again, some much later."""
    waiting = {unit: list(kept) for unit, kept in versions.items()}
    sent: list[Version] = []
    while waiting:
        delivery = []
        for _ in range(random.randint(1, 4)):
            if waiting:
                unit = random.choice(sorted(waiting))
                delivery.append(waiting[unit].pop(0))
                if not waiting[unit]:
                    del waiting[unit]
        delivery += random.sample(sent, min(len(sent), random.choice([0, 0, 1, 3])))
        once = list({(u, t): (u, t, v) for u, t, v in delivery}.values())
        random.shuffle(once)
        sent += delivery
        yield ordered(once, versions)


def ordered(delivery: list[Version], versions: dict[str, list[Version]]) -> list[Version]:
    """Within a delivery the versions of one unit stand in their order; units stand as shuffled."""
    places: dict[str, list[int]] = {}
    for place, (unit, _, _) in enumerate(delivery):
        places.setdefault(unit, []).append(place)
    made = list(delivery)
    for unit, at in places.items():
        for place, version in zip(at, sorted((delivery[p] for p in at), key=versions[unit].index), strict=True):
            made[place] = version
    return made


def frame(delivery: list[Version], value: str, random: Random) -> pl.DataFrame:
    """Return rows as a source writes them, now and then with one that nobody can read."""
    rows = [(u, (NOW - timedelta(hours=5) + timedelta(seconds=t)).isoformat(), str(v)) for u, t, v in delivery]
    spoilt = [("", NOW.isoformat(), "1")] if random.random() < 0.2 else []
    schema = ["unit_id", "time", value]
    made = pl.DataFrame([*rows, *spoilt], schema=dict.fromkeys(schema, pl.String), orient="row")
    return made.with_columns(temp=pl.lit("20")) if value == "force" else made


def read(store: Store, random: Random) -> None:
    """Read the sources, being killed at any point now and then; a kill is followed by another start."""
    while random.random() < 0.3:
        with dying_at(random.choice(POINTS)):
            try:
                ingest(store, PLANT)
            except Killed:
                recover(store)
    ingest(store, PLANT)


def played(script: Script, home: Path, seed: int) -> tuple[Store, Truth, Ledger]:
    """Play one history to its end."""
    random = Random(seed)
    truth, ledger = Truth.drawn(random), Ledger(home.with_suffix(".ledger"))
    shutil.copytree(home.parent / "empty", home)
    store = home_of(home)
    coming = [(PROCESS, "force", d) for d in arrivals(truth.rows, random)]
    coming += [(LAB, "width", d) for d in arrivals(truth.labels, random)]
    by_source = {s.name: [c for c in coming if c[0] is s] for s in (PROCESS, LAB)}
    script.batches.clear()
    while any(by_source.values()):
        kept = by_source[random.choice([name for name, left in by_source.items() if left])]
        source, value, delivery = kept.pop(0)
        made = frame(delivery, value, random)
        ledger.offer((source.name, *version) for version in delivery)
        script.say(source, Batch("press", made, "", f"delivery {len(ledger.offered)}"))
        store.clock.moment += timedelta(minutes=random.randint(0, 90))
        if random.random() < 0.5:
            read(store, random)
            ledger.ack(ledger.offered)
    read(store, random)
    ledger.ack(ledger.offered)
    return store, truth, ledger


def compared(store: Store, truth: Truth, ledger: Ledger) -> dict[str, int]:
    """Compare every version, the newest of each unit, and the books."""
    begin = NOW - timedelta(hours=5)
    rows = store.lake.measurements("press", columns=["unit_id", "t_event", "force"], revisions=True).rows()
    labels = store.journal.labels.history("press", "width").select("unit_id", "t_measured", "value").rows()
    stored = [("process", u, int((t - begin).total_seconds()), v) for u, t, v in rows]
    stored += [("lab", u, int((t - begin).total_seconds()), v) for u, t, v in labels]
    found = faults_of(ledger, stored, identity=3)
    now = dict(store.lake.measurements("press", columns=["unit_id", "force"]).rows())
    known = dict(store.journal.labels.known("press", "width").select("unit_id", "value").rows())
    found["untrue"] = int(now != {u: v[-1][2] for u, v in truth.rows.items()})
    found["untrue labels"] = int(known != {u: v[-1][2] for u, v in truth.labels.items()})
    found["unbalanced"] = sum(
        len(conservation.of_source(store, s.stage, s.name, s.carries)) for s in PLANT.sources
    )  # fmt: skip
    return found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here loses power, only processes die: what is written need not be forced to the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    prepared = database._prepare

    def unforced(connection: Any, record: Any) -> None:
        prepared(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    monkeypatch.setattr(database, "_prepare", unforced)


def wrong_of(script: Script, folder: Path, seeds: range) -> dict[int, dict[str, int]]:
    found = {}
    home_of(folder / "empty").close()
    for seed in seeds:
        store, truth, ledger = played(script, folder / f"h{seed}", seed)
        with store:
            faults = compared(store, truth, ledger)
        shutil.rmtree(folder / f"h{seed}")
        if any(faults.values()):
            found[seed] = faults
    return found


@pytest.mark.parametrize(
    "seeds",
    [FEW, *(pytest.param(block, marks=pytest.mark.slow) for block in THOUSAND)],
    ids=lambda seeds: f"{seeds.start - SEED}-{seeds.stop - SEED}",
)
def test_random_arrival_histories_equal_the_truth(script, tmp_path, seeds):
    assert wrong_of(script, tmp_path, seeds) == {}


def forgetful(store, source, stage, made, after, *, dropped=0):
    """A mutant: rows that come again overwrite what came since (no look at what is stored already)."""

    def everything(rows, *_):
        units = rows["unit_id"].n_unique()
        return rows, units, rows.height - units

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commits, "fresh", everything)
        return stored(store, source, stage, made, after, dropped=dropped)


def careless(store, source, stage, made, after, *, dropped=0):
    """A mutant: the checkpoint moves in a commit of its own, before the rows."""
    if source.carries == "measurements":
        store.lake.commit(stage, source.name, pl.DataFrame(), after, 0, 0)
        reading.reached("before_books")
    return stored(store, source, stage, made, after, dropped=dropped)


stored = reading.stored


@pytest.mark.parametrize(
    ("mutant", "number"), [(forgetful, "dup"), pytest.param(careless, "lost", marks=pytest.mark.slow)]
)
def test_the_checker_sees_what_a_mutant_does(script, tmp_path, monkeypatch, mutant, number):
    monkeypatch.setattr(reading, "stored", mutant)
    wrong = wrong_of(script, tmp_path, FEW)
    assert any(faults[number] for faults in wrong.values()), wrong
