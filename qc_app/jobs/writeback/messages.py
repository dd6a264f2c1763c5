"""From predictions to messages: which are new, how far they are to be believed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from data_connectors.base import Quality
from data_connectors.writeback import Message, Outlet
from qc_app.store import Store

#: Of these the plant may think as of a measured value; what else answers is uncertain.
_TRUSTED = ("champion", "previous")
_NEWEST = 1


def new_messages(store: Store, outlet: Outlet, told_until: datetime | None, now: datetime) -> list[Message]:
    """Return what was predicted of units later than those told, oldest first, none older than the outlet stands.

    The first time only the newest unit is told: nobody steers by the past.

    Parameters
    ----------
    store : Store
    outlet : Outlet
    told_until : datetime or None
        Event time of the newest unit that was told.
    now : datetime
    """
    what = outlet.characteristic
    if told_until is None:
        rows = store.lake.predictions(outlet.stage, characteristic=what, last=_NEWEST)
    else:
        rows = store.lake.predictions(outlet.stage, characteristic=what, since=told_until)
        rows = rows.filter(pl.col("t_event") > told_until)
    young = [row for row in rows.iter_rows(named=True) if (now - row["t_event"]).total_seconds() <= outlet.max_age_s]
    return [message(outlet, row).checked(outlet) for row in young]


def message(outlet: Outlet, row: dict[str, Any]) -> Message:
    """Return one prediction as a message; without a value it is the dead one."""
    answered = row["mean"] is not None
    safe = outlet.dead_value
    value, lower, upper = (row[name] if answered else safe for name in ("mean", "lower", "upper"))
    quality, reason = _believed(row)
    told = Message(
        outlet.stage,
        outlet.characteristic,
        row["unit_id"],
        row["t_event"],
        value,
        value if lower is None else lower,
        value if upper is None else upper,
        quality,
        reason,
        row["model_id"] or "",
    )
    return told if answered else told.dead(outlet, "nothing answers for this stage")


def _believed(row: dict[str, Any]) -> tuple[Quality, str]:
    if row["tier"] not in _TRUSTED:
        return "uncertain", f"answered by {row['tier']}"
    if row["in_domain"] is False:
        return "uncertain", "the unit is unlike those that the model knows"
    return "good", ""
