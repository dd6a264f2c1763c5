"""Under which grade, recipe or regime each unit was made, as its stage declares it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from data_connectors.schema import Stage
from qc_app.records import Event


def contexts_of(stage: Stage, rows: pl.DataFrame, events: Sequence[Event]) -> list[str | None] | None:
    """Return the declared context of some units, None for one that has none; None where none is declared.

    Parameters
    ----------
    stage : Stage
    rows : polars.DataFrame
        With ``t_event``, and the parameter that tells the context, where one does.
    events : sequence of Event
        Of the stage, oldest first; the text of the last one of the declared kind before a unit is its context.

    Examples
    --------
    >>> from data_connectors.schema import Parameter
    >>> press = Stage("p", "A", "press", (Parameter("grade"),), (), context="grade")
    >>> contexts_of(press, pl.DataFrame({"grade": [1.0, None]}), [])
    ['1', None]
    """
    if not stage.context:
        return None
    if stage.context in {p.name for p in stage.parameters}:
        return _by_value(rows, stage.context)
    return _by_event(rows["t_event"], [event for event in events if event.kind == stage.context])


def _by_value(rows: pl.DataFrame, parameter: str) -> list[str | None]:
    values = rows[parameter].to_list() if parameter in rows.columns else [None] * rows.height
    return [None if value is None else f"{value:g}" for value in values]


def _by_event(times: pl.Series, told: list[Event]) -> list[str | None]:
    at = np.array([e.at.timestamp() for e in told])
    places = np.searchsorted(at, [t.timestamp() for t in times], side="right")
    return [told[place - 1].text if place else None for place in places]
