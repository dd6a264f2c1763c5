"""From raw rows to rows ready for the store: cast, convert, judge, and set aside with a reason what cannot be.

Conventions
-----------
* A value that is no finite number, lies outside its physical range or is bad by the source's own word is stored as
  null; its raw text stays in the row's ``quality``. An empty cell is an absent value, not a bad one.
* A row is set aside only when its unit or its time cannot be used; a label also when its value cannot.
* Within one delivery: equal rows all stay in (the store counts the duplicates). Different rows of one unit at different
  times all stay in, in the order of delivery: the last is the newest revision. Different rows of one unit at the same
  time contradict each other: the first stays, the later ones are set aside as ``dup_conflict``.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from data_connectors.base import LABEL_COLUMNS, MEASUREMENT_COLUMNS, OPTIONAL_COLUMNS, Batch, Conformed, Reject
from data_connectors.columns import characteristics_in, column_of, require
from data_connectors.names import normal
from data_connectors.rows.event_times import event_times
from data_connectors.rows.links import links_of
from data_connectors.rows.refusals import refusals
from data_connectors.rows.row_hash import row_hash
from data_connectors.rows.times import UTC_MICROSECONDS
from data_connectors.rows.treatment import PLAIN, Treatment, held_back, retyped, with_absent
from data_connectors.rows.unit_ids import unit_ids
from data_connectors.rows.values import Reading, Values, numbers, quality_json
from data_connectors.rows.verdict_words import in_numbers
from data_connectors.schema import Source, Stage


def conform(batch: Batch, stage: Stage, source: Source, now: datetime, treatment: Treatment = PLAIN) -> Conformed:
    """Make rows for the store of what a source delivered.

    Parameters
    ----------
    batch : Batch
        As the connector delivered it; its own rejects are counted and passed on.
    stage : Stage
        What is measured, in which units.
    source : Source
        How the columns are to be read.
    now : datetime
        The moment of ingest, aware.
    treatment : Treatment
        What to do with columns of measurements that are not as they were.

    Returns
    -------
    Conformed
        For measurements the columns MEASUREMENT_COLUMNS, the stage's parameters and the extras of the treatment
        (Float64), and those OPTIONAL_COLUMNS that say something; for labels LABEL_COLUMNS.
        ``received == rows.height + len(rejects)`` always.

    Raises
    ------
    SchemaError
        If a declared column is missing.
    DefinitionError
        If a unit of measure or the zone is not known.

    Examples
    --------
    >>> from datetime import UTC
    >>> from data_connectors.schema import Parameter
    >>> stage = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp", "degC"),), ())
    >>> source = Source("files", "file_folder", "rolling-2", columns={"exit_temp": "T"}, units={"exit_temp": "degF"})
    >>> frame = pl.DataFrame({"unit_id": ["007", "008"], "time": ["2024-05-01T06:00Z", "noon"], "T": ["212", "300"]})
    >>> done = conform(Batch("rolling-2", frame, "1"), stage, source, datetime(2024, 5, 2, tzinfo=UTC))
    >>> done.rows["unit_id"].to_list(), done.rows["exit_temp"].round(6).to_list(), done.rejects[0].reason
    (['007'], [100.0], 'unparsable_time')
    """
    frame = batch.frame.rename(normal) if batch.frame.width else batch.frame
    if batch.frame.height == 0:
        return Conformed(_nothing(stage, source), batch.rejects, len(batch.rejects))
    require(frame.columns, stage, source, batch.origin)
    if source.carries == "labels":
        rows, refused, received = _labels(batch, frame, stage, source, now)
    else:
        rows, refused, received = _measurements(
            batch, with_absent(frame, stage, source), stage, source, now, treatment=treatment
        )
    return Conformed(rows, (*batch.rejects, *refused), received + len(batch.rejects), _links(frame, rows, source))


def _links(frame: pl.DataFrame, rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Return the parents of the units that were not refused."""
    found = links_of(frame, source.unit_column, source.parents)
    return found.join(rows.select("unit_id").unique(), on="unit_id", how="semi", maintain_order="left")


def _nothing(stage: Stage, source: Source) -> pl.DataFrame:
    if source.carries == "labels":
        return pl.DataFrame(schema=LABEL_COLUMNS)
    return pl.DataFrame(schema=MEASUREMENT_COLUMNS | {p.name: pl.Float64 for p in stage.parameters})


def _identity(frame: pl.DataFrame, source: Source, now: datetime) -> pl.DataFrame:
    """Return unit_id, the times and the reason of each row (null where unit and time can be used)."""
    units = unit_ids(frame[normal(source.unit_column)])
    times = event_times(frame, source, now)
    reason = units["reason"].zip_with(units["reason"].is_not_null(), times["reason"])
    return times.with_columns(units["unit_id"], reason.alias("reason"))


def _measurements(
    batch: Batch, frame: pl.DataFrame, stage: Stage, source: Source, now: datetime, *, treatment: Treatment
) -> tuple[pl.DataFrame, list[Reject], int]:
    identity = _identity(frame, source, now)
    delivered = frozenset(frame.columns)  # once: a table may have ten thousand
    readings = [Reading.of(source, p.name, p.unit, p.low, p.high).within(delivered) for p in stage.parameters]
    readings += [Reading(c, c) for c in treatment.extras if c in delivered]
    read = numbers(frame, readings, source.decimal)
    read = [held_back(frame, r) if r.name in treatment.held else v for r, v in zip(readings, read, strict=True)]
    content = _content(identity, readings, read)
    reason = _contradictions(content, retyped(frame, source, treatment.retyped, identity["reason"]))
    rows = _assembled(content, source, now).select(
        *MEASUREMENT_COLUMNS, *(r.name for r in readings), *(c for c in OPTIONAL_COLUMNS if c in content.columns)
    )
    rows = rows if reason.null_count() == len(reason) else rows.filter(reason.is_null())
    return rows, refusals(batch, frame, reason, source), frame.height


def _content(identity: pl.DataFrame, readings: list[Reading], read: list[Values]) -> pl.DataFrame:
    notes = {reading.name: found.notes for reading, found in zip(readings, read, strict=True)}
    columns = [found.values.alias(reading.name) for reading, found in zip(readings, read, strict=True)]
    said = identity.select("unit_id", "t_source")
    said = said.with_columns(quality_json(identity.height, notes), *columns)
    clocks = [identity[c] for c in ("t_server", "clock") if identity[c].null_count() < identity.height]
    return said.with_columns(row_hash(said), identity["t"], *clocks)


def _assembled(content: pl.DataFrame, source: Source, now: datetime) -> pl.DataFrame:
    return content.with_columns(
        pl.col("t").alias("t_event"),
        pl.lit(now).cast(UTC_MICROSECONDS).alias("t_ingest"),
        pl.lit(source.name).alias("source"),
    )


def _contradictions(content: pl.DataFrame, reason: pl.Series, also: tuple[str, ...] = ()) -> pl.Series:
    """Return `reason` with ``dup_conflict`` for later rows that differ from the first of their unit and time."""
    if not content["unit_id"].is_duplicated().any():
        return reason
    key = ["unit_id", "t", *also]
    usable = content.select(*key, "row_hash").with_row_index("row").filter(reason.is_null())
    later = usable.filter(pl.col("row_hash") != pl.col("row_hash").first().over(key))["row"]
    return reason.scatter(later, "dup_conflict") if len(later) else reason


def _labels(
    batch: Batch, frame: pl.DataFrame, stage: Stage, source: Source, now: datetime
) -> tuple[pl.DataFrame, list[Reject], int]:
    identity = _identity(frame, source, now)
    parts = [
        _label_values(frame, identity, stage, source, name) for name in characteristics_in(frame.columns, stage, source)
    ]
    tall = pl.concat(parts).sort("row", maintain_order=True)
    tall = tall.with_columns(row_hash(tall.select("unit_id", "characteristic", "value", pl.col("t").alias("t_source"))))
    reason = _contradictions(tall, tall["reason"], also=("characteristic",))
    rows = _assembled(tall, source, now).filter(reason.is_null())
    rows = rows.with_columns(pl.col("t").alias("t_measured"), pl.col("t_ingest").alias("t_known"))
    delivered = frame[tall["row"]]
    return rows.select(*LABEL_COLUMNS), refusals(batch, delivered, reason, source, tall), tall.height


def _label_values(frame: pl.DataFrame, identity: pl.DataFrame, stage: Stage, source: Source, name: str) -> pl.DataFrame:
    """Return the label rows of one characteristic: the cells that hold something, with a reason where unusable."""
    characteristic = stage.characteristic(name)
    binary = characteristic.kind == "binary"
    if binary:
        column = column_of(source, name)
        frame = frame.with_columns(in_numbers(frame[column], source).alias(column))
    found = numbers(frame, [Reading.of(source, name, characteristic.unit).within(frame.columns)], source.decimal)[0]
    notes = found.notes.filter(pl.col("quality") == "bad").select("row", "code")
    tall = identity.with_row_index("row").with_columns(
        found.values.alias("value"), pl.lit(name).alias("characteristic")
    )
    tall = tall.join(notes, on="row", how="left", maintain_order="left")
    odd = pl.col("value").is_in([0.0, 1.0]).not_() if binary else pl.lit(value=False)
    no_word = pl.when(pl.lit(binary) & (pl.col("code") == "not_a_number")).then(pl.lit("unknown_word"))
    why = pl.coalesce("reason", no_word, _LABEL_REASON, pl.when(odd).then(pl.lit("not_binary")))
    tall = tall.filter(pl.col("value").is_not_null() | pl.col("code").is_not_null()).with_columns(why.alias("reason"))
    return tall.select(
        "row", "unit_id", "t", "characteristic", "value", "reason",
        pl.lit(column_of(source, name)).alias("column"),
    )  # fmt: skip


_LABEL_REASON = (
    pl.when(pl.col("code").is_in(["not_a_number", "not_finite"])).then(pl.lit("not_a_number"))
    .when(pl.col("code").is_not_null()).then(pl.lit("bad_quality"))
)  # fmt: skip
