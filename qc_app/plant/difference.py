"""Say in sentences what a new plant definition changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

from qc_app.plant.types import Plant


def difference(old: Plant, new: Plant) -> list[str]:
    """Return one sentence a change, in the order of the definition; empty if nothing changes.

    Parameters
    ----------
    old, new : Plant

    Returns
    -------
    list of str

    Examples
    --------
    >>> difference(Plant("A"), Plant("A", night_at="03:00"))
    ["plant: night_at '02:00' becomes '03:00'"]
    """
    parts = {"stages", "sources", "gate", "calendar", "marks", "alarms", "routes", "writeback"}
    lines = _changed("plant", old, new, skip=parts)
    lines += _changed("gate", old.gate, new.gate)
    lines += _changed("calendar", old.calendar, new.calendar, skip={"shifts"})
    lines += _named("shift", {s.name: s for s in old.calendar.shifts}, {s.name: s for s in new.calendar.shifts})
    lines += _named("mark", {m.kind: m for m in old.marks}, {m.kind: m for m in new.marks})
    lines += _named("stage", {s.id: s for s in old.stages}, {s.id: s for s in new.stages})
    lines += _named("source", {s.name: s for s in old.sources}, {s.name: s for s in new.sources})
    lines += _named("alarm rule", _rules(old), _rules(new))
    lines += _named("route", {r.name: r for r in old.routes}, {r.name: r for r in new.routes})
    lines += _named("write-back", {o.name: o for o in old.writeback}, {o.name: o for o in new.writeback})
    return lines


def shortened(changes: Sequence[str], most: int = 6) -> list[str]:
    """Draw together long runs of parts that are added or removed alike, for plants of hundreds of stages.

    Examples
    --------
    >>> shortened([f"stage 's{n}' is added" for n in range(200)] + ["gate: min_rows 8 becomes 9"])
    ["200 stages are added: 's0', 's1', 's2', ..., 's199'", 'gate: min_rows 8 becomes 9']
    """
    told: list[str] = []
    for (what, tail), run in groupby(changes, _kind_of_change):
        lines = list(run)
        if what and len(lines) > most:
            names = [line.removeprefix(f"{what} ").removesuffix(tail) for line in lines]
            told.append(f"{len(lines)} {what}s are {tail.split()[-1]}: {', '.join(names[:3])}, ..., {names[-1]}")
        else:
            told += lines
    return told


def _kind_of_change(line: str) -> tuple[str, str]:
    """Return what is added or removed and the end of the sentence; both empty for another change."""
    what, _, rest = line.partition(" '")
    tail = next((end for end in (" is added", " is removed") if rest.endswith(end)), "")
    return (what, tail) if tail and "," not in what else ("", "")


def _rules(plant: Plant) -> dict[str, Any]:
    return {f"{r.kind} of {r.stage}" if r.stage else r.kind: r for r in plant.alarms}


def _named(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    lines = [f"{what} {name!r} is removed" for name in old if name not in new]
    for name, record in new.items():
        if name not in old:
            lines.append(f"{what} {name!r} is added")
        elif old[name] != record:
            lines += _changed(f"{what} {name!r}", old[name], record)
    if set(old) == set(new) and list(old) != list(new):
        lines.append(f"the {what}s stand in another order")
    return lines


def _changed(what: str, old: Any, new: Any, skip: Sequence[str] | set[str] = ()) -> list[str]:
    lines: list[str] = []
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name in skip or before == after:
            continue
        if field.name in {"parameters", "characteristics"}:
            pair = ({r.name: r for r in before}, {r.name: r for r in after})
            lines += [f"{what}, {line}" for line in _named(field.name.rstrip("s"), *pair)]
        elif field.name == "fed_by":
            pair = ({r.stage: r for r in before}, {r.stage: r for r in after})
            lines += [f"{what}, {line}" for line in _named("feed", *pair)]
        elif field.name == "window" and before is not None and after is not None:
            lines += _changed(f"{what}, window", before, after)
        elif isinstance(before, Mapping):
            lines += _mapping(f"{what}, {field.name}", before, after)
        else:
            lines.append(f"{what}: {_step(field.name, before, after)}")
    return lines


def _mapping(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    keys = [*old, *(k for k in new if k not in old)]
    return [f"{what}: {_step(k, old.get(k), new.get(k))}" for k in keys if old.get(k) != new.get(k)]


def _step(key: str, before: object, after: object) -> str:
    """Say how one value changes; None is a value that is not given."""
    if before is None:
        return f"{key} = {after!r} is new"
    return f"{key} {before!r} is no longer given" if after is None else f"{key} {before!r} becomes {after!r}"
