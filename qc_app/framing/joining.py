"""Which unit a result belongs to (S8): the one it names, else one of the lot it names, by time; the rule is kept."""

from __future__ import annotations

from typing import Literal

import polars as pl

from qc_app.framing.tasks import LOT_SIGN


def to_units(labels: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return the labels of known units, each with the unit's time and the rule that found it.

    A label whose ``unit_id`` is that of a unit belongs to it (``unit``). One that names a lot instead (units
    ``lot/...``) belongs to the lot's last unit made when it was measured, or to the first one made after (``lot``); a
    unit's own label goes before one of its lot, and of several of a lot on one unit the latest known counts.

    Parameters
    ----------
    labels : polars.DataFrame
        In order of ``t_known``; ``unit_id`` and ``t_measured`` among its columns.
    units : polars.DataFrame
        ``unit_id`` and ``t_event``.

    Returns
    -------
    polars.DataFrame
        The labels' columns, ``t_event`` and ``joined``; a label that fits no unit waits for it.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> hour = lambda h: datetime(2026, 3, 1, h, tzinfo=UTC)
    >>> units = pl.DataFrame({"unit_id": ["H7/1", "H7/2", "solo"], "t_event": [hour(6), hour(8), hour(7)]})
    >>> labels = pl.DataFrame({"unit_id": ["solo", "H7"], "value": [1.0, 2.0], "t_measured": [hour(9), hour(7)]})
    >>> to_units(labels, units).select("unit_id", "value", "joined").rows()
    [('solo', 1.0, 'unit'), ('H7/1', 2.0, 'lot')]
    """
    own = labels.join(units, on="unit_id", how="inner", maintain_order="left").with_columns(joined=pl.lit("unit"))
    rest = labels.join(units, on="unit_id", how="anti", maintain_order="left")
    if rest.is_empty() or not units["unit_id"].str.contains(LOT_SIGN, literal=True).any():
        return own
    found = _of_lots(rest.with_row_index("_place"), units)
    found = found.join(own, on="unit_id", how="anti").sort("_place").unique("unit_id", keep="last", maintain_order=True)
    return pl.concat([own, found.select(own.columns)])


def _of_lots(labels: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return labels that name a lot, each on a unit of it."""
    lots = units.with_columns(lot=pl.col("unit_id").str.split_exact(LOT_SIGN, 1).struct.field("field_0"))
    lots = lots.filter(pl.col("unit_id").str.contains(LOT_SIGN, literal=True)).sort("t_event", "unit_id")
    asked = labels.rename({"unit_id": "lot"}).sort("t_measured", "_place")
    made = _nearest(asked, lots, "backward")
    after = made.filter(pl.col("unit_id").is_null()).drop("unit_id", "t_event")
    later = _nearest(after, lots, "forward")
    return pl.concat([made, later]).drop_nulls("unit_id").with_columns(joined=pl.lit("lot"))


def _nearest(labels: pl.DataFrame, lots: pl.DataFrame, strategy: Literal["backward", "forward"]) -> pl.DataFrame:
    """Return the labels, each with the unit of its lot that is nearest in time on one side; null where none is."""
    return labels.join_asof(
        lots, left_on="t_measured", right_on="t_event", by="lot", strategy=strategy, coalesce=False,
        check_sortedness=False,
    )  # fmt: skip
