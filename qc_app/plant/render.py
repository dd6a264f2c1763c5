"""Write a plant definition as TOML that reads back equal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from data_connectors.schema import Source, Stage
from qc_app.plant.calendar import Calendar
from qc_app.plant.types import Plant

#: Parts of a plant with tables of their own.
_PARTS = {"stages", "sources", "gate", "calendar", "marks", "alarms", "routes", "writeback"}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def render(plant: Plant) -> str:
    """Return the definition as TOML; ``parse(render(plant)) == plant``.

    Parameters
    ----------
    plant : Plant

    Returns
    -------
    str

    Examples
    --------
    >>> print(render(Plant("Pilot", night_at="03:00")).splitlines()[1])
    name = "Pilot"
    """
    lines = [*_table(("plant",), _plain(plant, skip=_PARTS))]
    lines += _table(("gate",), _plain(plant.gate))
    lines += _calendar_lines(plant.calendar)
    for mark in plant.marks:
        lines += _table(("marks", mark.kind), _plain(mark, skip={"kind"}))
    for stage in plant.stages:
        lines += _stage_lines(stage)
    for source in plant.sources:
        lines += _source_lines(source)
    for rule in plant.alarms:
        path = ("alarms", rule.kind, *(("stages", rule.stage) if rule.stage else ()))
        lines += _table(path, _plain(rule, skip={"kind", "stage"}))
    for route in plant.routes:
        lines += _table(("routes", route.name), _plain(route, skip={"name"}))
    for outlet in plant.writeback:
        head = _plain(outlet, skip={"name", "settings"})
        lines += _table(("writeback", outlet.name), head | dict(outlet.settings))
    return "\n".join(lines[1:]) + "\n"


def render_parts(stages: Iterable[Stage], sources: Iterable[Source]) -> str:
    """Return stages and sources as they would stand in a definition.

    Examples
    --------
    >>> print(render_parts([Stage("kiln", "line 1", "kiln", (), ())], []).splitlines()[0])
    [stages.kiln]
    """
    lines = [line for stage in stages for line in _stage_lines(stage)]
    lines += [line for source in sources for line in _source_lines(source)]
    return "\n".join(lines[1:]) + "\n"


def digest(plant: Plant) -> str:
    """Return 16 hex digits that change with any change of the definition.

    Examples
    --------
    >>> digest(Plant("A")) == digest(Plant("A")), digest(Plant("A")) == digest(Plant("B"))
    (True, False)
    """
    return hashlib.sha256(render(plant).encode()).hexdigest()[:16]


def written(value: Any) -> str:
    """Return a value as it would stand in a plant file.

    Examples
    --------
    >>> written(True), written([1, "a"])
    ('true', '[1, "a"]')
    """
    return _value(value)


def _calendar_lines(calendar: Calendar) -> list[str]:
    lines = _table(("calendar",), {"holidays": list(calendar.holidays)}) if calendar.holidays else []
    for shift in calendar.shifts:
        days = {"days": list(shift.days)} if shift.days else {}
        lines += _table(("calendar", "shifts", shift.name), {"begins": shift.begins, "ends": shift.ends} | days)
    return lines


def _stage_lines(stage: Stage) -> list[str]:
    path = ("stages", stage.id)
    head: dict[str, Any] = {"line": stage.line, "family": stage.family}
    head |= {"context": stage.context} if stage.context else {}
    lines = _table(path, head | ({"upstream": list(stage.upstream)} if stage.upstream else {}))
    if stage.window is not None:
        lines += _table((*path, "window"), _plain(stage.window))
    for feed in stage.fed_by:
        skipped = {"stage"} | ({"tolerance_s"} if feed.delay_s is None else set())
        lines += _table((*path, "fed_by", feed.stage), _plain(feed, skip=skipped))
    for parameter in stage.parameters:
        usual = {"settable"} if parameter.settable else set()
        lines += _table((*path, "parameters", parameter.name), _plain(parameter, skip={"name"} | usual))
    for characteristic in stage.characteristics:
        alone = {"subgroup_size"} if characteristic.subgroup_size == 1 else set()
        skipped = {"name"} | alone | (set() if characteristic.subgroup_by else {"subgroup_by"})
        lines += _table((*path, "characteristics", characteristic.name), _plain(characteristic, skip=skipped))
    return lines


def _source_lines(source: Source) -> list[str]:
    path = ("sources", source.name)
    mappings = {name: dict(getattr(source, name)) for name in ("columns", "units", "quality", "parents")}
    unsaid = {"name", "settings", *mappings} | (set() if source.optional else {"optional"})
    lines = _table(path, _plain(source, skip=unsaid) | dict(source.settings))
    for name, mapping in mappings.items():
        if mapping:
            lines += _table((*path, name), mapping)
    return lines


def _plain(record: Any, skip: Iterable[str] = ()) -> dict[str, Any]:
    values = {f.name: getattr(record, f.name) for f in fields(record) if f.name not in set(skip)}
    return {name: value for name, value in values.items() if value is not None}


def _table(path: tuple[str, ...], values: Mapping[str, Any]) -> list[str]:
    return ["", f"[{'.'.join(map(_key, path))}]", *(f"{_key(k)} = {_value(v)}" for k, v in values.items())]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)
