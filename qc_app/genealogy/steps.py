"""One step up or down: parents and children of many units at once, by links, or by time where no link tells."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from data_connectors.schema import Feed, Stage
from qc_app.genealogy.by_time import matched
from qc_app.plant import Plant
from qc_app.store import Lake

_TIME = pl.Datetime("us", "UTC")
#: Columns of a relation: a unit, a unit of `stage` that is one step from it, the share of the lower one that came from
#: the upper one, and how that is known (`link` or `time`).
RELATIONS = pl.Schema(
    {"unit_id": pl.String(), "stage": pl.String(), "other": pl.String(), "share": pl.Float64(), "by": pl.String()}
)


@dataclass(frozen=True, slots=True)
class Steps:
    """Parents and children of units of a plant.

    Parameters
    ----------
    lake : Lake
    plant : Plant
    known_at : datetime, optional
        Only what was known then.
    """

    lake: Lake
    plant: Plant
    known_at: datetime | None = None
    _times: dict[str, pl.DataFrame] = field(default_factory=dict)

    def up(self, stage_id: str, units: Collection[str]) -> pl.DataFrame:
        """Return the parents of units of a stage: columns of `RELATIONS`."""
        linked = self.lake.links(stage_id, units=units, known_at=self.known_at)
        named = linked.select("unit_id", stage="parent_stage", other="parent", share="share", by=pl.lit("link"))
        parts = [named]
        for feed in self._timed(stage_id):
            told = linked.filter(pl.col("parent_stage") == feed.stage)["unit_id"]
            mine = self.times(stage_id).filter(pl.col("unit_id").is_in(list(set(units) - set(told))))
            parts.append(self._by_time(mine, feed.stage, *_reach(feed)))
        return pl.concat(parts).select(RELATIONS.names()).cast(RELATIONS)

    def down(self, stage_id: str, units: Collection[str]) -> pl.DataFrame:
        """Return the children of units of a stage: columns of `RELATIONS`."""
        parts = [pl.DataFrame(schema=RELATIONS)]
        for below in self.plant.stages:
            linked = self.lake.links(below.id, parents=units, parent_stage=stage_id, known_at=self.known_at)
            parts.append(
                linked.select(
                    unit_id="parent", stage=pl.lit(below.id), other="unit_id", share="share", by=pl.lit("link")
                )
            )
            feeds = (feed for feed in self._timed(below.id) if feed.stage == stage_id)
            parts += [self._children(below, stage_id, units, feed) for feed in feeds]
        return pl.concat(parts).cast(RELATIONS)

    def times(self, stage_id: str) -> pl.DataFrame:
        """Return ``unit_id`` and ``t_event`` of the units of a stage, by time; kept."""
        if stage_id not in self._times:
            columns = ["unit_id", "t_event"]
            self._times[stage_id] = self.lake.measurements(stage_id, known_at=self.known_at, columns=columns)
        return self._times[stage_id]

    def _timed(self, stage_id: str) -> Iterator[Feed]:
        """Yield what a stage is fed by after a transport time; a stage that the plant has no more is fed by nothing."""
        stages = (stage for stage in self.plant.stages if stage.id == stage_id)
        return (feed for stage in stages for feed in stage.fed_by if feed.delay_s is not None)

    def _by_time(self, mine: pl.DataFrame, stage_id: str, delay_s: float, tolerance_s: float) -> pl.DataFrame:
        others = self.times(stage_id)
        if mine.is_empty() or others.is_empty():
            return pl.DataFrame(schema=RELATIONS)
        middle, reach = timedelta(seconds=delay_s), timedelta(seconds=tolerance_s + 1)
        near = others.filter(
            pl.col("t_event").is_between(
                mine["t_event"].min() - middle - reach,  # type: ignore[operator]  # not empty
                mine["t_event"].max() - middle + reach,  # type: ignore[operator]
            )
        )
        found = matched(mine, near, delay_s, tolerance_s)
        return found.select("unit_id", stage=pl.lit(stage_id), other="parent", share="share", by=pl.lit("time"))

    def _children(self, below: Stage, stage_id: str, units: Collection[str], feed: Feed) -> pl.DataFrame:
        delay_s, tolerance_s = _reach(feed)
        mine = self.times(stage_id).filter(pl.col("unit_id").is_in(list(units)))
        found = self._by_time(mine, below.id, -delay_s, tolerance_s)
        children = found["other"].unique().to_list()
        linked = self.lake.links(below.id, units=children, parent_stage=stage_id, known_at=self.known_at)
        return found.filter(~pl.col("other").is_in(linked["unit_id"].unique().implode()))


def _reach(feed: Feed) -> tuple[float, float]:
    return feed.delay_s or 0.0, feed.tolerance_s
