"""Reading: stages, their predictions, and what changed at them."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Depends, Query, Request, Response

from data_connectors.rows.windows import windowed
from data_connectors.schema import Stage
from qc_app.api.admission import reads
from qc_app.api.office import Office, OfficeOf, characteristic_of, stage_of
from qc_app.api.paging import Cursor, Limit, cursor, page, place_of, tagged, wrong_cursor
from qc_app.api.shapes.answered import (
    CharacteristicOut,
    DriftOut,
    DriftsOut,
    ParameterOut,
    PredictionOut,
    PredictionsOut,
    StageDetail,
    StageOut,
    StagesOut,
)
from qc_app.api.shapes.asked import Moment
from qc_app.plant import Plant
from qc_app.records import DriftReport
from qc_app.views import stage_states

router = APIRouter(tags=["reading"], dependencies=[Depends(reads)])
Word = Annotated[str, Query(max_length=200)]
StageName = Annotated[str, Query(max_length=200, description="Id of a stage.", examples=["casting-1"])]


@router.get("/stages", response_model=StagesOut)
def stages(
    request: Request,
    *,
    office: OfficeOf,
    line: Word = "",
    family: Word = "",
    state: Word = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Response:
    """List the stages with the state that the overview shows; filters let through what equals them."""
    plant = office.plant
    states = stage_states(office.store, plant)
    found = [_listed(stage, states.get(stage.id, "unknown")) for stage in plant.stages]
    wanted = [
        s for s in found if all(not w or w == is_ for w, is_ in ((line, s.line), (family, s.family), (state, s.state)))
    ]
    here, following = page(wanted, cursor, limit)
    return tagged(request, StagesOut(stages=here, next=following))


@router.get("/stage", response_model=StageDetail)
def stage(request: Request, office: OfficeOf, id: StageName) -> Response:  # noqa: A002 - the word of the answer
    """Tell one stage: what its models read, what it measures, and its newest numbers."""
    plant = office.plant
    found = stage_of(plant, id)
    latest = {one.characteristic: dict(one.values) for one in office.store.journal.latest.get(id)}
    return tagged(request, _detail(plant, found, latest))


@router.get("/predictions", response_model=PredictionsOut)
def predictions(
    request: Request,
    *,
    office: OfficeOf,
    stage: StageName,
    characteristic: Word = "",
    unit_id: Word = "",
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Response:
    """Read stored predictions, the newest units first; of each unit the newest prediction."""
    what = characteristic_of(stage_of(office.plant, stage), characteristic).name if characteristic else None
    before = _place(cursor)
    frame = _newest(office, (stage, what, unit_id or None), (since, until), before, limit + 1)
    rows = list(frame.iter_rows(named=True))
    here = rows[:limit]
    following = _cursor(here[-1]) if len(rows) > limit else ""
    return tagged(request, PredictionsOut(predictions=[PredictionOut(**_finite(r)) for r in here], next=following))


@router.get("/drift", response_model=DriftsOut)
def drift(request: Request, office: OfficeOf, stage: StageName) -> Response:
    """Tell what changed at a stage by its newest night, the largest effect first."""
    stage_of(office.plant, stage)
    found = sorted(
        office.store.journal.drift.newest(stage), key=lambda r: (not r.matters, not r.drifted, -abs(r.effect))
    )
    return tagged(request, DriftsOut(drift=[_verdict(report) for report in found]))


def _listed(stage: Stage, state: str) -> StageOut:
    names = [what.name for what in stage.characteristics]
    return StageOut(id=stage.id, line=stage.line, family=stage.family, state=state, characteristics=names)


def _detail(plant: Plant, stage: Stage, latest: dict[str, dict[str, object]]) -> StageDetail:
    own = {p.name for p in windowed(stage).parameters}
    return StageDetail(
        id=stage.id,
        line=stage.line,
        family=stage.family,
        upstream=list(stage.upstream),
        parameters=[
            ParameterOut(name=p.name, unit=p.unit, low=p.low, high=p.high, required=p.name in own, settable=p.settable)
            for p in plant.as_read(stage.id).parameters
        ],
        characteristics=[
            CharacteristicOut(name=c.name, unit=c.unit, kind=c.kind, lower=c.lower, target=c.target, upper=c.upper)
            for c in stage.characteristics
        ],
        latest=latest,
    )


def _newest(
    office: Office,
    of: tuple[str, str | None, str | None],
    span: tuple[datetime | None, datetime | None],
    before: tuple[datetime, str, str] | None,
    n: int,
) -> pl.DataFrame:
    """Read the newest `n` predictions before a place; deeper where many share the place's moment."""
    since, until = span
    end = min((m for m in (until, before[0] if before else None) if m is not None), default=None)
    depth = n
    while True:
        found = office.store.lake.predictions(
            of[0], characteristic=of[1], unit_id=of[2], since=since, until=end, last=depth
        )
        ordered = found.sort("t_event", "unit_id", "characteristic", descending=True)
        fresh = ordered if before is None else ordered.filter(_after(before))
        if fresh.height >= n or found.height < depth:
            return fresh.head(n)
        depth *= 4


def _after(place: tuple[datetime, str, str]) -> pl.Expr:
    moment, unit, what = (pl.lit(part) for part in place)
    same = pl.col("t_event") == moment
    later = (pl.col("unit_id") < unit) | ((pl.col("unit_id") == unit) & (pl.col("characteristic") < what))
    return (pl.col("t_event") < moment) | (same & later)


def _place(shown: str) -> tuple[datetime, str, str] | None:
    place = place_of(shown)
    if not place:
        return None
    parts = place.split("\n")
    try:
        moment = datetime.fromisoformat(parts[0])
    except ValueError:
        raise wrong_cursor() from None
    if len(parts) != 3 or moment.tzinfo is None or not 1970 < moment.year < 2105:
        raise wrong_cursor()
    return moment, parts[1], parts[2]


def _cursor(row: dict[str, object]) -> str:
    moment = row["t_event"]
    told = moment.isoformat() if isinstance(moment, datetime) else ""
    return cursor(f"{told}\n{row['unit_id']}\n{row['characteristic']}")


def _finite(row: dict[str, object]) -> dict[str, object]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}


def _verdict(report: DriftReport) -> DriftOut:
    numbers = _finite({name: getattr(report, name) for name in ("statistic", "threshold", "effect")})
    return DriftOut(
        stage=report.stage,
        characteristic=report.characteristic,
        plant_day=report.plant_day.isoformat(),
        drift_of=report.drift_of,
        subject=report.subject,
        test=report.test,
        drifted=report.drifted,
        matters=report.matters,
        sentence=report.sentence,
        **numbers,
    )
