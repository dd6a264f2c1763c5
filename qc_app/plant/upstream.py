"""What models of a stage read of the stages further up, and under which names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from data_connectors.rows.windows import windowed
from data_connectors.schema import Feed, Parameter, Stage
from qc_app.errors import PlantError
from qc_app.plant.nearest import nearest

Sort = Literal["parameter", "measured", "predicted"]
SORTS: Mapping[str, Sort] = {"parameters": "parameter", "measurements": "measured", "predictions": "predicted"}


@dataclass(frozen=True, slots=True)
class Taken:
    """One column that models of a stage read of a stage further up.

    Parameters
    ----------
    column : str
        ``<family>.<name>``, and what it is where it is no parameter: sisters so keep the same columns.
    stages : tuple of str
        Where it comes from; several of one family are averaged.
    name : str
        The parameter or characteristic there.
    unit : str
    sort : {"parameter", "measured", "predicted"}
    """

    column: str
    stages: tuple[str, ...]
    name: str
    unit: str
    sort: Sort


def ancestors(stages: Mapping[str, Stage], stage_id: str) -> tuple[str, ...]:
    """Return all stages further up, the nearest first.

    Examples
    --------
    >>> line = {"a": Stage("a", "L", "a", (), ()), "b": Stage("b", "L", "b", (), (), ("a",)),
    ...         "c": Stage("c", "L", "c", (), (), ("b",))}
    >>> ancestors(line, "c")
    ('b', 'a')
    """
    found: dict[str, None] = {}
    front = list(stages[stage_id].upstream)
    while front:
        found |= dict.fromkeys(front)
        front = [above for stage in front for above in stages[stage].upstream if above not in found]
    return tuple(found)


def taken(stages: Mapping[str, Stage], stage: Stage) -> tuple[Taken, ...]:
    """Return the columns that models of a stage read of stages further up, in the order of the definition.

    Parameters
    ----------
    stages : mapping of str to Stage
        All of the plant, by id.
    stage : Stage

    Examples
    --------
    >>> cast = Stage("cast-1", "L", "cast", (Parameter("superheat", "degC"),), ())
    >>> roll = Stage("roll-1", "L", "roll", (), (), ("cast-1",), (Feed("cast-1", ("parameters",)),))
    >>> [t.column for t in taken({"cast-1": cast, "roll-1": roll}, roll)]
    ['cast.superheat']
    """
    found: dict[str, Taken] = {}
    for feed in stage.fed_by:
        for one in _of_feed(windowed(stages[feed.stage]), feed.takes):
            before = found.get(one.column)
            found[one.column] = replace(one, stages=(*before.stages, *one.stages)) if before else one
    return tuple(found.values())


def everything(stages: Mapping[str, Stage], stage: Stage) -> Stage:
    """Return the stage as if it took all parameters and measurements of every stage further up: to look for causes."""
    declared = {feed.stage: feed for feed in stage.fed_by}
    takes = ("parameters", "measurements")
    feeds = [replace(declared.get(above, Feed(above)), takes=takes) for above in ancestors(stages, stage.id)]
    return replace(stage, fed_by=tuple(feeds))


def as_read(stages: Mapping[str, Stage], stage: Stage) -> Stage:
    """Return the stage with all parameters that its models read: its own (of windows: statistics), then those taken.

    What is taken has happened when the unit comes here, so nobody can set it here.
    """
    own = windowed(stage)
    more = tuple(Parameter(one.column, one.unit, settable=False) for one in taken(stages, stage))
    return replace(own, parameters=(*own.parameters, *more)) if more else own


def check_feeds(stages: Mapping[str, Stage]) -> None:
    """Raise PlantError where a stage is fed by one that is not further up, or takes what that one does not have."""
    for stage in stages.values():
        there = ancestors(stages, stage.id)
        named = [feed.stage for feed in stage.fed_by]
        for feed in stage.fed_by:
            where = f"stage {stage.id!r}, fed_by {feed.stage!r}"
            if feed.stage not in there:
                raise PlantError(f"{where}: that stage is not further up - {nearest(feed.stage, there)}")
            if named.count(feed.stage) > 1:
                raise PlantError(f"{where}: named twice - keep one of the two")
            known = [*SORTS, *(p.name for p in windowed(stages[feed.stage]).parameters)]
            for name in feed.takes:
                if name not in known:
                    raise PlantError(f"{where}: it has no {name!r} to take - {nearest(name, known)}")
        own = {p.name for p in windowed(stage).parameters} | {c.name for c in stage.characteristics}
        for one in taken(stages, stage):
            if one.column in own:
                raise PlantError(f"stage {stage.id!r}: {one.column!r} is its own and taken too - rename the parameter")


def _of_feed(above: Stage, takes: Iterable[str]) -> Iterable[Taken]:
    wanted = set(takes)
    for p in above.parameters:
        if "parameters" in wanted or p.name in wanted:
            yield Taken(f"{above.family}.{p.name}", (above.id,), p.name, p.unit, "parameter")
    for what in above.characteristics:
        for sort in ("measurements", "predictions"):
            if sort in wanted:
                name = f"{above.family}.{what.name} {SORTS[sort]}"
                yield Taken(name, (above.id,), what.name, what.unit, SORTS[sort])
