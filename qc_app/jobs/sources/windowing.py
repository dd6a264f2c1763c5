"""Units of continuous stages: windows over the samples that came, made once complete and again when late ones come."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from data_connectors.catalog import is_live
from data_connectors.errors import DefinitionError
from data_connectors.rows.row_hash import row_hash
from data_connectors.rows.windows import tall, unit_rows, windowed
from data_connectors.schema import Source, Stage, Window
from qc_app.jobs.sources.watermark import standings, watermark
from qc_app.plant import Plant
from qc_app.store import Store, conservation

#: The source under which the lake keeps the units that were made of samples.
SOURCE = "windows"


def samples_come(stage: Stage, source: Source) -> bool:
    """Whether a source delivers samples that are stored; a live source makes windows of them on its way.

    A kind that is not there is not live: making its connector says what is wrong.
    """
    if stage.window is None or source.carries != "measurements":
        return False
    try:
        return not is_live(source.kind)
    except DefinitionError:
        return True


def named_by_time(stage: Stage, source: Source) -> Source:
    """Return how a source is read: a row of samples is told by its moment, for there is no unit yet."""
    return replace(source, unit_column=source.time_column) if samples_come(stage, source) else source


def as_delivered(stage: Stage, source: Source) -> Stage:
    """Return the stage as the rows of a source have it: tags where samples come, else the parameters of units."""
    return stage if samples_come(stage, source) else windowed(stage)


def assemble(store: Store, plant: Plant, stage: Stage) -> int:
    """Make units of what came since the last time; safe to repeat after a crash at any point.

    Parameters
    ----------
    store : Store
    plant : Plant
    stage : Stage
        With a window.

    Returns
    -------
    int
        Units that are new or were revised.
    """
    window, lake = stage.window, store.lake
    if window is None:
        return 0
    version, before = lake.samples_version(stage.id), _Mark.of(lake.checkpoint(stage.id, SOURCE))
    came = lake.samples(stage.id, after=before.version)
    now = store.clock.now()
    sources = [s for s in plant.sources_of(stage.id, "measurements") if samples_come(stage, s)]
    told = watermark(standings(store, sources), now)
    if told is None or (came.is_empty() and told <= before.told):
        return 0
    first = came["t_event"].min()
    since = min(first, before.told) if isinstance(first, datetime) else before.told
    rows = _units(store, stage, window, since, told)
    made = _shaped(rows, now)
    receipt = lake.commit(windowed(stage), SOURCE, made, _Mark(version, told).text(), made.height, 0)
    conservation.book(store, receipt)
    return receipt.counts.new + receipt.counts.revisions


class _Mark:
    """Up to which samples, and to which moment, windows are made."""

    def __init__(self, version: int, told: datetime) -> None:
        self.version, self.told = version, told

    @classmethod
    def of(cls, text: str | None) -> _Mark:
        if text is None:
            return cls(-1, datetime.fromisoformat("1970-01-01T00:00:00+00:00"))
        found = json.loads(text)
        return cls(int(found["version"]), datetime.fromisoformat(found["told"]))

    def text(self) -> str:
        return json.dumps({"version": self.version, "told": self.told.isoformat()})


def _units(store: Store, stage: Stage, window: Window, since: datetime, told: datetime) -> pl.DataFrame:
    """Return the windows that end after `since` and not after `told`: all that may be new or other than before."""
    tags = [p.name for p in stage.parameters]
    reach = timedelta(seconds=window.length_s + window.holds_s)
    raw = store.lake.samples(stage.id, since=None if since.year == 1970 else since - reach)
    judged = raw.with_columns(_quality(tag).alias(f"{tag} quality") for tag in tags if tag in raw.columns)
    samples = tall(judged, "t_event", tags, {tag: f"{tag} quality" for tag in tags})
    made = unit_rows(samples, window, tags)
    end = pl.col("t_event") - timedelta(seconds=window.dead_s)
    return made.filter((end > since) & (end <= told))


def _quality(tag: str) -> pl.Expr:
    """Return how good a value is, as its row notes it."""
    noted = pl.col("quality").str.json_path_match(f"$['{tag}'][0]")
    return pl.coalesce(noted, pl.lit("good"))


def _shaped(rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Return units as the lake takes them; equal statistics give an equal hash, so nothing is revised without need."""
    said = rows.rename({"t_event": "t_source"})
    return rows.with_columns(
        pl.col("t_event").alias("t_source"),
        pl.lit(now).cast(pl.Datetime("us", "UTC")).alias("t_ingest"),
        pl.lit(None, pl.String).alias("quality"),
        row_hash(said),
    )
