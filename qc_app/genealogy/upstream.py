"""Values of stages further up as columns of a stage's units; nothing that was known only after the unit came.

What may stand in a column (promise S9):

* a parameter, if its unit was made before; as it is known at the cut-off, like the stage's own parameters;
* a result, if it was measured before the unit was made and known before the unit came;
* a prediction, if it was made before the unit came.

A unit came when its first row did, so a later revision lets nothing in. What is not there is missing.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from data_connectors.schema import Feed, Stage
from qc_app.genealogy.steps import Steps
from qc_app.plant import Taken, taken
from qc_app.store import Store

#: Columns of pairs: a unit, one further up that it is made of, and the share that came from it.
PAIRS = pl.Schema({"unit_id": pl.String(), "parent": pl.String(), "share": pl.Float64()})


def widened(store: Store, steps: Steps, stage: Stage, rows: pl.DataFrame) -> pl.DataFrame:
    """Return units of a stage with the columns that its models read of stages further up.

    Parameters
    ----------
    store : Store
    steps : Steps
        With the cut-off of the night.
    stage : Stage
        Says by `fed_by` what is taken.
    rows : polars.DataFrame
        With ``unit_id`` and ``t_event``.

    Returns
    -------
    polars.DataFrame
        The rows in their order, with a Float64 column for each value taken; null where it is missing.
    """
    wanted = taken({s.id: s for s in steps.plant.stages}, stage)
    if not wanted:
        return rows
    units = rows.select("unit_id", "t_event").join(_came(store, steps, stage, wanted), on="unit_id", how="left")
    values = []
    for feed in stage.fed_by:
        mine = [one for one in wanted if feed.stage in one.stages and _takes(feed, one)]
        found = pairs(steps, stage, rows.select("unit_id"), feed).join(units, on="unit_id", how="inner")
        values += [_values(store, steps, feed, mine, found)] if mine else []
    told = pl.concat(values, how="diagonal")
    names = [one.column for one in wanted]
    merged = told.group_by("unit_id").agg(_mean(name) for name in names)
    return rows.drop(names, strict=False).join(merged, on="unit_id", how="left", maintain_order="left")


def pairs(steps: Steps, stage: Stage, units: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Return which units of a stage further up those of a stage are made of.

    Links from the one to the other count first; then, with a transport time, when they passed; else the links over the
    stages in between.

    Parameters
    ----------
    steps : Steps
    stage : Stage
    units : polars.DataFrame
        With ``unit_id``.
    feed : Feed
        Names the stage further up.

    Returns
    -------
    polars.DataFrame
        Columns of `PAIRS`; the shares of a unit need not sum to one.
    """
    names = units["unit_id"].unique()
    front = pl.DataFrame({"unit_id": names, "stage": stage.id, "at": names, "share": 1.0})
    seen = front.select("unit_id", "stage", "at")
    found = [pl.DataFrame(schema=PAIRS)]
    while front.height:
        up = _above(steps, front)
        if feed.delay_s is not None:
            up = up.filter(pl.col("stage") == feed.stage)
        fresh = up.join(seen, on=["unit_id", "stage", "at"], how="anti")
        seen = pl.concat([seen, fresh.select(seen.columns)])
        hit = fresh.filter(pl.col("stage") == feed.stage)
        found.append(hit.select("unit_id", parent="at", share="share"))
        front = fresh.join(hit, on=["unit_id", "stage", "at"], how="anti")
    return pl.concat(found)


def _above(steps: Steps, front: pl.DataFrame) -> pl.DataFrame:
    """Go one step up from everywhere at once; ways that meet again are one, with their shares added."""
    parts = [front.clear()]
    for (stage,), here in front.group_by("stage", maintain_order=True):
        up = steps.up(str(stage), here["at"].unique().to_list())
        went = here.join(up, left_on="at", right_on="unit_id", how="inner")
        share = pl.col("share") * pl.col("share_right").fill_null(1.0)
        parts.append(went.select("unit_id", stage="stage_right", at="other", share=share))
    joined = pl.concat(parts)
    return joined.group_by("unit_id", "stage", "at", maintain_order=True).agg(pl.col("share").sum())


def _came(store: Store, steps: Steps, stage: Stage, wanted: Iterable[Taken]) -> pl.DataFrame:
    """Return when the first row of each unit came; not looked for where no result and no prediction is taken."""
    if all(one.sort == "parameter" for one in wanted):
        return pl.DataFrame(schema={"unit_id": pl.String, "came": pl.Datetime("us", "UTC")})
    every = store.lake.measurements(stage.id, known_at=steps.known_at, columns=["unit_id", "t_ingest"], revisions=True)
    return every.group_by("unit_id").agg(came=pl.col("t_ingest").min())


def _values(store: Store, steps: Steps, feed: Feed, mine: Iterable[Taken], found: pl.DataFrame) -> pl.DataFrame:
    """Return one row a unit and unit further up, with what may be known of the latter, and its share as `_share`."""
    parameters = [one for one in mine if one.sort == "parameter"]
    columns = list(dict.fromkeys(["unit_id", "t_event", *(one.name for one in parameters)]))
    above = store.lake.measurements(feed.stage, known_at=steps.known_at, columns=columns)
    above = above.rename({"unit_id": "parent", "t_event": "_made"} | {one.name: one.column for one in parameters})
    earlier = pl.col("_made") <= pl.col("t_event")
    told = found.join(above, on="parent", how="left", maintain_order="left").with_columns(
        pl.when(earlier).then(one.column).alias(one.column) for one in parameters
    )
    for one in mine:
        if one.sort != "parameter":
            known = (_measured if one.sort == "measured" else _predicted)(store, feed.stage, one, found)
            told = told.join(known, on=["unit_id", "parent"], how="left", maintain_order="left")
    return told.select("unit_id", pl.col("share").alias("_share"), *(one.column for one in mine))


def _takes(feed: Feed, one: Taken) -> bool:
    sorts = {"parameter": "parameters", "measured": "measurements", "predicted": "predictions"}
    return sorts[one.sort] in feed.takes or (one.sort == "parameter" and one.name in feed.takes)


def _measured(store: Store, stage_id: str, one: Taken, found: pl.DataFrame) -> pl.DataFrame:
    history = store.journal.labels.history(stage_id, one.name).rename({"unit_id": "parent"})
    both = found.join(history.select("parent", "value", "t_measured", "t_known"), on="parent", how="inner")
    allowed = both.filter((pl.col("t_known") <= pl.col("came")) & (pl.col("t_measured") <= pl.col("t_event")))
    newest = allowed.sort("t_known", maintain_order=True).unique(["unit_id", "parent"], keep="last")
    return newest.select("unit_id", "parent", pl.col("value").alias(one.column))


def _predicted(store: Store, stage_id: str, one: Taken, found: pl.DataFrame) -> pl.DataFrame:
    history = store.lake.predictions(stage_id, characteristic=one.name, history=True).rename({"unit_id": "parent"})
    both = found.join(history.select("parent", "mean", "t_predicted"), on="parent", how="inner")
    allowed = both.filter(pl.col("t_predicted") <= pl.col("came"))
    newest = allowed.sort("t_predicted", maintain_order=True).unique(["unit_id", "parent"], keep="last")
    return newest.select("unit_id", "parent", pl.col("mean").alias(one.column))


def _mean(name: str) -> pl.Expr:
    """Return the mean over the units further up of which the value is there, by their shares."""
    there = pl.col(name).is_not_null()
    weight = pl.col("_share").filter(there)
    return ((pl.col(name).filter(there) * weight).sum() / weight.sum()).fill_nan(None).alias(name)
