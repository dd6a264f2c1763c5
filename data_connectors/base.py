"""What every connector is: Batch in, checkpoint out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, Protocol, runtime_checkable

import polars as pl
from polars.datatypes import DataTypeClass

from data_connectors.schema import Source, Stage

#: Columns of a conformed measurement row besides the stage's parameters (in this order, before them).
MEASUREMENT_COLUMNS: dict[str, pl.DataType | DataTypeClass] = {
    "unit_id": pl.String,
    "t_event": pl.Datetime("us", "UTC"),
    "t_source": pl.Datetime("us", "UTC"),
    "t_ingest": pl.Datetime("us", "UTC"),
    "source": pl.String,
    "quality": pl.String,
    "row_hash": pl.UInt64,
}

#: Columns that a conformed measurement row has only where they say something: the server's time, whose clock gave
#: `t_event` where it was not the source's (``server``, ``ingest``), and whether the row came behind the watermark.
OPTIONAL_COLUMNS: dict[str, pl.DataType | DataTypeClass] = {
    "t_server": pl.Datetime("us", "UTC"),
    "clock": pl.String,
    "late": pl.Boolean,
}

#: Columns of a link: the unit, and one that it was made from; `share` is the part of the unit that came from it.
LINK_COLUMNS: dict[str, pl.DataType | DataTypeClass] = {
    "unit_id": pl.String,
    "parent_stage": pl.String,
    "parent": pl.String,
    "share": pl.Float64,
}

#: Columns of a conformed label row, one row a unit and characteristic.
LABEL_COLUMNS: dict[str, pl.DataType | DataTypeClass] = {
    "unit_id": pl.String,
    "characteristic": pl.String,
    "value": pl.Float64,
    "t_measured": pl.Datetime("us", "UTC"),
    "t_known": pl.Datetime("us", "UTC"),
    "source": pl.String,
    "row_hash": pl.UInt64,
}


@dataclass(frozen=True, slots=True)
class Reject:
    """One piece of a delivery that cannot be stored as it is: kept raw, with its reason, until someone decides.

    Parameters
    ----------
    origin : str
        The file, table or topic.
    offset : int
        Row number in the delivery (0-based), or -1 for the delivery as a whole.
    raw : str
        The piece as it came (text of the row, JSON of its fields).
    reason : str
        Reason code, e.g. ``not_a_number``, ``naive_time``, ``missing_unit``, ``dup_conflict``, ``half_written``.
    message : str
        What, where and what to do, in a sentence.
    """

    origin: str
    offset: int
    raw: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What a source tells about its stage besides units: a tool changed, a grade changed, a machine was serviced.

    Parameters
    ----------
    at : datetime
        When (aware).
    kind : str
        One word, e.g. ``tool_change``.
    text : str
        What a person reads on the time axis.
    """

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time for which a source cannot show that nothing is missing; what happened then is unknown.

    Parameters
    ----------
    since, until : datetime
        From the last moment that is known to be complete to the first that is again (aware).
    cause : str
        One word, e.g. ``disconnected``, ``no_history``, ``session_lost``, ``sequence_hole``, ``spool_full``.
    text : str
        What a person reads: what was lost, why, and whether the source can deliver it again.
    """

    since: datetime
    until: datetime
    cause: str
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw rows of one source and the checkpoint that is true once they are stored.

    Parameters
    ----------
    stage : str
        Id of the stage.
    frame : polars.DataFrame
        As the source delivers, with the source's own column names; text where the source is text.
    after : str
        Checkpoint (opaque text) to hand to the next read, once `frame` and `rejects` are stored.
    origin : str
        The file, table or topic, for messages.
    rejects : tuple of Reject
        What the source itself could not even split into fields.
    happenings : tuple of Happening
        What else happened at the stage up to `after`; a source that knows of none leaves it empty.
    gaps : tuple of Gap
        Where the source could not show continuity up to `after`.
    dropped : int
        Records that the source counted and could not hand over; `gaps` say when and why.
    unnoticed : frozenset of str
        Columns that nobody declared and that may have been there all along: this source was read without them before.
    completing : frozenset of str
        Units in `frame` that may be stored already and are told in part: what is stored of them stays as it is.
    """

    stage: str
    frame: pl.DataFrame
    after: str
    origin: str = ""
    rejects: tuple[Reject, ...] = ()
    happenings: tuple[Happening, ...] = ()
    gaps: tuple[Gap, ...] = ()
    dropped: int = 0
    unnoticed: frozenset[str] = frozenset()
    completing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conformed:
    """What `conform` made of a batch: rows ready for the store, and what could not be.

    ``received == len(rows of the delivery)``; every delivered row is in `rows` or in `rejects`
    (labels: one wide row may become several label rows; `received` counts label values then).
    `links` says from which units those in `rows` were made, where the source tells.
    """

    rows: pl.DataFrame
    rejects: tuple[Reject, ...]
    received: int
    links: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LINK_COLUMNS))


@dataclass(frozen=True, slots=True)
class Column:
    """A column, tag or topic that a source offers, as `discover` found it.

    Parameters
    ----------
    name : str
        As a plant definition names it.
    dtype : str
        What it holds, in words that begin with number, time, text, array or empty.
    example : str
        A value.
    label : str
        What people there call it, where its name is an address.
    unit : str
        In which it comes, where the source says so.
    """

    name: str
    dtype: str
    example: str = ""
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One step of `check`: what was tried, whether it went well, and what to do if not."""

    step: str
    ok: bool
    message: str


@runtime_checkable
class Connector(Protocol):
    """One source of one stage.

    A connector delivers at least once: after a crash it begins again at the last stored checkpoint.
    It never moves, deletes or acknowledges anything before `acknowledge` is called with that checkpoint.
    """

    kind: ClassVar[str]
    source: Source

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        """Yield batches from the checkpoint `since` on (None: from the beginning) until nothing new is there.

        Raises SourceUnavailable (transient), SourceRefused or SchemaError.
        """
        ...

    def acknowledge(self, after: str) -> None:
        """Everything up to checkpoint `after` is stored for good; the source may forget it."""
        ...

    def discover(self) -> list[Column]:
        """List the columns the source offers, with types guessed and an example each."""
        ...

    def check(self) -> list[Probe]:
        """Try the source step by step without changing anything; the first failed step ends the list."""
        ...

    def preview(self, stage: Stage, rows: int = 20) -> Conformed:
        """Parse the first `rows` rows as ingest would, store nothing."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """A connector whose source can be asked again for a stretch of time."""

    def past(self, stage: Stage, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield what the source holds of ``[since, until)`` by event time, perhaps with rows beside it.

        Checkpoints in the batches mean nothing; `Batch.gaps` say what it could not tell. Raises like `read`.
        """
        ...


@runtime_checkable
class Sampled(Protocol):
    """A connector that can show rows as they come, before anybody said what they mean."""

    def sample(self, rows: int = 1000) -> pl.DataFrame:
        """Return the first `rows` rows as delivered, or no column where nothing is there yet.

        Raises ConnectorError if they cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What a source that speaks by itself offers, before anybody said what it means.

    Parameters
    ----------
    columns : tuple of Column
        Its tags, or the fields of its messages.
    messages : polars.DataFrame
        Whole rows as they were told, where a message is one; without columns where each tag tells by itself.
    """

    columns: tuple[Column, ...]
    messages: pl.DataFrame = field(default_factory=pl.DataFrame)


@runtime_checkable
class Offering(Protocol):
    """A connector that is told values, and can say which there are."""

    def offer(self, items: int = 1000) -> Offer:
        """Return what it hears within some seconds, or what the source says that it has.

        Raises ConnectorError if it cannot be asked.
        """
        ...


#: How good a value is, as the source says: good, uncertain (widens intervals) or bad (never trains, never overwrites).
Quality = Literal["good", "uncertain", "bad"]
