"""What all routes share: the open store, what is known, models in memory, who may ask, what was counted."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import anyio
from fastapi import Depends, Request

from data_connectors.schema import Characteristic, Stage
from qc_app.actions import Actor
from qc_app.api.buckets import Buckets
from qc_app.api.known import Known, Watch
from qc_app.api.meter import Meter
from qc_app.api.problems import Refusal
from qc_app.api.scorers import Scorers
from qc_app.errors import StoreError
from qc_app.plant import Plant, nearest
from qc_app.records import ApiToken
from qc_app.store import Store

#: Requests that may wait for the store at a time; models are loaded apart from them.
AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class Office:
    """The service's own: one a process."""

    store: Store
    watch: Watch
    scorers: Scorers
    meter: Meter = field(default_factory=Meter)
    buckets: Buckets = field(default_factory=Buckets)
    loading: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(1))

    @property
    def plant(self) -> Plant:
        """The plant as it is defined now.

        Raises
        ------
        StoreError
            If none is defined, or the journal cannot be read.
        """
        return plant_of(self.watch.known())

    def now(self) -> datetime:
        """Return the plant's present moment."""
        return self.store.clock.now()


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that was let in, and the person it acts as in the audit trail."""

    token: ApiToken
    actor: Actor


async def office_of(request: Request) -> Office:
    """Return the office of the application that answers a request."""
    found: Office = request.app.state.office
    return found


OfficeOf = Annotated[Office, Depends(office_of)]


def plant_of(known: Known) -> Plant:
    """Return the plant of a look, or raise StoreError if none is defined."""
    if known.plant is None:
        raise StoreError("this home has no plant yet - apply one with `qc apply plant.toml`", "no_plant")
    return known.plant


def stage_of(plant: Plant, stage_id: str) -> Stage:
    """Return a stage of the plant.

    Raises
    ------
    Refusal
        404 with the nearest name.
    """
    for stage in plant.stages:
        if stage.id == stage_id:
            return stage
    known = [stage.id for stage in plant.stages]
    raise Refusal(404, f"there is no stage {stage_id[:200]!r} - {nearest(stage_id, known)}", near(stage_id, known))


def characteristic_of(stage: Stage, name: str) -> Characteristic:
    """Return a characteristic of a stage.

    Raises
    ------
    Refusal
        404 with the nearest name.
    """
    for what in stage.characteristics:
        if what.name == name:
            return what
    known = [what.name for what in stage.characteristics]
    words = f"stage {stage.id!r} has no characteristic {name[:200]!r} - {nearest(name, known)}"
    raise Refusal(404, words, near(name, known))


def near(name: str, known: list[str]) -> dict[str, str]:
    """Return the nearest known name as a member of a problem; empty where none is near."""
    found = difflib.get_close_matches(name, known, 1, 0.6)
    return {"nearest": found[0]} if found else {}
