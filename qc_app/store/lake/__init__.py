"""The lake: one folder a stage with its measurements, predictions and the checkpoints of its sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import polars as pl

from data_connectors.schema import Stage
from qc_app.clock import Clock, WallClock
from qc_app.records import Counts, Receipt
from qc_app.store.durable import free, held, make_folder
from qc_app.store.lake import links as linked
from qc_app.store.lake import predictions as predicted
from qc_app.store.lake import upkeep
from qc_app.store.lake.arrivals import empty, shaped, stored_columns
from qc_app.store.lake.commits import Delivery, add
from qc_app.store.lake.copying import Head, heads
from qc_app.store.lake.readable import readable_since
from qc_app.store.lake.reading import Window, read
from qc_app.store.lake.shelves import TABLES, Shelves
from qc_app.store.lake.table import SEQ, on_newest, telling

__all__ = ["Lake"]

#: The lock under which nothing of the lake is removed.
_KEEPING = "keeping.lock"
#: How long a backup waits until those who remove old files have done.
_PATIENCE_S = 900.0


class Lake:
    """Everything that came from the sources and everything that was predicted, append-only.

    Parameters
    ----------
    root : Path
        The lake's folder; made with the first commit.
    clock : Clock
        Tells the moment of a commit.

    Examples
    --------
    >>> import tempfile
    >>> from data_connectors.schema import Parameter
    >>> stage = Stage("rolling-2", "line-1", "rolling", (Parameter("speed"),), ())
    >>> rows = pl.DataFrame({"unit_id": ["C1"], "t_event": [datetime(2026, 1, 1)], "speed": [9.5]}).with_columns(
    ...     pl.col("t_event").dt.replace_time_zone("UTC"), row_hash=pl.lit(7, pl.UInt64))
    >>> rows = rows.with_columns(t_ingest=pl.col("t_event"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lake = Lake(Path(folder))
    ...     receipt = lake.commit(stage, "files", rows, "row 1", received=1, quarantined=0)
    ...     again = lake.commit(stage, "files", rows, "row 1", received=1, quarantined=0)
    ...     lake.measurements("rolling-2", columns=["unit_id", "speed"]).rows()
    [('C1', 9.5)]
    >>> receipt.counts.new, again.counts.duplicates
    (1, 1)
    """

    def __init__(self, root: Path, clock: Clock | None = None) -> None:
        self.root = Path(root)
        self._clock: Clock = clock or WallClock()
        self._shelves = Shelves(self.root)

    def commit(  # noqa: PLR0917 - the contract's order
        self,
        stage: Stage,
        source: str,
        rows: pl.DataFrame,
        after: str,
        received: int,
        quarantined: int,
        dropped: int = 0,
    ) -> Receipt:
        """Store a conformed delivery and its checkpoint together: both or neither.

        Parameters
        ----------
        stage : Stage
            Its parameters are the table's columns; a new one widens the table. Rows of a stage with a window are
            samples of its tags and kept apart (`samples`): its units are made of them.
        source : str
            Whose delivery it is.
        rows : polars.DataFrame
            ``MEASUREMENT_COLUMNS`` and parameters; may be empty.
        after : str
            The checkpoint that is true from now on.
        received, quarantined, dropped : int
            Records in all, held back, and counted by the source but never handed over;
            ``received == len(rows) + quarantined + dropped``.

        Returns
        -------
        Receipt

        Raises
        ------
        StoreError
            If the counts do not balance, a row is incomplete, or the disk refuses (`reason` says why); nothing
            of the delivery is stored then.
        StoreBusy
            If another process is storing for this source.
        """
        where = f"source {source!r} of stage {stage.id!r}"
        names = [p.name for p in stage.parameters]
        delivery = shaped(rows, source, names, stage.id)
        kept = "measurements" if stage.window is None else "samples"
        checkpoints = self._shelves.checkpoints(stage.id, source, kept)
        with telling(f"storing a delivery of {where}"):
            self._shelves.found(stage.id)
            checkpoints.prepare()
        told = Delivery(where, delivery, after, received, quarantined, dropped)
        with held(checkpoints.lock, where):
            table = self._shelves.table(stage.id, kept)
            return on_newest(lambda: add(table, stored_columns(names), checkpoints, told, self._clock))

    def checkpoint(self, stage_id: str, source: str) -> str | None:
        """Return the checkpoint of a source: None if nothing of it was ever stored."""
        return self._shelves.state(stage_id, source).after

    def counts(self, stage_id: str, source: str) -> Counts:
        """Return what became of all records of a source since the beginning."""
        return self._shelves.state(stage_id, source).total

    def newest(self, stage_id: str, source: str) -> datetime | None:
        """Return the newest event time that a source ever delivered, None before its first row."""
        return self._shelves.state(stage_id, source).newest

    def rows_of(self, stage_id: str, source: str) -> int:
        """Return how many rows of a source are stored, every revision counted."""
        base = self._shelves.table(stage_id, self._shelves.kept(stage_id, source)).snapshot()
        if base is None:
            return 0
        with telling(f"counting rows of stage {stage_id!r}"):
            return int(base.scan().filter(pl.col("source") == source).select(pl.len()).collect().item())

    def receipts(self, stage_id: str, source: str, last: int = 500) -> list[Receipt]:
        """Return the receipts of the `last` commits of a source, oldest first."""
        checkpoints = self._shelves.checkpoints(stage_id, source, self._shelves.kept(stage_id, source))
        return checkpoints.newest(self._shelves.state(stage_id, source).number, last)

    def sources(self, stage_id: str) -> list[str]:
        """Return the sources that ever stored something for a stage, in order of name."""
        return self._shelves.sources(stage_id)

    def stages(self) -> list[str]:
        """Return the ids of the stages that the lake holds, in order."""
        return self._shelves.stages()

    def measurements(
        self,
        stage_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        known_at: datetime | None = None,
        columns: Sequence[str] | None = None,
        last: int | None = None,
        revisions: bool = False,
    ) -> pl.DataFrame:
        """Return measurements sorted by event time, the latest revision of each unit.

        Parameters
        ----------
        stage_id : str
        since, until : datetime, optional
            Event time from and to (aware), both included.
        known_at : datetime, optional
            As it was known then: only rows that had arrived.
        columns : sequence of str, optional
            Only these; default all. A parameter that nothing was stored of yet is null.
        last : int, optional
            Only the newest so many units by event time.
        revisions : bool
            Every revision, in order of event time and arrival.

        Returns
        -------
        polars.DataFrame
            Empty with the usual columns if the stage has none yet.
        """
        base = self._shelves.table(stage_id, "measurements").snapshot()
        there = [c for c in (base.columns if base else stored_columns(())) if c != SEQ]
        wanted = list(columns) if columns is not None else there
        window = Window(("unit_id",), since, until, known_at, last, revisions)
        with telling(f"reading measurements of stage {stage_id!r}"):
            picked = [c for c in wanted if c in there] or ["unit_id"]
            found = read(base, window, picked, revised=self._shelves.revised(stage_id, base)) if base else empty(picked)
        added = [pl.lit(None, pl.Float64).alias(c) for c in wanted if c not in there]
        unsigned = [pl.col("row_hash").reinterpret(signed=False)] if "row_hash" in picked else []
        return found.with_columns(*unsigned, *added).select(wanted)

    def units(self, stage_id: str) -> int:
        """Return how many units of a stage are stored."""
        base = self._shelves.table(stage_id, "measurements").snapshot()
        if base is None:
            return 0
        if not self._shelves.revised(stage_id, base):
            return int(base.files["num_records"].sum())
        with telling(f"counting units of stage {stage_id!r}"):
            return int(base.scan().select(pl.col("unit_id").n_unique()).collect().item())

    def span(self, stage_id: str) -> tuple[datetime, datetime] | None:
        """Return the first and last event time of a stage, None if it has no rows."""
        base = self._shelves.table(stage_id, "measurements").snapshot()
        if base is None or base.files.is_empty():
            return None
        with telling(f"reading the span of stage {stage_id!r}"):
            ends = base.scan().select(pl.col("t_event").min().alias("a"), pl.col("t_event").max().alias("b")).collect()
        return (ends["a"].item(), ends["b"].item())

    def readable_since(self, stage_id: str) -> pl.DataFrame:
        """Return since when each row of a stage could be read: `unit_id`, `readable` (null where nobody knows now)."""
        with telling(f"reading the arrivals of stage {stage_id!r}"):
            return readable_since(self._shelves.table(stage_id, "measurements"))

    def version(self, stage_id: str) -> int:
        """Return the version of a stage's measurements, -1 before the first commit."""
        base = self._shelves.table(stage_id, "measurements").snapshot()
        return base.version if base else -1

    def samples(self, stage_id: str, *, since: datetime | None = None, after: int | None = None) -> pl.DataFrame:
        """Return what was sampled at a continuous stage, by time: one row a moment, a column a tag.

        Parameters
        ----------
        stage_id : str
        since : datetime, optional
            From this moment on (aware).
        after : int, optional
            Only what was stored after this version of the samples (`samples_version`).
        """
        base = self._shelves.table(stage_id, "samples").snapshot()
        if base is None:
            return empty(list(stored_columns(())))
        where = None if after is None else pl.col(SEQ) >= ((after + 1) << 32)
        with telling(f"reading samples of stage {stage_id!r}"):
            return read(base, Window(("unit_id", "source"), since, where=where), [c for c in base.columns if c != SEQ])

    def samples_version(self, stage_id: str) -> int:
        """Return the version of a stage's samples, -1 before the first."""
        base = self._shelves.table(stage_id, "samples").snapshot()
        return base.version if base else -1

    def append_predictions(self, stage_id: str, frame: pl.DataFrame) -> None:
        """Append predictions; of one unit and characteristic the newest counts when read.

        Parameters
        ----------
        stage_id : str
        frame : polars.DataFrame
            Columns of :data:`qc_app.records.PREDICTION_COLUMNS`; missing ones are null.
        """
        if frame.height:
            self._shelves.found(stage_id)
            with held(self._shelves.folder(stage_id) / "predictions.lock", f"predictions of stage {stage_id!r}"):
                on_newest(lambda: predicted.append(self._shelves.table(stage_id, "predictions"), frame, stage_id))

    def predictions(
        self,
        stage_id: str,
        *,
        characteristic: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        last: int | None = None,
        unit_id: str | None = None,
        history: bool = False,
    ) -> pl.DataFrame:
        """Return predictions sorted by event time, the newest of each unit and characteristic.

        Parameters
        ----------
        stage_id : str
        characteristic, unit_id : str, optional
            Only of these.
        since, until : datetime, optional
            Event time of the unit (aware), both included.
        last : int, optional
            Only the newest so many by event time.
        history : bool
            Every prediction ever made, not only the newest.
        """
        asked = predicted.Asked(characteristic, unit_id, since, until, last, history)
        with telling(f"reading predictions of stage {stage_id!r}"):
            return predicted.select(self._shelves.table(stage_id, "predictions"), asked)

    def append_links(
        self, stage_id: str, source: str, links: pl.DataFrame, *, whole: bool = False, withdrawn: bool = False
    ) -> int:
        """Keep from which units those of a stage were made, and return how many links changed.

        Parameters
        ----------
        stage_id : str
        source : str
            Who says so.
        links : polars.DataFrame
            Columns of :data:`data_connectors.base.LINK_COLUMNS`.
        whole : bool
            All parents of these units at the stages named: what the source said before is withdrawn.
        withdrawn : bool
            The links are no longer true; they stay on record.
        """
        if not links.height:
            return 0
        self._shelves.found(stage_id)
        with held(self._shelves.folder(stage_id) / "links.lock", f"links of stage {stage_id!r}"):
            table, at = self._shelves.table(stage_id, "links"), self._clock.now()
            return on_newest(lambda: linked.append(table, links, source, at, whole=whole, withdrawn=withdrawn))

    def links(
        self,
        stage_id: str,
        *,
        units: Collection[str] | None = None,
        parents: Collection[str] | None = None,
        parent_stage: str | None = None,
        known_at: datetime | None = None,
    ) -> pl.DataFrame:
        """Return from which units those of a stage were made.

        Parameters
        ----------
        stage_id : str
            Stage of the units, not of their parents.
        units, parents : collection of str, optional
            Only of these units; only from these parents.
        parent_stage : str, optional
        known_at : datetime, optional
            As it was known then.

        Returns
        -------
        polars.DataFrame
            ``unit_id, parent_stage, parent, share, source, t_known``.
        """
        with telling(f"reading links of stage {stage_id!r}"):
            return linked.select(self._shelves.table(stage_id, "links"), units, parents, parent_stage, known_at)

    def compact(self, stage_id: str) -> None:
        """Join the many small files of a day into few; readers and writers go on meanwhile."""
        for table in self._shelves.tables(stage_id):
            upkeep.compact(table)

    def tidy(self, stage_id: str) -> int:
        """Join small files by day where there are many; return how many fewer there are.

        Nothing is done while somebody copies the lake (`keeping`).
        """
        with self._removing() as may:
            joined = sum(upkeep.tidy(self._shelves.table(stage_id, name)) for name in TABLES) if may else 0
        if joined:
            self._prune(stage_id)
        return joined

    def _prune(self, stage_id: str) -> None:
        for source in self.sources(stage_id):
            checkpoints = self._shelves.checkpoints(stage_id, source, self._shelves.kept(stage_id, source))
            checkpoints.prune(self._shelves.state(stage_id, source).number)

    def vacuum(self, stage_id: str, keep_hours: float = 168.0) -> int:
        """Remove files that no version of the last `keep_hours` needs, orphans of killed writers among them.

        Returns
        -------
        int
            How many data files went; none while somebody copies the lake (`keeping`).
        """
        self._prune(stage_id)
        with self._removing() as may:
            return sum(upkeep.vacuum(table, keep_hours) for table in self._shelves.tables(stage_id)) if may else 0

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Let nothing be removed while inside: a backup copies files that newer versions do not name any more.

        Raises
        ------
        StoreBusy
            If another backup is under way.
        """
        make_folder(self.root)
        with held(self.root / _KEEPING, "copying the lake", _PATIENCE_S):
            yield

    def heads(self) -> list[Head]:
        """Return at which version each table stands, by a look at its log alone."""
        return heads(self.root)

    @contextmanager
    def _removing(self) -> Iterator[bool]:
        if not self.root.is_dir():
            yield False
            return
        with free(self.root / _KEEPING) as may:
            yield may
