"""The plant that is played: a few stages of the simulated one, each with one continuous characteristic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data_connectors.schema import Source, Stage
from data_connectors.synthetic import Fault
from qc_app.demo import plant_definition
from qc_app.plant import Plant
from qc_app.proof.episodes import QUALITY, START, family_of

LABEL_WINDOW_DAYS = 3
"""The simulated laboratory answers within 30 hours; three days without a result are late."""


def plant_of(seed: int, stages: Sequence[str], faults: tuple[Fault, ...] = ()) -> Plant:
    """Define the plant of one play.

    Parameters
    ----------
    seed : int
    stages : sequence of str
        Ids of the stages that are watched; the stages before them are made, and not read.
    faults : tuple of Fault

    Returns
    -------
    Plant

    Examples
    --------
    >>> [len(s.characteristics) for s in plant_of(1, ["rolling-1", "heat_treatment-1"]).stages]
    [1, 1]
    """
    whole = plant_definition(seed, START, faults=faults)
    kept = tuple(_stage(s, stages) for s in whole.stages if s.id in stages)
    sources = tuple(_source(s, stages) for s in whole.sources if s.stage in stages)
    return replace(whole, stages=kept, sources=sources, label_window_days=LABEL_WINDOW_DAYS)


def _stage(stage: Stage, stages: Sequence[str]) -> Stage:
    of_quality = tuple(c for c in stage.characteristics if c.name == QUALITY[family_of(stage.id)])
    return replace(stage, characteristics=of_quality, upstream=tuple(u for u in stage.upstream if u in stages))


def _source(source: Source, stages: Sequence[str]) -> Source:
    columns = dict(source.columns)
    if source.carries == "labels":
        name = QUALITY[family_of(source.stage)]
        columns = {name: columns[name]}
    return replace(source, columns=columns, parents={k: v for k, v in source.parents.items() if k in stages})
