"""How good the predictions of a stage are: every score with its band, realised and estimated over time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.language import later, tr
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.views.moments import moment, wall_ms_of
from qc_app.views.recorded import recorded

PERFORM = "perform"
#: Score -> heading, whether it is a share.
WORDS = {
    "mae": (later("Error, mean absolute"), False),
    "rmse": (later("Error, root mean square"), False),
    "share": (later("Error as share of the tolerance"), True),
    "coverage": (later("Inside its interval (promised 90 %)"), True),
    "rank": (later("Order right (rank correlation)"), False),
    "misses": (later("Misses: out, predicted in"), True),
    "false_alarms": (later("False alarms: in, predicted out"), True),
    "naive": (later("Error of the stage's mean"), False),
    "recent": (later("Error of the newest ten labels"), False),
}
_SERIES: dict[str, Any] = {
    "t": pl.Float64, "t_end": pl.Float64, "middle": pl.Float64, "labels": pl.Int64, "units": pl.Int64,
    "realised": pl.Float64, "realised_lower": pl.Float64, "realised_upper": pl.Float64,
    "estimated": pl.Float64, "estimated_lower": pl.Float64, "estimated_upper": pl.Float64,
    "naive": pl.Float64, "refusal": pl.String,
}  # fmt: skip
_SCORE: dict[str, Any] = {
    "name": pl.String, "score": pl.String, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "share": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PerformanceView:
    """How good the predictions of one characteristic are.

    Parameters
    ----------
    characteristic : Characteristic
    sentence : str
        Realised, beside the baseline, beside the estimate.
    scores : polars.DataFrame
        ``name, score, value, lower, upper, share``: on the newest labels, with bands by lot.
    series : polars.DataFrame
        A row a stretch of time: ``t, t_end, middle`` (wall milliseconds), ``labels, units``, realised and estimated
        error with bands, ``naive``, ``refusal`` (why nothing could be estimated).
    estimate : mapping
        Of the newest units without label: ``value, lower, upper, n, refusal``.
    at : datetime or None
    """

    characteristic: Characteristic
    sentence: str
    scores: pl.DataFrame
    series: pl.DataFrame
    estimate: Mapping[str, Any]
    at: datetime | None

    def value(self, name: str) -> float | None:
        """Return one of the scores (a key of `WORDS`), None where it is not known."""
        found = self.scores.filter(pl.col("name") == name)["value"]
        return None if found.is_empty() else found[0]


def performance_view(store: Store, plant: Plant, stage_id: str, characteristic: str) -> PerformanceView:
    """Read what the last night said of the performance.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    what = plant.stage(stage_id).characteristic(characteristic)
    done = [r for r in store.journal.runs.list(job=PERFORM, stage=stage_id, last=5) if r.status == "done"]
    found = done[-1].numbers["what"].get(what.name, {}) if done else {}
    scores = [
        (name, tr(WORDS[name][0]), *_band(found["now"].get(name)), WORDS[name][1]) for name in WORDS if found.get("now")
    ]
    series = [_stretch(one, plant.zone) for one in found.get("series", ())]
    return PerformanceView(
        characteristic=what,
        sentence=recorded(found.get("sentence") or "") or tr("No night has scored this characteristic yet."),
        scores=pl.DataFrame(scores, schema=_SCORE, orient="row"),
        series=pl.DataFrame(series, schema=_SERIES, orient="row"),
        estimate=found.get("estimate", {}),
        at=done[-1].ended if done else None,
    )


def _band(found: Mapping[str, Any] | None) -> tuple[float | None, float | None, float | None]:
    told = found or {}
    value, lower, upper = (_number(told.get(key)) for key in ("value", "lower", "upper"))
    return value, lower, upper


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _stretch(one: Mapping[str, Any], zone: str) -> tuple[Any, ...]:
    begin, end = (moment(one[key]) for key in ("from", "to"))
    at = [wall_ms_of(m, zone) if m else None for m in (begin, end)]
    middle = (at[0] + at[1]) / 2 if at[0] is not None and at[1] is not None else None
    estimate = one["estimate"]
    return (*at, middle, one["labels"], one["units"], *_band(one.get("mae")), *_band(estimate),
            _band(one.get("naive"))[0], estimate.get("refusal", ""))  # fmt: skip
