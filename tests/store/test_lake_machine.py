"""S1 and S4: whatever is delivered, redelivered, reordered and interrupted, the lake is a dictionary that balances."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from data_connectors.schema import Parameter, Stage
from qc_app.errors import StoreError
from qc_app.records import Counts
from qc_app.store import Lake
from qc_app.store.lake.table import Table

NOW = datetime(2026, 3, 1, tzinfo=UTC)
STAGE = Stage("s", "l", "f", (Parameter("speed"),), ())
SOURCES = ("one", "two")
RECORDS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=5)
Record = tuple[str, int]


def minute_of(record: Record) -> datetime:
    return NOW + timedelta(minutes=ord(record[0]) + 7 * record[1])


def hash_of(record: Record) -> int:
    return int.from_bytes(hashlib.sha256(repr(record).encode()).digest()[:8], "big")


def frame(records: list[Record]) -> pl.DataFrame:
    time = pl.Datetime("us", "UTC")
    made = [(r[0], minute_of(r), NOW, hash_of(r), float(r[1])) for r in records]
    schema = {"unit_id": pl.String, "t_event": time, "t_ingest": time, "row_hash": pl.UInt64, "speed": pl.Float64}
    return pl.DataFrame(made, schema=schema, orient="row")


class LakeIsADict(RuleBasedStateMachine):
    """The model: per source every content ever stored, over all the latest of each unit."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lake-machine-"))
        self.lake = Lake(self.home)
        self.stored: dict[str, list[Record]] = {s: [] for s in SOURCES}
        self.latest: dict[str, Record] = {}
        self.counts = dict.fromkeys(SOURCES, Counts())
        self.checkpoint: dict[str, str | None] = dict.fromkeys(SOURCES)
        self.sent: list[tuple[str, list[Record]]] = []

    @rule(source=st.sampled_from(SOURCES), records=RECORDS, quarantined=st.integers(0, 2))
    def deliver(self, source: str, records: list[Record], quarantined: int) -> None:
        self.sent.append((source, records))
        self._commit(source, records, quarantined)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), turned=st.booleans())
    def redeliver(self, data: st.DataObject, turned: bool) -> None:
        source, records = data.draw(st.sampled_from(self.sent))
        self._commit(source, records[::-1] if turned else records, 0)

    @rule(source=st.sampled_from(SOURCES), records=RECORDS, moment=st.sampled_from(("_write", "append")))
    def interrupted(self, source: str, records: list[Record], moment: str) -> None:
        """The disk refuses before the commit: nothing of the delivery may be seen."""
        with mock.patch.object(Table, moment, side_effect=StoreError("disk full", "disk_full")):
            try:
                self.lake.commit(STAGE, source, frame(records), "never", len(records), 0)
            except StoreError:
                return
        self._model(source, records, 0, "never")  # nothing new to write: only the checkpoint moved

    @rule()
    def reopen(self) -> None:
        self.lake = Lake(self.home)

    @precondition(lambda self: self.latest)
    @rule()
    def compact(self) -> None:
        self.lake.compact(STAGE.id)
        self.lake.vacuum(STAGE.id, 0)

    @invariant()
    def the_lake_is_the_dict(self) -> None:
        found = self.lake.measurements(STAGE.id, columns=["unit_id", "t_event", "speed"])
        assert dict(zip(found["unit_id"], found["speed"], strict=True)) == {
            u: float(r[1]) for u, r in self.latest.items()
        }
        assert found["t_event"].to_list() == sorted(map(minute_of, self.latest.values()))
        every = self.lake.measurements(STAGE.id, revisions=True)
        kept = [(s, r[0], hash_of(r)) for s in SOURCES for r in self.stored[s]]
        assert sorted(zip(every["source"], every["unit_id"], every["row_hash"], strict=True)) == sorted(kept)
        newest = sorted(map(minute_of, self.latest.values()))[-2:]
        assert self.lake.measurements(STAGE.id, last=2)["t_event"].to_list() == newest

    @invariant()
    def every_record_is_accounted_for(self) -> None:
        for source in SOURCES:
            counts = self.lake.counts(STAGE.id, source)
            assert counts == self.counts[source]
            assert counts.balanced
            assert self.lake.checkpoint(STAGE.id, source) == self.checkpoint[source]
            assert sum((r.counts for r in self.lake.receipts(STAGE.id, source)), Counts()) == counts

    def teardown(self) -> None:
        shutil.rmtree(self.home)

    def _commit(self, source: str, records: list[Record], quarantined: int) -> None:
        after = f"c{self.counts[source].received}-{len(self.sent)}"
        got = self.lake.commit(STAGE, source, frame(records), after, len(records) + quarantined, quarantined)
        assert got.counts == self._model(source, records, quarantined, after)

    def _model(self, source: str, records: list[Record], quarantined: int, after: str) -> Counts:
        new = revisions = 0
        for record in records:
            if record in self.stored[source]:
                continue
            known = any(r[0] == record[0] for r in self.stored[source])
            new, revisions = new + (not known), revisions + known
            self.stored[source].append(record)
            self.latest[record[0]] = record
        duplicates = len(records) - new - revisions
        counts = Counts(len(records) + quarantined, new, revisions, duplicates, quarantined)
        self.counts[source] += counts
        self.checkpoint[source] = after
        return counts


LakeIsADict.TestCase.settings = settings(
    max_examples=8,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestLakeIsADict = LakeIsADict.TestCase
