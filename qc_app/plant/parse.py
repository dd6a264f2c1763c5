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
from qc_app.plant.marks import Mark
from qc_app.plant.nearest import nearest
from qc_app.plant.no_toml import no_toml
from qc_app.plant.render import written
from qc_app.plant.types import Gate, Plant

T = TypeVar("T")
Table = Mapping[str, Any]
Path = tuple[str, ...]

TOP = {"plant": dict, "gate": dict, "calendar": dict, "marks": dict, "stages": dict, "sources": dict,
       "alarms": dict, "routes": dict, "writeback": dict}  # fmt: skip
PLANT = {"name": str, "zone": str, "day_starts": int, "night_at": str, "ingest_every_s": int,
         "train_every_days": int, "label_window_days": int, "night_within_h": int,
         "step_within_min": int, "stage_within_min": int}  # fmt: skip
GATE = {"delta_share": float, "min_rows": int, "coverage_tolerance": float, "min_new_labels": int,
        "patience_nights": int, "export": bool, "approval": bool, "shadow_nights": int}  # fmt: skip
CALENDAR = {"holidays": list, "shifts": dict}
SHIFT = {"begins": str, "ends": str, "days": list}
MARK = {"limits": bool, "baseline": bool, "adapt": bool}
STAGE = {"line": str, "family": str, "context": str, "upstream": list, "fed_by": dict, "window": dict,
         "parameters": dict, "characteristics": dict}  # fmt: skip
WINDOW = {"length_s": int, "step_s": int, "dead_s": int, "hold_s": int}
FEED = {"takes": list, "delay_s": float, "tolerance_s": float}
PARAMETER = {"unit": str, "low": float, "high": float, "settable": bool}
CHARACTERISTIC = {"unit": str, "kind": str, "lower": float, "target": float, "upper": float, "gauge_sd": float,
                  "subgroup_size": int, "subgroup_by": str}  # fmt: skip
SOURCE = {"kind": str, "stage": str, "carries": str, "unit_column": str, "time_column": str, "zone": str,
          "columns": dict, "units": dict, "quality": dict, "decimal": str, "lateness_s": float,
          "idle_after_s": float, "optional": list, "parents": dict}  # fmt: skip
ALARM = {"priority": str, "consequence": str, "response": list, "on_delay_s": float, "off_delay_s": float,
         "dead_band": float, "escalate_after_s": float, "suppressed_by": list, "enabled": bool}  # fmt: skip
ROUTE = {"to": str, "webhook": str, "secret": str, "least": str, "lines": list, "kinds": list, "shifts": list,
         "group_s": float, "most_per_h": int}  # fmt: skip
OUTLET = {"kind": str, "stage": str, "characteristic": str, "on": bool, "low": float, "high": float,
          "dead_value": float, "most_per_minute": int, "heartbeat_s": float, "max_age_s": float}  # fmt: skip
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


def line_of(text: str, path: tuple[str, ...], key: str) -> int | None:
    r"""Return the 1-based line of `key` in the table `path`, of the table's header if `key` is empty, else None.

    Examples
    --------
    >>> line_of('[a.b]\nx = 1', ("a", "b"), "x")
    2
    """
    inside = not path
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            header = _header(stripped)
            inside = header == path
            if (inside and not key) or (key and header[: len(path) + 1] == (*path, key)):
                return number
        elif inside and key and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*[.=]", stripped):
            return number
    return None


def _header(line: str) -> tuple[str, ...]:
    inner = line.split("#", maxsplit=1)[0].strip().strip("[]").strip()
    return tuple(part.strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", inner))
