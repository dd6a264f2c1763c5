"""The application: routes, errors, the edge, and what runs beside the requests."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.responses import JSONResponse

from qc_app.api import problems
from qc_app.api.description import describe
from qc_app.api.edge import PREFIX, Edge
from qc_app.api.known import Watch
from qc_app.api.office import AT_A_TIME, Office
from qc_app.api.routes import entries, probes, records, score, stages
from qc_app.api.scorers import Scorers
from qc_app.store import Store

#: Threads take turns this often: a model that is loaded must not hold up a question for the usual 5 ms.
TURN_S = 0.0005
Life = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_app(store: Store, *, warm: bool = True) -> FastAPI:
    """Return the application over an open store, which it closes at its end.

    Parameters
    ----------
    store : Store
    warm : bool
        Load the models of all stages when it starts, in the background.
    """
    scorers = Scorers(store)
    office = Office(store, Watch(store, scorers.follow), scorers)
    app = _routed(_life(office, warm=warm))
    app.state.office = office
    app.add_middleware(Edge, meter=office.meter)
    return app


def described() -> dict[str, Any]:
    """Return the OpenAPI description; no plant is needed for it."""
    return _routed(None).openapi()


def _routed(life: Life | None) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    inner = APIRouter(prefix=PREFIX)
    for room in (score, entries, stages, records):
        inner.include_router(room.router)
    app.include_router(inner)
    app.include_router(probes.router)
    problems.install(app)
    app.add_api_route(f"{PREFIX}/openapi.json", _described, include_in_schema=False)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # the way that the framework documents
    return app


async def _described(request: Request) -> Response:
    return JSONResponse(request.app.openapi())


def _life(office: Office, *, warm: bool) -> Life:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        del app
        before = sys.getswitchinterval()
        sys.setswitchinterval(TURN_S)
        anyio.to_thread.current_default_thread_limiter().total_tokens = AT_A_TIME
        await anyio.to_thread.run_sync(office.watch.start)
        if warm:
            threading.Thread(target=_warm, args=(office,), name="api-warm", daemon=True).start()
        yield
        await anyio.to_thread.run_sync(office.watch.stop)
        sys.setswitchinterval(before)
        office.store.close()

    return life


def _warm(office: Office) -> None:
    known = office.watch.peek()
    if known is not None:
        office.scorers.warm(known)
