"""The overview: one row a stage and characteristic, from the journal's latest values and the open alarms only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic, Stage
from qc_app.language import known, later, tr
from qc_app.plant import Plant
from qc_app.records import Alarm
from qc_app.store import Store
from qc_app.views.alarms.page import RINGS, concerning
from qc_app.views.figures import STATES, worst
from qc_app.views.moments import moment
from qc_app.views.recorded import recorded

SPARK = 30
_OF_PRIORITY = {"high": "act", "medium": "watch", "low": "ok"}
NO_DATA = later("No data yet: no unit of this stage has been read and predicted.")

_SCHEMA: dict[str, Any] = {
    "state": pl.String,
    "rank": pl.Int64,
    "line": pl.String,
    "stage": pl.String,
    "family": pl.String,
    "characteristic": pl.String,
    "unit": pl.String,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "share_out": pl.Float64,
    "index": pl.String,
    "index_value": pl.Float64,
    "index_lower": pl.Float64,
    "index_upper": pl.Float64,
    "stable": pl.Boolean,
    "drift": pl.String,
    "alarms": pl.Int64,
    "last_unit_at": pl.Datetime("us", "UTC"),
    "labels": pl.Int64,
    "labels_owed": pl.Int64,
    "model_at": pl.Datetime("us", "UTC"),
    "tier": pl.String,
    "spark": pl.List(pl.Float64),
    "results": pl.List(pl.List(pl.Float64)),
    "ringing": pl.List(pl.Int64),
    "sentence": pl.String,
    "since": pl.Datetime("us", "UTC"),
    "todo": pl.String,
}


@dataclass(frozen=True, slots=True)
class OverviewView:
    """All of the overview.

    Parameters
    ----------
    rows : polars.DataFrame
        One row a stage and characteristic, the worst first; `results` are measured values, each with its place along
        the `spark` (0 to 1), `ringing` the numbers of its alarms, an alarm of the stage as a whole in each of its rows.
    counts : mapping of str to int
        State -> rows.
    alarms_open, alarms_high, labels_owed : int
    at : datetime
        The moment it was read.
    """

    rows: pl.DataFrame
    counts: Mapping[str, int]
    alarms_open: int
    alarms_high: int
    labels_owed: int
    at: datetime


def overview(store: Store, plant: Plant) -> OverviewView:
    """Read the latest values and the open alarms; nothing is computed from rows."""
    latest = {(x.stage, x.characteristic): x.values for x in store.journal.latest.all()}
    alarms = [a for a in store.journal.alarms.list(open_only=True) if a.state in RINGS]
    of_stage: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        of_stage.setdefault(alarm.stage, []).append(alarm)
    rows = [
        _row(stage, what, latest.get((stage.id, what.name)), of_stage.get(stage.id, []))
        for stage in plant.stages
        for what in stage.characteristics
    ]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").sort(
        "rank", "alarms", "share_out", "line", "stage", descending=[False, True, True, False, False], nulls_last=True
    )
    counted = dict(frame.group_by("state").len().iter_rows())
    return OverviewView(
        rows=frame,
        counts={state: counted.get(state, 0) for state in STATES},
        alarms_open=len(alarms),
        alarms_high=sum(a.priority == "high" for a in alarms),
        labels_owed=int(frame["labels_owed"].sum()),
        at=store.clock.now(),
    )


def stage_states(store: Store, plant: Plant) -> dict[str, str]:
    """Return each stage's worst state, as on the overview."""
    rows = overview(store, plant).rows.sort("rank").unique("stage", keep="first", maintain_order=True)
    return dict(rows.select("stage", "state").iter_rows())


def _row(stage: Stage, what: Characteristic, values: Mapping[str, Any] | None, alarms: list[Alarm]) -> tuple[Any, ...]:
    mine = concerning(alarms, stage, what.name)
    standing = [a for a in mine if a.state != "returned"]
    v = dict(values or {})
    state = worst(v.get("state", "unknown"), *(_OF_PRIORITY[a.priority] for a in standing))
    told = str(v.get("state_sentence") or "")
    sentence = recorded(told) or ("" if values else tr(NO_DATA))
    first = next((alarm for alarm in standing if alarm.sentence == told), None)
    if standing and STATES[state][0] < STATES.get(v.get("state", "unknown"), (2,))[0]:
        first, sentence = standing[0], recorded(standing[0].sentence)
    return (
        state,
        STATES[state][0],
        stage.line,
        stage.id,
        stage.family,
        what.name,
        what.unit,
        what.lower,
        what.upper,
        *(v.get(k) for k in ("share_out", "index", "index_value", "index_lower", "index_upper", "stable")),
        v.get("drift", "unknown"),
        len(mine),
        moment(v.get("last_unit_at")),
        v.get("labels", 0),
        v.get("labels_owed", 0),
        moment(v.get("model_at")),
        v.get("tier", "none"),
        *_course(v.get("spark") or [], v.get("results") or []),
        [a.id for a in mine],
        sentence,
        *_asked(first or next(iter(standing), None)),
    )


def _asked(first: Alarm | None) -> tuple[datetime | None, str]:
    """Return since when the alarm stands that the sentence tells, and the first step of its plan that is not done."""
    if first is None:
        return None, ""
    left = [step for n, step in enumerate(first.steps) if n not in first.ticked]
    return first.raised, known(left[0]) if left else ""


def _course(values: list[Any], results: list[Any]) -> tuple[list[float], list[list[float]]]:
    """Return at most `SPARK` of the values, evenly spaced, the newest always among them; and where the results lie."""
    finite = [float(x) for x in values if x is not None]
    step = -(-len(finite) // SPARK) or 1
    thin = finite[::-1][::step][::-1]
    reach = step * (len(thin) - 1)
    met = [(back, value) for back, value in results if value is not None and back <= reach]
    return thin, [[1 - back / reach, float(value)] for back, value in met] if reach else []
