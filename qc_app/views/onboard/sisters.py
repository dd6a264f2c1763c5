"""Which stages a new one is like: proposed with the reason, by what is known of both."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import polars as pl

from data_connectors.errors import DefinitionError
from data_connectors.rows.units import require_convertible
from data_connectors.schema import Stage
from models.errors import ModelsError
from models.representations import Atlas
from models.state import from_bytes
from qc_app import framing
from qc_app.errors import QcError
from qc_app.language import tr
from qc_app.plant import Plant
from qc_app.store import Registry, Store
from qc_app.views.onboard.draft import SET, Chosen, Draft, stage_of
from qc_app.views.onboard.outcome import Trial
from qc_app.views.recorded.likeness import likeness

_MOST = 5
_ALIKE = 0.6
_MEMORY = "memory.safetensors"


@dataclass(frozen=True, slots=True)
class Sister:
    """A stage of the plant that a new one is like.

    Parameters
    ----------
    stage, family : str
    reason : str
        What they share, in words.
    distance : float
        0 is the same, about 1 as far as two stages usually are; NaN where only the definitions were compared.
    matched, parameters : int
        How many of its parameters have a column here, and how many it has.
    """

    stage: str
    family: str
    reason: str
    distance: float
    matched: int
    parameters: int

    @property
    def fits(self) -> bool:
        """Whether the new stage can be of its family: every parameter has a column."""
        return self.matched == self.parameters > 0


def sisters(store: Store, plant: Plant, draft: Draft, trial: Trial) -> list[Sister]:
    """Return the stages that a draft is most like, those that fit first, then the nearest.

    Likeness is that of `models.representations`, over the stages that the prior in force remembers; stages that it
    does not know are compared by their definitions.

    Parameters
    ----------
    store : Store
    plant : Plant
    draft : Draft
    trial : Trial
        The sample as ingest would store it.
    """
    near = _nearest(store, plant, draft, trial)
    found = [_sister(draft, stage, *near.get(stage.id, (float("nan"), ""))) for stage in plant.stages]
    likely = [s for s in found if s.matched or s.stage in near]
    return sorted(likely, key=lambda s: (not s.fits, -s.matched / max(s.parameters, 1), _order(s.distance)))[:_MOST]


def as_sister(draft: Draft, stage: Stage) -> Draft:
    """Return the draft in the family of a stage: its names, its units, its limits where none were given."""
    changed = replace(draft, family=stage.family)
    matched = _pairs(draft.used(SET), [p.name for p in stage.parameters])
    for name, chosen in matched.items():
        parameter = next(p for p in stage.parameters if p.name == name)
        low = parameter.low if chosen.low is None else chosen.low
        high = parameter.high if chosen.high is None else chosen.high
        changed = changed.with_column(replace(_renamed(chosen, name, parameter.unit), low=low, high=high))
    for chosen in draft.used(SET):
        if chosen not in matched.values():
            changed = changed.with_column(replace(chosen, use="left out", why="the family has no such parameter"))
    for name, chosen in _pairs(draft.results(), [c.name for c in stage.characteristics]).items():
        changed = changed.with_result(chosen, _renamed(chosen, name, stage.characteristic(name).unit))
    return changed


def _renamed(chosen: Chosen, name: str, unit: str) -> Chosen:
    delivered = chosen.unit or unit
    try:
        require_convertible(delivered, unit, name)
    except DefinitionError:
        delivered = unit
    return replace(chosen, name=name, unit=delivered, works_in="" if delivered == unit else unit)


def _sister(draft: Draft, stage: Stage, distance: float, reason: str) -> Sister:
    names = [p.name for p in stage.parameters]
    matched = len(_pairs(draft.used(SET), names))
    words = tr("{matched} of its {names} parameters have a column here", matched=matched, names=len(names))
    return Sister(
        stage.id, stage.family, f"{words}, {likeness(reason)}" if reason else words, distance, matched, len(names)
    )


def _pairs(offered: Sequence[Chosen], names: list[str]) -> dict[str, Chosen]:
    """Return for each name the column that is called most alike, each column once."""
    left = {_bare(c.name): c for c in offered}
    found: dict[str, Chosen] = {}
    for cutoff in (1.0, _ALIKE):
        for name in names:
            close = [] if name in found else difflib.get_close_matches(_bare(name), left, n=1, cutoff=cutoff)
            if close:
                found[name] = left.pop(close[0])
    return found


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _order(distance: float) -> float:
    return distance if distance == distance else 9.0  # noqa: PLR0124 - NaN comes last


def _nearest(store: Store, plant: Plant, draft: Draft, trial: Trial) -> dict[str, tuple[float, str]]:
    """Return distance and reason by stage, as far as the prior in force remembers stages."""
    prior = store.journal.models.pointers("", "").champion
    atlas = None if prior is None else _atlas(store.registry.root, prior)
    results = draft.results()
    if atlas is None or not results or not plant.stages:
        return {}
    names = [[p.name for p in stage.parameters] for stage in plant.stages]
    likest = max(range(len(names)), key=lambda i: len(_pairs(draft.used(SET), names[i])) / max(len(names[i]), 1))
    as_it = as_sister(draft, plant.stages[likest])
    was, is_now = (*draft.columns, *draft.owed), (*as_it.columns, *as_it.owed)
    called = {c.name: n.name for c, n in zip(was, is_now, strict=True)}
    rows = trial.rows.rename({old: new for old, new in called.items() if old in trial.rows.columns and old != new})
    try:
        stage, _ = stage_of(as_it)
        task = framing.task(stage, called[results[0].name], rows, trial.labels_of(results[0].name))
        found = atlas.nearest(task, len(atlas.stages))
    except (QcError, ModelsError, pl.exceptions.PolarsError):
        return {}
    return {n.stage: (n.distance, n.reason) for n in reversed(found)}


@lru_cache(maxsize=4)
def _atlas(root: Path, prior: str) -> Atlas | None:
    data, _ = Registry(root).get(prior)
    memory = framing.thaw_all(from_bytes(data[_MEMORY])) if _MEMORY in data else []
    return Atlas.of(memory) if memory else None
