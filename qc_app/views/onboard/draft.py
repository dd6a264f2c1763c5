"""What a person has chosen of a new stage so far, and the stage and sources that it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from data_connectors.errors import DefinitionError
from data_connectors.schema import Characteristic, Kind, Parameter, Source, Stage
from qc_app.errors import ActionError
from qc_app.plant import Plant

#: What a column is used for.
Use = Literal["parameter", "result", "quality", "left out"]
SET: Use = "parameter"
MEASURED: Use = "result"
QUALITY: Use = "quality"
UNUSED: Use = "left out"
_FEWEST = 1
#: What 0 and 1 look like where a column of numbers only says good or bad.
TWO = ({"0", "1"}, {"0.0", "1.0"})
_ARRIVING = "results"
_NUMBER = re.compile(r"[-+]?\d+([.,]\d*)?")
#: Of a source that speaks by itself: each moment is a unit of its own, and the time at which a value was told.
EACH, ARRIVAL = "unit_id", "time"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one column of the source is used for.

    Parameters
    ----------
    column : str
        As the source calls it; empty: not there, its values are entered or come later.
    use : {"parameter", "result", "quality", "left out"}
    name : str
        What the plant calls it.
    unit : str
        In which it comes.
    works_in : str
        In which the plant works, where that is another unit.
    low, high : float or None
        Physically possible range of a parameter; specification limits of a result.
    target : float or None
        Of a result.
    binary : bool
        Whether a result only says good (0) or bad (1).
    kinds, bad : tuple of str
        The few texts that stand in it, and those of them that mean bad.
    of : str
        For a quality: the column of which it tells.
    why, example : str
    """

    column: str
    use: Use
    name: str
    unit: str = ""
    works_in: str = ""
    low: float | None = None
    high: float | None = None
    target: float | None = None
    binary: bool = False
    kinds: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    of: str = ""
    why: str = ""
    example: str = ""

    @property
    def texts(self) -> bool:
        """Whether a few texts stand in it, such as OK and NOK, and no numbers."""
        return any(not _NUMBER.fullmatch(kind) for kind in self.kinds)

    @property
    def in_words(self) -> bool:
        """Whether it says good or bad, and not by 0 and 1."""
        return self.binary and bool(self.kinds) and set(self.kinds) not in TWO

    @property
    def plant_unit(self) -> str:
        """The unit in which the plant keeps it."""
        return self.works_in or self.unit


@dataclass(frozen=True, slots=True)
class Draft:
    """A stage that is not in the plant yet.

    Parameters
    ----------
    stage, line : str
    kind : str
        Of its source.
    settings : mapping
        Of its source.
    unit_column, time_column : str
    zone : str
        Of times that name none; empty where they do.
    decimal : {".", ","}
    columns : tuple of Chosen
    owed : tuple of Chosen
        Results that no column holds: they arrive in a folder of their own, or are entered on the page Labels.
    family : str
        Empty: a family of its own.
    live : bool
        The source speaks by itself.
    by_tag : bool
        Each column is a tag that tells its own values; else a row is told as a whole.
    arriving : Draft or None
        The folder in which owed results arrive.
    places : mapping of str to str
        Of such a folder: the column of each result that it holds.
    """

    stage: str = ""
    line: str = ""
    kind: str = "file_folder"
    settings: Mapping[str, Any] = field(default_factory=dict)
    unit_column: str = ""
    time_column: str = ""
    zone: str = ""
    decimal: Literal[".", ","] = "."
    columns: tuple[Chosen, ...] = ()
    owed: tuple[Chosen, ...] = ()
    family: str = ""
    live: bool = False
    by_tag: bool = False
    arriving: Draft | None = None
    places: Mapping[str, str] = field(default_factory=dict)

    def used(self, use: Use) -> tuple[Chosen, ...]:
        """Return the columns that are used so; those that name unit and time are no parameter."""
        taken = {self.unit_column, self.time_column}
        return tuple(c for c in self.columns if c.use == use and (c.column not in taken or use == MEASURED))

    def results(self) -> tuple[Chosen, ...]:
        """Return what is to be predicted: the results among the columns, and those that are owed."""
        return (*self.used(MEASURED), *self.owed)

    def by_hand(self) -> tuple[Chosen, ...]:
        """Return the results that no column and no folder holds: they are entered on the page Labels."""
        places = self.arriving.places if self.arriving is not None else {}
        return tuple(c for c in self.owed if not places.get(c.name))

    def with_owed(self, names: Sequence[str]) -> Draft:
        """Return the draft with results of these names that no column holds; those that it had keep what is known."""
        known = {c.name: c for c in self.owed}
        wanted = dict.fromkeys(name.strip() for name in names if name.strip())
        return replace(self, owed=tuple(known.get(name, Chosen("", MEASURED, name)) for name in wanted))

    def with_column(self, changed: Chosen) -> Draft:
        """Return the draft with one column changed."""
        columns = tuple(changed if c.column == changed.column else c for c in self.columns)
        return replace(self, columns=columns)

    def with_result(self, known: Chosen, changed: Chosen) -> Draft:
        """Return the draft with one result changed, whether a column holds it or it is owed."""
        if known.column:
            return self.with_column(changed)
        return replace(self, owed=tuple(changed if c == known else c for c in self.owed))


def stage_of(draft: Draft) -> tuple[Stage, tuple[Source, ...]]:
    """Return the stage and the sources that a draft stands for.

    Returns
    -------
    stage : Stage
    sources : tuple of Source
        Of measurements; of labels where a result is among the columns; of results that arrive in their own folder.

    Raises
    ------
    ActionError
        If something is missing or cannot be; says at which step.
    """
    if not draft.stage.strip() or not draft.line.strip():
        raise ActionError("the stage has no name or no line - fill both at step 1, Source")
    if not draft.unit_column or not draft.time_column:
        raise ActionError("nothing names the unit or its time - choose both at step 2, Columns")
    for chosen in draft.results():
        if chosen.in_words and not 0 < len(chosen.bad) < len(chosen.kinds):
            where = chosen.column or chosen.name
            raise ActionError(f"nothing says what means bad in {where!r} - choose it at step 3, Results")
    if len(draft.used(SET)) < _FEWEST:
        raise ActionError("no column is a parameter - a model needs at least one; choose it at step 2, Columns")
    results = _results(draft)
    try:
        stage = _stage(draft, results)
        measured, labelled = _sources(draft)
    except DefinitionError as error:
        raise ActionError(f"{error} (step 2, Columns)") from None
    sources = (measured, labelled) if draft.used(MEASURED) else (measured,)
    return stage, (*sources, *_arriving(draft))


def _arriving(draft: Draft) -> tuple[Source, ...]:
    """Return the source of results that arrive in a folder of their own, where there is one."""
    read = draft.arriving
    told = [c for c in draft.owed if read is not None and read.places.get(c.name)]
    if read is None or not told:
        return ()
    if not read.unit_column or not read.time_column:
        raise ActionError("nothing names the unit or time of the arriving results - choose both at step 3, Results")
    columns = {c.name: read.places[c.name] for c in told if c.name != read.places[c.name]}
    stage, settings = draft.stage.strip(), {**read.settings, **_words(told)}
    own = (read.unit_column, read.time_column, read.zone or None)
    try:
        source = Source(
            f"{stage} {_ARRIVING}", read.kind, stage, "labels", *own, columns, decimal=read.decimal, settings=settings
        )
    except DefinitionError as error:
        raise ActionError(f"{error} (step 3, Results)") from None
    return (source,)


def proposed(plant: Plant, draft: Draft) -> Plant:
    """Return the plant with the drafted stage.

    Raises
    ------
    ActionError, PlantError
        If the draft is not complete, or does not fit into the plant.
    """
    if draft.stage in {s.id for s in plant.stages}:
        raise ActionError(f"there is a stage {draft.stage!r} already - give the new one another name at step 1, Source")
    stage, sources = stage_of(draft)
    return replace(plant, stages=(*plant.stages, stage), sources=(*plant.sources, *sources))


def at_once(source: Source) -> Source:
    """Return a source that does not wait until files have settled: only a sample is read, and nothing is stored."""
    if source.kind != "file_folder":
        return source
    return replace(source, settings={**source.settings, "settle_s": 0})


def _results(draft: Draft) -> tuple[Characteristic, ...]:
    try:
        return tuple(_characteristic(c) for c in draft.results())
    except DefinitionError as error:
        raise ActionError(f"{error} (step 3, Results)") from None


def _stage(draft: Draft, results: tuple[Characteristic, ...]) -> Stage:
    parameters = tuple(Parameter(c.name, c.plant_unit, c.low, c.high) for c in draft.used(SET))
    return Stage(draft.stage.strip(), draft.line.strip(), draft.family or draft.stage.strip(), parameters, results)


def _characteristic(chosen: Chosen) -> Characteristic:
    kind: Kind = "binary" if chosen.binary else "continuous"
    limits = (None, None, None) if chosen.binary else (chosen.low, chosen.target, chosen.high)
    return Characteristic(chosen.name, chosen.plant_unit, kind, *limits)


def _settings(draft: Draft) -> Mapping[str, Any]:
    """Return the settings of the source; where tags tell by themselves, a unit ends with its tag or is a moment."""
    if not draft.by_tag:
        return draft.settings
    return {**draft.settings, "rows": "moment" if draft.unit_column == EACH else "unit"}


def _words(results: Sequence[Chosen]) -> dict[str, list[str]]:
    """Return the settings of a source that tell which words mean good and bad."""
    told = [c for c in results if c.in_words]
    good = dict.fromkeys(word for c in told for word in c.kinds if word not in c.bad)
    bad = dict.fromkeys(word for c in told for word in c.bad)
    return {"good": list(good), "bad": list(bad)} if told else {}


def _sources(draft: Draft) -> tuple[Source, Source]:
    common: dict[str, Any] = {
        "kind": draft.kind, "stage": draft.stage.strip(), "unit_column": draft.unit_column,
        "time_column": draft.time_column, "zone": draft.zone or None, "decimal": draft.decimal,
        "settings": _settings(draft),
    }  # fmt: skip
    told = {c.of: c.column for c in draft.used(QUALITY)}
    made = []
    for carries, use in (("measurements", SET), ("labels", MEASURED)):
        chosen = draft.used(use)
        made.append(
            Source(
                name=f"{draft.stage.strip()} {carries}",
                carries=carries,  # type: ignore[arg-type]
                columns={c.name: c.column for c in chosen if c.name != c.column},
                units={c.name: c.unit for c in chosen if c.works_in and c.works_in != c.unit},
                quality={c.name: told[c.column] for c in chosen if c.column in told},
                **common | {"settings": {**common["settings"], **(_words(chosen) if use == MEASURED else {})}},
            )
        )
    return made[0], made[1]
