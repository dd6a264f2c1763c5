"""Models in memory: who answers for a stage now, loaded once, exchanged when the pointer moves."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data_connectors.rows.windows import windowed
from data_connectors.schema import Characteristic, Stage
from models.errors import ModelsError
from qc_app.api.known import Known
from qc_app.clock import plant_day
from qc_app.errors import QcError, StoreError
from qc_app.jobs.model.answers import Answer, Answers
from qc_app.jobs.model.standing import YOUNG_FACTOR, answer_now
from qc_app.jobs.night import Night
from qc_app.plant import Plant
from qc_app.records import Pointers
from qc_app.store import Store

log = logging.getLogger(__name__)

MOST_STAGES = 256
#: A young champion or a baseline may change with the labels alone: looked at again after so long.
AGAIN_S = 900.0
Stamp = tuple[str, tuple[Pointers, ...]]


@dataclass(frozen=True, slots=True)
class Scorer:
    """Who answers for one characteristic.

    Parameters
    ----------
    what : Characteristic
    answer : Answer
    made : datetime or None
        When the model was made; None for a baseline.
    """

    what: Characteristic
    answer: Answer
    made: datetime | None


@dataclass(frozen=True, slots=True)
class StageScorers:
    """All that is needed to score a unit of a stage.

    Parameters
    ----------
    stage : Stage
        With all parameters that its models read.
    own : frozenset of str
        The stage's own parameters; the others come from stages further up and may be left out.
    of : mapping
        By characteristic.
    stamp : tuple
        What it stands on.
    settled : bool
        Only a move of the pointers changes who answers.
    at : float
        When it was loaded, monotonic seconds.
    """

    stage: Stage
    own: frozenset[str]
    of: Mapping[str, Scorer]
    stamp: Stamp
    settled: bool
    at: float


class Scorers:
    """The stages that were asked for, the newest `MOST_STAGES` of them.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answers = Answers(store.registry)
        self._of: dict[str, StageScorers] = {}
        self._lock = threading.Lock()

    def ready(self, stage_id: str) -> StageScorers | None:
        """Return a stage's models if they are in memory."""
        return self._of.get(stage_id)

    def load(self, stage_id: str, known: Known) -> StageScorers:
        """Return a stage's models, loaded if they are not in memory or not those of `known`; takes a second or so.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        plant = _plant(known)
        with self._lock:
            here, stamp = self._of.get(stage_id), _stamp(plant.stage(stage_id), known)
            if here is None or here.stamp != stamp or _may_have_changed(here):
                here = self._loaded(plant, stage_id, stamp)
                while len(self._of) >= MOST_STAGES and stage_id not in self._of:
                    self._of.pop(next(iter(self._of)))
                self._of[stage_id] = here
        return here

    def follow(self, known: Known) -> None:
        """Exchange what moved; one that cannot be loaded keeps its old models and is tried again."""
        plant = known.plant
        stages = {stage.id: stage for stage in plant.stages} if plant else {}
        for stage_id, here in list(self._of.items()):
            if plant is None or stage_id not in stages:
                self._of.pop(stage_id, None)
            elif here.stamp != _stamp(stages[stage_id], known) or _may_have_changed(here):
                self._try(stage_id, known)

    def warm(self, known: Known) -> None:
        """Load stages that nobody asked for yet, so that the first question is as fast as the others."""
        for stage in known.plant.stages[:MOST_STAGES] if known.plant else ():
            if stage.characteristics and stage.id not in self._of:
                self._try(stage.id, known)

    def _try(self, stage_id: str, known: Known) -> None:
        try:
            self.load(stage_id, known)
        except (QcError, ModelsError, OSError) as error:
            log.warning("the models of stage %r cannot be loaded: %s", stage_id, error)

    def _loaded(self, plant: Plant, stage_id: str, stamp: Stamp) -> StageScorers:
        now = self._store.clock.now()
        night = Night(self._store, plant, plant_day(now, plant.zone, plant.day_starts), now, self._answers)
        stage = plant.as_read(stage_id)
        own = frozenset(p.name for p in windowed(plant.stage(stage_id)).parameters)
        of = {what.name: self._scorer(night, stage, what) for what in stage.characteristics}
        log.info("models of stage %s are in memory: %s", stage_id, ", ".join(s.answer.tier for s in of.values()))
        settled = all(self._settled(plant, scorer) for scorer in of.values())
        return StageScorers(stage, own, of, stamp, settled, time.monotonic())

    def _scorer(self, night: Night, stage: Stage, what: Characteristic) -> Scorer:
        answer = answer_now(night, stage, what)
        versioned = answer.tier in {"champion", "previous"}
        made = self._store.journal.models.get(answer.model_id).created if versioned else None
        return Scorer(what, answer, made)

    def _settled(self, plant: Plant, scorer: Scorer) -> bool:
        if scorer.answer.tier != "champion":
            return False
        labels = self._store.journal.models.get(scorer.answer.model_id).n_labels
        return labels >= YOUNG_FACTOR * plant.gate.min_rows


def _plant(known: Known) -> Plant:
    if known.plant is None:
        raise StoreError("this home has no plant yet - apply one with `qc apply plant.toml`", "no_plant")
    return known.plant


def _stamp(stage: Stage, known: Known) -> Stamp:
    """Return what a stage's answers stand on: the plant's definition and the pointers."""
    return known.definition, tuple(known.pointers.get((stage.id, c.name), Pointers()) for c in stage.characteristics)


def _may_have_changed(here: StageScorers) -> bool:
    return not here.settled and time.monotonic() - here.at > AGAIN_S
