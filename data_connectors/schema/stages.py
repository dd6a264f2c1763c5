"""What a stage measures: its parameters, its characteristics, its windows, and what it is fed by."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

from data_connectors.errors import DefinitionError
from data_connectors.schema.names import RESERVED, checked_name

Kind = Literal["continuous", "binary"]

LOT = "lot"
"""Subgroups by the lot of a unit: what stands before the slash in its id."""
LARGEST_SUBGROUP = 1000
#: Windows that one value may belong to.
MOST_OVERLAP = 64


@dataclass(frozen=True, slots=True)
class Parameter:
    """A process parameter of a stage: an input of its model.

    Parameters
    ----------
    name : str
        Unique within the stage.
    unit : str
        Unit of measure in which the plant works (pint's spelling, e.g. ``degC``, ``m/s``); empty for a pure number.
    low, high : float or None
        Physically possible range in `unit`; a value outside is not a value and is stored as bad.
    settable : bool
        Whether somebody at this stage can set it; the weather, wear and what came before are read, not set.
    """

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    settable: bool = True

    def __post_init__(self) -> None:
        """Check the name and the order of the limits."""
        object.__setattr__(self, "name", checked_name(self.name, "parameter"))
        if self.name in RESERVED:
            raise DefinitionError(f"parameter name {self.name!r} is reserved - choose another, e.g. {self.name}_value")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise DefinitionError(f"parameter {self.name!r}: low {self.low} is not below high {self.high} - swap them")


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A quality characteristic that inspection measures on a unit.

    Parameters
    ----------
    name : str
        Unique within the stage.
    unit : str
        Unit of measure; empty for a pure number or a defect.
    kind : {"continuous", "binary"}
        Binary: 1 is nonconforming, 0 is conforming.
    lower, target, upper : float or None
        Specification limits and nominal value in `unit`; any may be missing.
    gauge_sd : float or None
        Standard deviation of the measurement system in `unit`, where known.
    subgroup_size : int
        Rational subgroups of so many consecutive results; 1: each result stands alone on a chart.
    subgroup_by : str
        Neighbouring results that share this are one subgroup instead: ``lot``, or a parameter of the stage.
    """

    name: str
    unit: str = ""
    kind: Kind = "continuous"
    lower: float | None = None
    target: float | None = None
    upper: float | None = None
    gauge_sd: float | None = None
    subgroup_size: int = 1
    subgroup_by: str = ""

    def __post_init__(self) -> None:
        """Check name, kind, order of limits and the gauge."""
        object.__setattr__(self, "name", checked_name(self.name, "characteristic"))
        if self.kind not in {"continuous", "binary"}:
            raise DefinitionError(f"characteristic {self.name!r}: kind {self.kind!r} - use 'continuous' or 'binary'")
        limits = {"lower": self.lower, "target": self.target, "upper": self.upper}
        given = {name: value for name, value in limits.items() if value is not None}
        if [*given.values()] != sorted(given.values()) or (self.lower is not None and self.lower == self.upper):
            told = ", ".join(f"{name} {value:g}" for name, value in given.items())
            raise DefinitionError(f"characteristic {self.name!r}: {told} are out of order - they must rise")
        if self.gauge_sd is not None and not self.gauge_sd >= 0:
            raise DefinitionError(
                f"characteristic {self.name!r}: gauge_sd {self.gauge_sd} is negative - give a deviation"
            )
        if not 1 <= self.subgroup_size <= LARGEST_SUBGROUP or (self.subgroup_size > 1 and self.subgroup_by):
            raise DefinitionError(
                f"characteristic {self.name!r}: subgroup_size {self.subgroup_size}, subgroup_by {self.subgroup_by!r}"
                f" - give a size of 1 to {LARGEST_SUBGROUP}, or what the results of a subgroup share, not both"
            )


@dataclass(frozen=True, slots=True)
class Window:
    """How a continuous process without units is cut into windows, each of which is a unit.

    Windows begin at whole multiples of `step_s` since 1970 UTC and cover ``[begin, begin + length_s)``.

    Parameters
    ----------
    length_s, step_s : int
        Seconds that a window covers, and seconds from the beginning of one to that of the next.
    dead_s : int
        Seconds from the end of a window until its material is where quality is measured: the unit's time is the
        end of its window and this.
    hold_s : int or None
        For how many seconds at most a value stands until the next one comes; None: as long as a window.
    """

    length_s: int
    step_s: int
    dead_s: int = 0
    hold_s: int | None = None

    def __post_init__(self) -> None:
        """Check that the times make sense."""
        for name, least in (("length_s", 1), ("step_s", 1), ("dead_s", 0)):
            if getattr(self, name) < least:
                raise DefinitionError(f"window: {name} {getattr(self, name)} - give {least} or more whole seconds")
        if self.hold_s is not None and self.hold_s < 1:
            raise DefinitionError(f"window: hold_s {self.hold_s} - give 1 or more whole seconds, or leave it out")
        if self.length_s > MOST_OVERLAP * self.step_s:
            raise DefinitionError(
                f"window: a length_s of {self.length_s} with a step_s of {self.step_s} puts every value into more than"
                f" {MOST_OVERLAP} windows - make step_s longer"
            )

    @property
    def holds_s(self) -> int:
        """Seconds for which a value stands at most."""
        return self.length_s if self.hold_s is None else self.hold_s


@dataclass(frozen=True, slots=True)
class Feed:
    """How the units of an upstream stage are found for a unit, and what of them its models may read.

    Parameters
    ----------
    stage : str
        Id of an upstream stage, or of one further up.
    takes : tuple of str
        ``parameters``, ``predictions``, ``measurements`` (of quality), or names of single parameters.
    delay_s : float or None
        Where no links tell: units that passed the upstream stage so many seconds before, plus or minus
        `tolerance_s`, are the parents. None: only links tell.
    tolerance_s : float
    """

    stage: str
    takes: tuple[str, ...] = ()
    delay_s: float | None = None
    tolerance_s: float = 0.0

    def __post_init__(self) -> None:
        """Check the times and the names."""
        if self.delay_s is not None and not (self.delay_s >= 0 and self.tolerance_s > 0):
            raise DefinitionError(
                f"fed by {self.stage!r}: delay_s {self.delay_s} with tolerance_s {self.tolerance_s} finds nothing"
                " - give a delay of 0 or more seconds and a tolerance above 0"
            )
        if self.delay_s is None and self.tolerance_s:
            raise DefinitionError(f"fed by {self.stage!r}: tolerance_s without delay_s - give both, or neither")
        twice = sorted({name for name in self.takes if self.takes.count(name) > 1})
        if twice:
            raise DefinitionError(f"fed by {self.stage!r}: takes {twice[0]!r} twice - name it once")


@dataclass(frozen=True, slots=True)
class Stage:
    """One process segment on one line whose data and quality are modelled together.

    Parameters
    ----------
    id : str
        Unique in the plant.
    line : str
        The production line it belongs to.
    family : str
        Sister stages share a family: the same parameters and characteristics in the same units.
    parameters : tuple of Parameter
    characteristics : tuple of Characteristic
    upstream : tuple of str
        Ids of the stages whose units become this stage's units.
    fed_by : tuple of Feed
        How units of stages further up are found, and what of them the models of this stage may read.
    window : Window or None
        For a continuous process: its parameters are tags, and a window of their values is a unit.
    context : str
        What says under which grade, recipe or regime a unit was made: a parameter of few values, or a kind of event
        whose text names it, e.g. ``grade_change``. Drift is then judged at equal context; empty: none.
    """

    id: str
    line: str
    family: str
    parameters: tuple[Parameter, ...]
    characteristics: tuple[Characteristic, ...]
    upstream: tuple[str, ...] = ()
    fed_by: tuple[Feed, ...] = ()
    window: Window | None = None
    context: str = ""

    def __post_init__(self) -> None:
        """Check the names and that none is used twice."""
        object.__setattr__(self, "id", checked_name(self.id, "stage"))
        names = [p.name for p in self.parameters] + [c.name for c in self.characteristics]
        twice = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise DefinitionError(
                f"stage {self.id!r}: {', '.join(twice)} named twice - names must be unique in a stage"
            )
        shared = {LOT, *(p.name for p in self.parameters)}
        for what in self.characteristics:
            if what.subgroup_by and what.subgroup_by not in shared:
                raise DefinitionError(
                    f"stage {self.id!r}, characteristic {what.name!r}: subgroup_by {what.subgroup_by!r} is neither"
                    f" {LOT!r} nor a parameter of the stage - name one of them"
                )
        if self.id in self.upstream:
            raise DefinitionError(f"stage {self.id!r} names itself as upstream - remove it from 'upstream'")

    def characteristic(self, name: str) -> Characteristic:
        """Return the characteristic called `name`, or raise DefinitionError naming those there are."""
        for found in self.characteristics:
            if found.name == name:
                return found
        names = [c.name for c in self.characteristics]
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" - did you mean {near[0]!r}?" if near else ""
        raise DefinitionError(
            f"stage {self.id!r} has no characteristic {name!r}{hint} (has: {', '.join(names) or 'none'})"
        )
