"""Labels that cannot belong to their stage: on the rule by which they do not teach, they do not judge either."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic
from models.base import Task
from models.learners.parts.sound import implausible


def set_aside(what: Characteristic, labels: pl.DataFrame) -> frozenset[str]:
    """Return the units whose labels lie so far from the others of the stage that they are errors, not quality.

    One label that is off by a factor of a hundred would else decide between two models.

    Parameters
    ----------
    what : Characteristic
    labels : polars.DataFrame
        ``unit_id, t_event, value``: all that are known of the stage.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> y = [41.2, 40.8, 41.0, 4120.0, 41.3, 40.9, 41.1, 41.0, 40.7]
    >>> at = [datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in range(9)]
    >>> labels = pl.DataFrame({"unit_id": list("abcdefghi"), "t_event": at, "value": y})
    >>> set_aside(Characteristic("width"), labels)
    frozenset({'d'})
    """
    if labels.is_empty():
        return frozenset()
    ordered = labels.sort("t_event", "unit_id")
    y = ordered["value"].to_numpy()
    task = Task(
        stage="judged",
        characteristic=what.name,
        columns=(),
        support_x=np.zeros((len(y), 0)),
        support_y=y,
        support_t=ordered["t_event"].dt.epoch("us").to_numpy() / 1e6,
        kind=what.kind,
        limits=(what.lower, what.target, what.upper),
    )
    return frozenset(ordered.filter(pl.Series(implausible(task)))["unit_id"].to_list())
