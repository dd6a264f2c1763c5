"""Read a plant definition from TOML; every mistake is named with its place and its remedy."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from data_connectors.errors import DefinitionError
from data_connectors.schema import Characteristic, Feed, Parameter, Source, Stage, Window
from data_connectors.writeback import Outlet
from qc_app.errors import PlantError
from qc_app.plant.alarms import AlarmRule, Route
from qc_app.plant.calendar import Calendar, Shift
from qc_app.plant.keys import (
    ALARM,
    CALENDAR,
    CHARACTERISTIC,
    FEED,
    GATE,
    MARK,
    OUTLET,
    PARAMETER,
    PLANT,
    ROUTE,
    SHIFT,
    SOURCE,
    STAGE,
    TOP,
    WINDOW,
)
from qc_app.plant.marks import Mark
from qc_app.plant.nearest import nearest
from qc_app.plant.no_toml import no_toml
from qc_app.plant.places import line_of
from qc_app.plant.render import written
from qc_app.plant.types import Gate, Plant

T = TypeVar("T")
Table = Mapping[str, Any]
Path = tuple[str, ...]


_NAMED = {
    "stages",
    "sources",
    "parameters",
    "characteristics",
    "shifts",
    "marks",
    "fed_by",
    "alarms",
    "routes",
    "writeback",
}
_WORDS = {str: "text in quotes", int: "a whole number", float: "a number", list: "a list", dict: "a table",
          bool: "true or false"}  # fmt: skip

_CURES = {
    int: " - write it without quotes and point",
    float: " - write it without quotes, with a point: 9.8",
    str: " - put it into quotes",
    list: " - put [...] around it",
    bool: " - write it without quotes",
}


def parse(text: str, where: str = "plant.toml") -> Plant:
    r"""Read a plant definition.

    Parameters
    ----------
    text : str
        TOML.
    where : str
        Name of the file, for messages.

    Returns
    -------
    Plant

    Raises
    ------
    PlantError
        On anything that is not understood: what, where, and what to do.

    Examples
    --------
    >>> plant = parse('''
    ... [plant]
    ... name = "Pilot"
    ... [stages.press]
    ... line = "A"
    ... [stages.press.parameters.force]
    ... unit = "kN"
    ... ''')
    >>> plant.stages[0].parameters[0].unit
    'kN'
    >>> parse("[plant]\nname = 'P'\nzoen = 'UTC'")
    Traceback (most recent call last):
    qc_app.errors.PlantError: plant.toml, line 3: [plant] does not know 'zoen' - did you mean 'zone'?
    """
    if not text.strip():
        raise PlantError(f"{where}, line 1: the file is empty - begin with [plant] and name = '...'")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlantError(no_toml(str(error), text, where)) from None

    def place(path: Path, key: str) -> str:
        line = line_of(text, path, key) or line_of(text, path, "")
        return f"{where}, line {line}" if line else where

    return plant_of(document, place, where)


def plant_of(document: Table, place: Callable[[Path, str], str], where: str) -> Plant:
    """Make a plant of the tables of a document.

    Parameters
    ----------
    document : mapping
        As TOML gives it.
    place : callable
        ``(table, key)`` -> where that stands, for messages; an empty key asks for the table itself.
    where : str
        Name of the file.

    Raises
    ------
    PlantError
        On anything that is not understood: what, where, and what to do.
    """
    return _Reader(place, where).plant(document)


class _Reader:
    """Walks the tables of one document and knows where each one stands."""

    def __init__(self, place: Callable[[Path, str], str], where: str) -> None:
        self._place = place
        self._where = where

    def plant(self, document: Table) -> Plant:
        self._checked(document, TOP, ())
        head = self._checked(document.get("plant", {}), PLANT, ("plant",))
        if "name" not in head:
            raise PlantError(f"{self._where}: [plant] has no name - add name = '...'")
        judged = self._checked(document.get("gate", {}), GATE, ("gate",))
        gate = self._made(("gate",), lambda: Gate(**judged))
        calendar = self._calendar(document.get("calendar", {}))
        marks = tuple(
            self._part(Mark, kind, MARK, ("marks", kind), table) for kind, table in document.get("marks", {}).items()
        )
        stages = document.get("stages", {})
        sources = document.get("sources", {})
        try:
            return Plant(
                **head,
                stages=tuple(self._stage(key, table) for key, table in stages.items()),
                sources=tuple(self._source(key, table) for key, table in sources.items()),
                gate=gate,
                calendar=calendar,
                marks=marks,
                alarms=tuple(rule for kind, t in document.get("alarms", {}).items() for rule in self._rules(kind, t)),
                routes=tuple(self._listed(Route, key, ROUTE, ("routes", key), t)
                             for key, t in document.get("routes", {}).items()),
                writeback=tuple(self._outlet(key, table) for key, table in document.get("writeback", {}).items()),
            )  # fmt: skip
        except DefinitionError as error:
            raise PlantError(f"{self._where}: {error}") from None
        except PlantError as error:
            if str(error).startswith(self._where):
                raise
            raise self._misfit(str(error)) from None

    def _misfit(self, said: str) -> PlantError:
        """Return what is wrong between parts of the plant, with the place of the part that it begins with."""
        key = said.split(" ", maxsplit=1)[0].partition("plant.")[2]
        part = re.match(r"(source|stage) '([^']*)'", said)
        if part is None:
            return self._wrong(("plant",) if key else ("",), key, said)
        inner = "stage" if part[1] == "source" and re.match(r"[^:]*: stage ", said) else ""
        return self._wrong((f"{part[1]}s", part[2]), inner, said)

    def _stage(self, key: str, table: Table) -> Stage:
        path = ("stages", key)
        given = self._checked(table, STAGE, path)
        if "line" not in given:
            raise self._wrong(path, "", f"[{'.'.join(path)}] has no line - add line = '...'")
        parameters = tuple(
            self._part(Parameter, name, PARAMETER, (*path, "parameters", name), t)
            for name, t in given.get("parameters", {}).items()
        )
        characteristics = tuple(
            self._part(Characteristic, name, CHARACTERISTIC, (*path, "characteristics", name), t)
            for name, t in given.get("characteristics", {}).items()
        )
        upstream = tuple(self._texts(given.get("upstream", []), path, "upstream"))
        fed_by = tuple(self._feed(name, (*path, "fed_by", name), t) for name, t in given.get("fed_by", {}).items())
        window = self._window(given["window"], (*path, "window")) if "window" in given else None
        family = given.get("family", key)
        parts = (parameters, characteristics, upstream, fed_by, window)
        context = given.get("context", "")
        return self._made(path, lambda: Stage(key, given["line"], family, *parts, context=context))

    def _feed(self, name: str, path: Path, table: Any) -> Feed:
        given = self._checked(table, FEED, path)
        takes = tuple(self._texts(given.pop("takes", []), path, "takes"))
        return self._made(path, lambda: Feed(name, takes, **given))

    def _window(self, table: Any, path: Path) -> Window:
        given = self._checked(table, WINDOW, path)
        for need in ("length_s", "step_s"):
            if need not in given:
                raise self._wrong(path, "", f"[{'.'.join(path)}] has no {need} - add {need} = 600 or another")
        return self._made(path, lambda: Window(**given))

    def _calendar(self, table: Any) -> Calendar:
        path = ("calendar",)
        given = self._checked(table, CALENDAR, path)
        shifts = tuple(self._shift(name, (*path, "shifts", name), t) for name, t in given.get("shifts", {}).items())
        holidays = tuple(self._date(value, path) for value in given.get("holidays", []))
        return self._made(path, lambda: Calendar(shifts, holidays))

    def _shift(self, name: str, path: Path, table: Any) -> Shift:
        given = self._checked(table, SHIFT, path)
        for need in ("begins", "ends"):
            if need not in given:
                raise self._wrong(path, "", f"[{'.'.join(path)}] has no {need} - add {need} = '06:00' or another")
        days = tuple(self._texts(given.get("days", []), path, "days"))
        return self._made(path, lambda: Shift(name, given["begins"], given["ends"], days))

    def _date(self, value: Any, path: Path) -> date:
        if type(value) is not date:
            raise self._wrong(
                path, "holidays", f"holidays holds {written(value)} - write dates without quotes, e.g. 2026-12-25"
            )
        return value

    def _part(self, make: Callable[..., T], name: str, known: Mapping[str, type], path: Path, table: Any) -> T:
        values = self._checked(table, known, path)
        return self._made(path, lambda: make(name, **values))

    def _rules(self, kind: str, table: Any) -> list[AlarmRule]:
        """Return the site's rule of a kind, if one is given, and those of its stages."""
        path = ("alarms", kind)
        given = self._checked(table, ALARM | {"stages": dict}, path)
        of_stages = given.pop("stages", {})
        made = [self._listed(AlarmRule, kind, ALARM, path, given)] if given else []
        for stage, changes in of_stages.items():
            there = (*path, "stages", stage)
            made.append(self._listed(lambda k, stage=stage, **v: AlarmRule(k, stage, **v), kind, ALARM, there, changes))
        return made

    def _listed(self, make: Callable[..., T], name: str, known: Mapping[str, type], path: Path, table: Any) -> T:
        """Make a record whose lists are of text."""
        values = self._checked(table, known, path)
        texts = {k: tuple(self._texts(v, path, k)) if isinstance(v, list) else v for k, v in values.items()}
        return self._made(path, lambda: make(name, **texts))

    def _made(self, path: Path, make: Callable[[], T]) -> T:
        """Make a record; what it refuses is told with the place of its table."""
        try:
            return make()
        except DefinitionError as error:
            raise self._wrong(path, "", f"[{'.'.join(path)}]: {error}") from None
        except PlantError as error:
            key = str(error).split(" ", maxsplit=1)[0].rpartition(".")[2]
            raise self._wrong(path, key, str(error)) from None

    def _outlet(self, key: str, table: Table) -> Outlet:
        path = ("writeback", key)
        if not isinstance(table, dict):
            raise self._wrong(path[:1], key, f"{'.'.join(path)} must be a table - write [{'.'.join(path)}]")
        own = {k: v for k, v in table.items() if k not in OUTLET}
        given = self._checked({k: v for k, v in table.items() if k in OUTLET}, OUTLET, path)
        for need in ("kind", "stage", "characteristic", "low", "high", "dead_value"):
            if need not in given:
                raise self._wrong(path, "", f"[{'.'.join(path)}] has no {need} - add {need} = ...")
        return self._made(path, lambda: Outlet(name=key, settings=own, **given))

    def _source(self, key: str, table: Table) -> Source:
        path = ("sources", key)
        if not isinstance(table, dict):
            raise self._wrong(path[:1], key, f"{'.'.join(path)} must be a table - write [{'.'.join(path)}]")
        own = {k: v for k, v in table.items() if k not in SOURCE}
        for name in own:
            close = difflib.get_close_matches(name, SOURCE, n=1, cutoff=0.85)
            if close:
                raise self._wrong(path, name, f"[{'.'.join(path)}] does not know {name!r} - {nearest(name, SOURCE)}")
        given = self._checked({k: v for k, v in table.items() if k in SOURCE}, SOURCE, path)
        for need in ("kind", "stage"):
            if need not in given:
                example = "'file_folder' or another" if need == "kind" else "'...'"
                raise self._wrong(path, "", f"[{'.'.join(path)}] has no {need} - add {need} = {example}")
        for mapping in ("columns", "units", "quality", "parents"):
            self._texts(list(given.get(mapping, {}).values()), (*path, mapping), mapping)
        given["optional"] = tuple(self._texts(given.get("optional", []), path, "optional"))
        return self._made(path, lambda: Source(name=key, settings=own, **given))

    def _checked(self, table: Any, known: Mapping[str, type], path: tuple[str, ...]) -> dict[str, Any]:
        """Return the table with numbers as the fields want them, or say what is wrong in it."""
        label = f"[{'.'.join(path)}]" if path else "a plant file"
        if not isinstance(table, dict):
            raise self._wrong(path[:-1], path[-1], f"{'.'.join(path)} must be a table - write {label}")
        for key in table:
            if key not in known:
                raise self._wrong(path, key, f"{label} does not know {key!r} - {nearest(key, known)}")
        return {key: self._value(value, known[key], path, key) for key, value in table.items()}

    def _value(self, value: Any, wanted: type, path: tuple[str, ...], key: str) -> Any:
        if wanted is float and type(value) in {int, float}:
            if not math.isfinite(value):
                raise self._wrong(path, key, f"{key} = {value} is not finite - give a number or leave it out")
            return float(value)
        if type(value) is not wanted:
            named = ".<name>" if key in _NAMED else ""
            cure = f" - write [{'.'.join((*path, key))}{named}]" if wanted is dict else _CURES.get(wanted, "")
            raise self._wrong(path, key, f"{key} = {written(value)} must be {_WORDS[wanted]}{cure}")
        return value

    def _texts(self, values: list[Any], path: tuple[str, ...], key: str) -> list[str]:
        for value in values:
            if not isinstance(value, str):
                raise self._wrong(path, key, f"{key} holds {written(value)} - every entry must be text in quotes")
        return values

    def _wrong(self, path: tuple[str, ...], key: str, message: str) -> PlantError:
        return PlantError(f"{self._place(path, key)}: {message}")
