"""For machines that watch machines: alive, ready, numbers. No token; not for the outside.

A proxy passes on ``/api/`` alone. Whoever comes by way of one all the same (it says so in its headers) gets no answer.
"""

from __future__ import annotations

import json

from fastapi import APIRouter, Depends, Request, Response

from qc_app.api.metrics import MEDIA, exposition
from qc_app.api.office import OfficeOf
from qc_app.api.problems import Refusal
from qc_app.api.shapes.answered import Alive, Ready
from qc_app.views.models.readiness import readiness

_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def near_only(request: Request) -> None:
    """Let pass who comes directly.

    Raises
    ------
    Refusal
        404 for what came through a proxy.
    """
    if any(name in request.headers for name in _PROXIED):
        raise Refusal(404, "this address is not for the outside - ask from the machine itself")


router = APIRouter(tags=["probes"], dependencies=[Depends(near_only)])


@router.get("/healthz")
async def healthz() -> Alive:
    """Say that the process answers; nothing is asked of the store."""
    return Alive(status="alive")


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}})
def readyz(office: OfficeOf) -> Response:
    """Say whether the store can be written, why not, and how old the newest good value is."""
    found = readiness(office.store)
    told = Ready(ready=not found.reasons, reasons=list(found.reasons), last_value_age_s=found.last_value_age_s)
    return Response(json.dumps(told.model_dump()), 503 if found.reasons else 200, media_type="application/json")


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(office: OfficeOf) -> Response:
    """Return the numbers of plant and service for Prometheus."""
    return Response(exposition(office), headers={"Content-Type": MEDIA})
