"""Who answers for a stage: champion, previous, the stage's baseline, or nobody; models are loaded once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TypeVar

from models import Adapted, Learner, make_learner
from models.base import Task
from models.catalog import load_learner
from models.errors import ModelsError
from models.representations import Atlas
from models.state import from_bytes
from qc_app.errors import StoreError
from qc_app.framing import thaw, thaw_all
from qc_app.records import Pointers, Tier
from qc_app.store import Registry

log = logging.getLogger(__name__)

STATE = "state.safetensors"
MEMORY = "memory.safetensors"
BASELINE_ID = "stage_mean"
T = TypeVar("T")
_PRIORS = 3
_MODELS = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers, and with which model; `model` is None where nobody can."""

    tier: Tier
    model_id: str
    model: Adapted | None


class Answers:
    """Loads priors and stage models from the registry, and keeps the last few.

    Parameters
    ----------
    registry : Registry
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._priors: dict[str, Learner] = {}
        self._atlases: dict[str, Atlas | None] = {}
        self._models: dict[str, tuple[Adapted, frozenset[str]]] = {}

    def prior(self, prior_id: str) -> Learner:
        """Return the learner that was meta-trained as version `prior_id`."""
        if prior_id not in self._priors:
            data, _ = self._registry.get(prior_id)
            _room(self._priors, _PRIORS)
            self._priors[prior_id] = load_learner(from_bytes(data[STATE]))
        return self._priors[prior_id]

    def atlas(self, prior_id: str) -> Atlas | None:
        """Return the stages that the prior `prior_id` remembers, with how they look; None where it has no memory."""
        if prior_id not in self._atlases:
            data, _ = self._registry.get(prior_id)
            memory = thaw_all(from_bytes(data[MEMORY])) if MEMORY in data else []
            _room(self._atlases, _PRIORS)
            self._atlases[prior_id] = Atlas.of(memory) if memory else None
        return self._atlases[prior_id]

    def model(self, model_id: str) -> Adapted:
        """Return a stage's model, exactly as it was when it was registered."""
        return self._loaded(model_id)[0]

    def recipe(self, model_id: str) -> tuple[Learner, Task]:
        """Return the prior and the task that make up a stage's model."""
        data, manifest = self._registry.get(model_id)
        return self.prior(manifest["prior"]), thaw(from_bytes(data[STATE]))

    def task(self, answer: Answer, now: Task) -> Task:
        """Return the task that the answering model was adapted with; `now`, all that is known, for the baseline."""
        return self.recipe(answer.model_id)[1] if answer.tier in {"champion", "previous"} else now

    def seen(self, model_id: str | None) -> frozenset[str]:
        """Return the units whose labels the model was adapted with."""
        return self._loaded(model_id)[1] if model_id else frozenset()

    def answer(self, pointers: Pointers, task: Task) -> Answer:
        """Return the first of champion, previous and baseline that can answer.

        Parameters
        ----------
        pointers : Pointers
        task : Task
            All labels known, for the baseline.
        """
        named: tuple[tuple[Tier, str | None], ...] = (("champion", pointers.champion), ("previous", pointers.previous))
        for tier, model_id in named:
            if model_id is None:
                continue
            try:
                return Answer(tier, model_id, self.model(model_id))
            except (StoreError, ModelsError) as error:
                log.warning("%s %s of stage %r cannot answer: %s", tier, model_id, task.stage, error)
        if len(task.support_y):
            return Answer("baseline", BASELINE_ID, baseline(task))
        return Answer("none", "", None)

    def _loaded(self, model_id: str) -> tuple[Adapted, frozenset[str]]:
        if model_id not in self._models:
            _, manifest = self._registry.get(model_id)
            prior, task = self.recipe(model_id)
            adapted = prior.adapt(task)
            _room(self._models, _MODELS)
            self._models[model_id] = (adapted, frozenset(manifest["support_units"]))
        return self._models[model_id]


def baseline(task: Task) -> Adapted:
    """Return the stage's own mean with its interval: what any model must beat."""
    return make_learner("stage_mean").adapt(task)


def _room(kept: dict[str, T], most: int) -> None:
    while len(kept) >= most:
        kept.pop(next(iter(kept)))
