"""Marks of the simulated plant - tool changes and grade changes - into the journal."""

from __future__ import annotations

from datetime import datetime

from data_connectors.errors import DefinitionError
from data_connectors.schema import Source
from data_connectors.synthetic import SyntheticConnector
from qc_app.plant import Plant
from qc_app.records import Event
from qc_app.store import Store

AUTHOR = "simulated plant"


def simulated(plant: Plant) -> tuple[Source, ...]:
    """Return the process sources of the simulated plant, one a stage.

    Raises
    ------
    DefinitionError
        If the plant has none: it is not the simulated one.

    Examples
    --------
    >>> from qc_app.demo import plant_definition
    >>> len(simulated(plant_definition()))
    6
    """
    found = tuple(s for s in plant.sources if s.kind == SyntheticConnector.kind and s.carries == "measurements")
    if not found:
        raise DefinitionError(f"plant {plant.name!r} has no source of kind 'synthetic' - make one with `qc demo`")
    return found


def enter_events(store: Store, plant: Plant, since: datetime, until: datetime) -> int:
    """Enter the events of ``[since, until)`` that are not in the journal yet; return how many.

    Parameters
    ----------
    store : Store
    plant : Plant
        The simulated one.
    since, until : datetime
        Aware.
    """
    entered = 0
    for source in simulated(plant):
        there = {(e.at, e.kind) for e in store.journal.events.list(stage=source.stage, since=since)}
        marks = SyntheticConnector(source, store.clock.now).plant.events(source.stage, since, until)
        for stage, at, kind, text in marks.iter_rows():
            if (at, kind) not in there:
                store.journal.events.add(Event(stage, at, kind, text, AUTHOR))
                entered += 1
    return entered
