"""Entering inspection results by hand: checked first, corrected by a new revision, never overwritten."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.access import Actor
from qc_app.actions.labels.text import Entry
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.errors import ActionError
from qc_app.plant import exactly
from qc_app.records import Label, Receipt
from qc_app.store import BY_HAND, Store

#: The source under which results entered by a person are kept.
MAX_UNIT = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """An entry with what stands against it (`fault`) and what a person should look at (`remark`).

    `meant` is the unit of the stage that is written almost like the entry's, where the stage has none of its name.
    """

    entry: Entry
    fault: str = ""
    remark: str = ""
    meant: str = ""

    def as_meant(self) -> Entry:
        """Return the entry for the unit that is meant."""
        return replace(self.entry, unit_id=self.meant) if self.meant else self.entry


def check_labels(store: Store, stage: str, characteristic: str, entries: Sequence[Entry]) -> list[Checked]:
    """Say of every entry whether it can be kept, and what is odd about it; writes nothing.

    Faults: no unit, no number, a binary result other than 0 and 1, a time to come, the same unit twice with two values.
    Remarks: outside the specification, so far outside that a decimal sign may be wrong, a correction of a known value,
    a unit the stage has no measurements of.
    """
    what = _characteristic(store, stage, characteristic)
    known = {row[0]: row[1] for row in store.journal.labels.known(stage, characteristic).iter_rows()}
    measured = set(store.lake.measurements(stage, columns=["unit_id"])["unit_id"].to_list())
    values: dict[str, set[float]] = {}
    for entry in entries:
        values.setdefault(entry.unit_id, set()).add(entry.value)
    now = store.clock.now()
    meant = _meant({e.unit_id for e in entries} - measured, measured)
    return [
        Checked(
            e, fault_of(e, what, now, twice=len(values[e.unit_id]) > 1),
            _remarks(e, what, known, measured, meant.get(e.unit_id, "")), meant.get(e.unit_id, ""),
        )
        for e in entries
    ]  # fmt: skip


def _meant(strange: set[str], measured: set[str]) -> dict[str, str]:
    """Return the unit that each strange name is almost: other signs between, capitals, leading zeros; none if two are.

    Examples
    --------
    >>> _meant({"ch 2", "X"}, {"CH-00002", "CH-00012"})
    {'ch 2': 'CH-00002'}
    """
    if not strange:
        return {}
    by_core: dict[tuple[str, ...], set[str]] = {}
    for unit in measured:
        by_core.setdefault(_core(unit), set()).add(unit)
    return {name: min(there) for name in strange if len(there := by_core.get(_core(name), set())) == 1}


def _core(unit: str) -> tuple[str, ...]:
    """Return what of a name tells units apart however it is written: its words and numbers."""
    return tuple(part.lstrip("0") or "0" for part in re.findall(r"[0-9]+|[^\W\d_]+", unit.casefold()))


def fault_of(entry: Entry, what: Characteristic, now: datetime, *, twice: bool = False) -> str:
    """Return why the entry cannot be kept, or an empty string.

    Examples
    --------
    >>> fault_of(Entry("C-1", 0.5), Characteristic("crack", kind="binary"), datetime(2026, 1, 1, tzinfo=UTC))
    'crack is 0 (conforming) or 1 (nonconforming), not 0.5'
    """
    if not entry.unit_id or len(entry.unit_id) > MAX_UNIT or not entry.unit_id.isprintable():
        return f"the unit's id must be 1 to {MAX_UNIT} visible characters"
    if not math.isfinite(entry.value):
        return f"{entry.text[:40]!r} is not a number"
    if what.kind == "binary" and entry.value not in {0.0, 1.0}:
        return f"{what.name} is 0 (conforming) or 1 (nonconforming), not {entry.value:g}"
    if entry.t_measured is not None and entry.t_measured > now:
        return "measured in the future - check the date"
    return "the same unit twice with different values - keep one" if twice else ""


def limit_remark(value: float, what: Characteristic) -> str:
    """Return what is odd about a value beside its specification, or an empty string.

    Examples
    --------
    >>> limit_remark(25.1, Characteristic("thickness", "mm", lower=2.4, upper=2.6))
    'far above the upper limit 2.6 mm - decimal sign?'
    """
    if what.kind == "binary" or not math.isfinite(value):
        return ""
    tolerance = what.upper - what.lower if what.upper is not None and what.lower is not None else None
    for limit, beyond, word in (
        (what.upper, value - (what.upper or 0), "above the upper"),
        (what.lower, (what.lower or 0) - value, "below the lower"),
    ):
        if limit is None or beyond <= 0:
            continue
        place = f"{word} limit {exactly(limit)} {what.unit}".strip()
        return f"far {place} - decimal sign?" if tolerance and beyond > 2 * tolerance else f"{place} (nonconforming)"
    return ""


def enter_labels(  # noqa: PLR0917 - the contract's order
    store: Store, actor: Actor, stage: str, characteristic: str, entries: Sequence[Entry], reason: str = ""
) -> Receipt:
    """Keep inspection results; a unit that already has one gets a new revision, the old stays in the history.

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        If the stage or characteristic does not exist, nothing was given, or an entry has a fault (none is kept then).
    """
    subject = f"{stage} / {characteristic}"
    authorise(store, actor, "enter_labels", subject, reason)
    if not entries:
        raise ActionError("no results given - enter at least one unit and value")
    faults = [c for c in check_labels(store, stage, characteristic, entries) if c.fault]
    if faults:
        first = faults[0]
        raise ActionError(
            f"{len(faults)} of {len(entries)} cannot be kept, e.g. {first.entry.unit_id!r}: {first.fault}"
        )
    now = store.clock.now()
    before = _measured_before(store, stage, characteristic)
    dated = [replace(e, t_measured=e.t_measured or before.get((e.unit_id, e.value), now)) for e in entries]
    labels = [_label(e, stage, characteristic, actor, now) for e in dated]
    receipt = store.journal.labels.commit(stage, BY_HAND, labels, None, len(labels), 0, now)
    units = sorted({e.unit_id for e in entries})[:50]
    record(store, actor, "enter_labels", subject, reason=reason, detail={"n": len(labels), "units": units})
    return receipt


def _measured_before(store: Store, stage: str, characteristic: str) -> dict[tuple[str, float], datetime]:
    """Return when the newest result of each unit was measured, if it was entered by hand: the same again is no news."""
    known = store.journal.labels.known(stage, characteristic).filter(pl.col("source") == BY_HAND)
    return {(row[0], row[1]): row[2] for row in known.select("unit_id", "value", "t_measured").iter_rows()}


def _label(entry: Entry, stage: str, characteristic: str, actor: Actor, now: datetime) -> Label:
    measured = (entry.t_measured or now).astimezone(UTC)
    return Label(stage, characteristic, entry.unit_id, entry.value, measured, now, BY_HAND, actor.name, entry.note)


def _remarks(entry: Entry, what: Characteristic, known: dict[str, float], measured: set[str], meant: str) -> str:
    notes = [limit_remark(entry.value, what)]
    if entry.unit_id in known and known[entry.unit_id] != entry.value:
        notes.append(f"corrects {exactly(known[entry.unit_id])} {what.unit}".rstrip())
    if entry.unit_id not in measured:
        notes.append(f"no such unit yet; is it {meant}?" if meant else "no measurements of this unit yet")
    return "; ".join(note for note in notes if note)


def _characteristic(store: Store, stage: str, name: str) -> Characteristic:
    for known in current_plant(store).stages:
        if known.id == stage:
            found = {c.name: c for c in known.characteristics}
            if name in found:
                return found[name]
            raise ActionError(f"stage {stage!r} has no characteristic {name!r} (has: {', '.join(found) or 'none'})")
    raise ActionError(f"there is no stage {stage!r} - choose one of the plant's stages")
