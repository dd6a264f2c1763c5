"""Reading: alarms, model versions, runs, health."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from qc_app.alarming.states import AlarmState
from qc_app.api.admission import reads
from qc_app.api.office import OfficeOf, stage_of
from qc_app.api.paging import Cursor, Limit, page, tagged
from qc_app.api.problems import Refusal
from qc_app.api.shapes.answered import AlarmOut, AlarmsOut, HealthOut, ModelOut, ModelsOut, RunOut, RunsOut
from qc_app.api.shapes.asked import Moment
from qc_app.records import Alarm, ModelStatus, ModelVersion, Priority, Run, RunStatus
from qc_app.views.alarms.page import RINGS, urgency
from qc_app.views.models.night import night_account
from qc_app.views.models.readiness import readiness

router = APIRouter(tags=["reading"], dependencies=[Depends(reads)])
Word = Annotated[str, Query(max_length=200)]
NEWEST_ALARMS, NEWEST_RUNS = 2000, 5000
LOOKED_BACK = timedelta(days=7)


@router.get("/alarms", response_model=AlarmsOut)
def alarms(
    request: Request,
    *,
    office: OfficeOf,
    stage: Word = "",
    state: AlarmState | Literal[""] = "",
    priority: Priority | Literal[""] = "",
    kind: Word = "",
    limit: Limit = 100,
    cursor: Cursor = "",
    all: bool = False,  # noqa: A002 - the word of the address
) -> Response:
    """List open alarms, the most urgent first; with `all` also those that are over, of the newest 2,000."""
    if stage:
        stage_of(office.plant, stage)
    known = office.store.journal.alarms.list(open_only=not all, stage=stage or None, last=NEWEST_ALARMS)
    tests = (("state", state), ("priority", priority), ("kind", kind))
    found = [a for a in known if all_equal(a, tests)]
    here, following = page(sorted(found, key=urgency), cursor, limit)
    return tagged(request, AlarmsOut(alarms=[_alarm(a) for a in here], next=following))


@router.get("/alarms/{number}", response_model=AlarmOut)
def alarm(
    request: Request,
    *,
    office: OfficeOf,
    number: Annotated[int, Path(ge=1, le=2**53)],
) -> Response:
    """Tell one alarm."""
    found = office.store.journal.alarms.get(number)
    if found is None:
        raise Refusal(404, f"there is no alarm {number} - GET /api/v1/alarms lists those there are")
    return tagged(request, _alarm(found))


@router.get("/models", response_model=ModelsOut)
def models(
    request: Request,
    *,
    office: OfficeOf,
    stage: Word = "",
    characteristic: Word = "",
    status: ModelStatus | Literal[""] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Response:
    """List model versions, the newest first."""
    if stage:
        stage_of(office.plant, stage)
    known = office.store.journal.models.list(stage=stage or None, characteristic=characteristic or None)
    found = [m for m in reversed(known) if not status or m.status == status]
    here, following = page(found, cursor, limit)
    return tagged(request, ModelsOut(models=[_model(m) for m in here], next=following))


@router.get("/models/{id}", response_model=ModelOut)
def model(
    request: Request,
    *,
    office: OfficeOf,
    id: Annotated[str, Path(max_length=64, description="Id of a version.")],  # noqa: A002 - the word of the answer
) -> Response:
    """Tell one model version."""
    found = next((m for m in office.store.journal.models.list() if m.id == id), None)
    if found is None:
        raise Refusal(404, f"there is no model {id!r} - GET /api/v1/models lists those there are")
    return tagged(request, _model(found))


@router.get("/runs", response_model=RunsOut)
def runs(
    request: Request,
    *,
    office: OfficeOf,
    stage: Word = "",
    job: Word = "",
    status: RunStatus | Literal[""] = "",
    since: Moment | None = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Response:
    """List what ran, the newest first; default: of the last seven days."""
    start: datetime = since or office.now() - LOOKED_BACK
    known = office.store.journal.runs.list(since=start, job=job or None, stage=stage or None, last=NEWEST_RUNS)
    found = [r for r in reversed(known) if not status or r.status == status]
    here, following = page(found, cursor, limit)
    return tagged(request, RunsOut(runs=[_run(r) for r in here], next=following))


@router.get("/health", response_model=HealthOut)
def health(request: Request, office: OfficeOf) -> Response:
    """Tell whether the plant is looked after: store, newest value, last night, open alarms."""
    found, plant = readiness(office.store), office.plant
    night = night_account(office.store, plant, datetime.now(UTC))
    standing = [a for a in office.store.journal.alarms.list(open_only=True) if a.state in RINGS]
    told = HealthOut(
        ready=not found.reasons,
        reasons=list(found.reasons),
        last_value_at=found.last_value_at,
        last_value_age_s=found.last_value_age_s,
        night=night.short,
        night_ended=night.ended,
        alarms_open=len(standing),
        alarms_high=sum(a.priority == "high" for a in standing),
    )
    return tagged(request, told)


def all_equal(fact: object, tests: tuple[tuple[str, str], ...]) -> bool:
    """Whether a fact has the values asked for; an empty one lets everything through.

    Examples
    --------
    >>> all_equal(timedelta(days=1), (("days", ""),))
    True
    """
    return all(not wanted or getattr(fact, name) == wanted for name, wanted in tests)


def _alarm(found: Alarm) -> AlarmOut:
    return AlarmOut(**{name: value for name, value in asdict(found).items() if name in AlarmOut.model_fields})


def _model(found: ModelVersion) -> ModelOut:
    return ModelOut(**{name: value for name, value in asdict(found).items() if name in ModelOut.model_fields})


def _run(found: Run) -> RunOut:
    told = {name: value for name, value in asdict(found).items() if name in RunOut.model_fields}
    return RunOut(**{**told, "plant_day": found.plant_day.isoformat()})
