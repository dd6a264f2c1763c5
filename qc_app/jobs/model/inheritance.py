"""What a new prior takes over from the one in force: its settings, and its memory of stages."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models import Learner, make_learner
from models.base import Task
from models.state import from_bytes
from qc_app import framing
from qc_app.errors import StoreError
from qc_app.jobs.model.answers import MEMORY
from qc_app.jobs.night import Night

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind of learner with its settings.

    Parameters
    ----------
    name : str
        As in `models.learner_names()`.
    settings : mapping
        JSON-able; what is not named is the learner's default.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def learner(self) -> Learner:
        """Return the untrained learner."""
        return make_learner(self.name, **self.settings)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON-able values.

        Examples
        --------
        >>> Recipe("ridge").plain()
        {'learner': 'ridge', 'settings': {}}
        """
        return {"learner": self.name, "settings": dict(self.settings)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Recipe:
        """Return what `plain` wrote."""
        return cls(str(plain["learner"]), dict(plain.get("settings") or {}))


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What the prior in force leaves to the next.

    Parameters
    ----------
    prior_id : str
        Empty before the first.
    recipe : Recipe or None
    memory : tuple of Task
        A few labels of every stage that it or its ancestors were trained on.
    known : frozenset of (str, str)
        Stages x characteristics that it was trained on, without the labels kept aside.
    """

    prior_id: str = ""
    recipe: Recipe | None = None
    memory: tuple[Task, ...] = ()
    known: frozenset[tuple[str, str]] = frozenset()


def inheritance(night: Night) -> Inheritance:
    """Read the prior in force; one from before there were memories has none, and nothing was kept aside from it.

    One that cannot be read leaves nothing either: a new prior is the cure.
    """
    prior_id = night.store.journal.models.pointers("", "").champion
    if prior_id is None:
        return Inheritance()
    try:
        data, manifest = night.store.registry.get(prior_id)
    except StoreError as error:
        log.warning("the prior in force leaves nothing to the next: %s", error)
        return Inheritance(prior_id)
    if MEMORY not in data:
        return Inheritance(prior_id, Recipe.of(manifest))
    known = frozenset((str(stage), str(what)) for stage, what, _ in manifest["tasks"])
    return Inheritance(prior_id, Recipe.of(manifest), tuple(framing.thaw_all(from_bytes(data[MEMORY]))), known)
