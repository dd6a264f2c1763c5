"""The dry run: what going live would change, in sentences, and the definition that would come into force."""

from __future__ import annotations

from dataclasses import dataclass

from qc_app.plant import Plant, difference, read_sheet, remarks, render, require_sound, shortened
from qc_app.store import Store
from qc_app.views.onboard.draft import Draft, proposed


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition that could come into force.

    Parameters
    ----------
    text : str
        As TOML.
    changes, notes : tuple of str
        What it changes, and what is odd about it.
    stages : int
        How many stages it adds.
    seen : int
        Number of the version that it was made from.
    """

    text: str
    changes: tuple[str, ...]
    notes: tuple[str, ...]
    stages: int
    seen: int


def plan_of(store: Store, plant: Plant, draft: Draft) -> Plan:
    """Return what a draft changes.

    Raises
    ------
    ActionError, PlantError
        If the draft is not complete, or does not fit into the plant.
    """
    new = proposed(plant, draft)
    known = set(remarks(plant))
    return _plan(store, plant, new, tuple(note for note in remarks(new) if note not in known), "the new stage")


def sheet_plan(store: Store, plant: Plant, text: str, where: str) -> Plan:
    """Return what a sheet of stages changes.

    Raises
    ------
    PlantError
        On anything in the sheet that is not understood, with row and column.
    """
    new = read_sheet(text, plant, where)
    known = set(remarks(plant))
    return _plan(store, plant, new, tuple(note for note in remarks(new) if note not in known), where)


def _plan(store: Store, plant: Plant, new: Plant, notes: tuple[str, ...], where: str) -> Plan:
    require_sound(new, store.clock.now, where)
    version = store.journal.plants.current()
    added = len({s.id for s in new.stages} - {s.id for s in plant.stages})
    changes = tuple(shortened(difference(plant, new)))
    return Plan(render(new), changes, notes, added, (version.id or 0) if version else 0)
