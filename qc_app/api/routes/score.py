"""Scoring: what the stage's models say of a unit that is told here; nothing is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import anyio
import numpy as np
from fastapi import APIRouter, Depends

from data_connectors.schema import Parameter
from models.base import Array, Prediction
from qc_app.api.admission import Scores, scores, within_rate
from qc_app.api.office import Office, OfficeOf, near, plant_of, stage_of
from qc_app.api.problems import Refusal
from qc_app.api.scorers import Scorer, StageScorers
from qc_app.api.shapes.answered import BatchOut, ModelName, Predicted, Scored
from qc_app.api.shapes.asked import BatchIn, ScoreIn, UnitIn
from qc_app.plant import nearest

router = APIRouter(tags=["scoring"])
#: A unit of a batch costs so much of the rate: a batch is cheaper than its units one by one.
COST_OF_UNIT = 0.05
_INLINE = 4


@router.post("/score", dependencies=[Depends(scores)])
async def score(body: ScoreIn, office: OfficeOf) -> Scored:
    """Say what every characteristic of one unit is expected to be, with interval, anomaly and who answers."""
    stage = await _scorers(office, body.stage)
    return _answer(office, stage, [body])[0]


@router.post("/score/batch")
async def score_batch(body: BatchIn, office: OfficeOf, caller: Scores) -> BatchOut:
    """Score up to 2,000 units of one stage; each costs a twentieth of a request of the token's rate."""
    within_rate(office, caller.token.key, caller.token.per_minute, COST_OF_UNIT * len(body.units))
    stage = await _scorers(office, body.stage)
    if len(body.units) <= _INLINE:
        return BatchOut(stage=body.stage, units=_answer(office, stage, body.units))
    found = await anyio.to_thread.run_sync(_answer, office, stage, body.units)
    return BatchOut(stage=body.stage, units=found)


async def _scorers(office: Office, stage_id: str) -> StageScorers:
    """Return the stage's models; only the first question about a stage waits for them."""
    known = office.watch.known()
    stage_of(plant_of(known), stage_id)
    found = office.scorers.ready(stage_id)
    if found is not None:
        return found
    return await anyio.to_thread.run_sync(office.scorers.load, stage_id, known, limiter=office.loading)


def _answer(office: Office, stage: StageScorers, units: Sequence[UnitIn]) -> list[Scored]:
    now = office.now()
    times = [unit.t_event or now for unit in units]
    x, remarks = _matrix(stage, units)
    t = np.array([moment.timestamp() for moment in times])
    said = [_said(scorer, x, t, now) for scorer in stage.of.values()]
    return [
        Scored(unit_id=unit.unit_id, t_event=at, predictions=[of[i] for of in said], remarks=remarks[i])
        for i, (unit, at) in enumerate(zip(units, times, strict=True))
    ]


def _matrix(stage: StageScorers, units: Sequence[UnitIn]) -> tuple[Array, list[list[str]]]:
    """Return the values as models read them, and what was not believed.

    Raises
    ------
    Refusal
        422 naming a parameter that is missing or unknown, and the nearest.
    """
    parameters = stage.stage.parameters
    x = np.full((len(units), len(parameters)), np.nan)
    remarks: list[list[str]] = []
    for row, unit in enumerate(units):
        _check_names(stage, unit.values, row if len(units) > 1 else None)
        doubts = []
        for column, parameter in enumerate(parameters):
            value = unit.values.get(parameter.name)
            doubt = "" if value is None else _doubt(parameter, value)
            if value is not None and not doubt:
                x[row, column] = value
            doubts += [doubt] if doubt else []
        remarks.append(doubts)
    return x, remarks


def _check_names(stage: StageScorers, values: Mapping[str, float | None], row: int | None) -> None:
    known = [p.name for p in stage.stage.parameters]
    unknown = [name for name in values if name not in known]
    missing = [name for name in known if name in stage.own and name not in values]
    if not unknown and not missing:
        return
    where = f"stage {stage.stage.id!r}" + ("" if row is None else f", unit {row}")
    if unknown:
        free = [name for name in known if name not in values]
        words = f"{where}: no parameter {unknown[0][:200]!r} - {nearest(unknown[0], free or known)}"
        guess = near(unknown[0], free or known)
    else:
        words = f"{where}: parameter {missing[0]!r} is missing - give it, or null where it was not measured"
        guess = near(missing[0], list(values))
    raise Refusal(422, words, {"unknown": unknown[:20], "missing": missing[:20], **guess})


def _doubt(parameter: Parameter, value: float) -> str:
    """Return why a value cannot be, as the readers of sources judge it; empty if it can."""
    low = -math.inf if parameter.low is None else parameter.low
    high = math.inf if parameter.high is None else parameter.high
    if low <= value <= high:
        return ""
    limit = low if value < low else high
    return f"{parameter.name} {value:g} {parameter.unit} is physically impossible (limit {limit:g}): left out"


def _said(scorer: Scorer, x: Array, t: Array, now: datetime) -> list[Predicted]:
    answer = scorer.answer
    age = None if scorer.made is None else max((now - scorer.made).total_seconds(), 0.0)
    model = ModelName(id=answer.model_id, created=scorer.made, age_s=age)
    found = None if answer.model is None else answer.model.predict(x, t)
    return [_one(scorer, model, found, i) for i in range(len(x))]


def _one(scorer: Scorer, model: ModelName, found: Prediction | None, i: int) -> Predicted:
    numbers = (None,) * 4 if found is None else tuple(
        _finite(array[i]) for array in (found.mean, found.lower, found.upper, found.anomaly)
    )  # fmt: skip
    mean, lower, upper, anomaly = numbers
    return Predicted(
        characteristic=scorer.what.name,
        unit=scorer.what.unit,
        mean=mean,
        lower=lower,
        upper=upper,
        level=None if found is None else found.level,
        anomaly=anomaly,
        in_domain=None if found is None else bool(found.in_domain[i]),
        tier=scorer.answer.tier,
        model=model,
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
