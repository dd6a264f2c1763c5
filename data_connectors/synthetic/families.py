"""The six stages: three families of equations on two sister lines."""

from __future__ import annotations

from data_connectors.errors import DefinitionError
from data_connectors.schema import Stage
from data_connectors.synthetic import casting, heat_treatment, rolling
from data_connectors.synthetic.scenario import LINES
from data_connectors.synthetic.signals import Family, Signal

FAMILIES: dict[str, Family] = {
    "casting": casting.FAMILY,
    "rolling": rolling.FAMILY,
    "heat_treatment": heat_treatment.FAMILY,
}


def stage_ids() -> tuple[str, ...]:
    """Ids of all stages, upstream first.

    Examples
    --------
    >>> stage_ids()[:3]
    ('casting-1', 'casting-2', 'rolling-1')
    """
    return tuple(f"{family}-{line}" for family in FAMILIES for line in LINES)


def split(stage: str) -> tuple[str, int]:
    """Return family and line of a stage id, or raise DefinitionError naming the stages there are.

    Examples
    --------
    >>> split("heat_treatment-2")
    ('heat_treatment', 2)
    """
    if stage not in stage_ids():
        raise DefinitionError(f"the simulated plant has no stage {stage!r} (has: {', '.join(stage_ids())})")
    family, line = stage.rsplit("-", 1)
    return family, int(line)


def signals(stage: str) -> tuple[Signal, ...]:
    """The parameters of a stage with their behaviour."""
    return FAMILIES[split(stage)[0]].signals


def unexplained(stage: str, characteristic: str) -> float:
    """Return the standard deviation that no recorded parameter explains (of a defect: in logits).

    Examples
    --------
    >>> unexplained("rolling-1", "thickness_deviation")
    6.0
    """
    found = {response.name: response.noise for response in FAMILIES[split(stage)[0]].responses}
    if characteristic not in found:
        raise DefinitionError(f"stage {stage!r} has no characteristic {characteristic!r} (has: {', '.join(found)})")
    return found[characteristic]


def upstream(stage: str) -> str | None:
    """The stage whose units become this one's."""
    family, line = split(stage)
    order = list(FAMILIES)
    return None if family == order[0] else f"{order[order.index(family) - 1]}-{line}"


def stage_definition(stage: str) -> Stage:
    """The stage as a plant definition has it.

    Examples
    --------
    >>> stage_definition("rolling-2").upstream
    ('casting-2',)
    """
    family, line = split(stage)
    parent = upstream(stage)
    return Stage(
        id=stage,
        line=f"line {line}",
        family=family,
        parameters=tuple(s.parameter for s in signals(stage)),
        characteristics=FAMILIES[family].characteristics,
        upstream=() if parent is None else (parent,),
    )


def stage_definitions() -> tuple[Stage, ...]:
    """All stages, upstream first."""
    return tuple(stage_definition(stage) for stage in stage_ids())
