"""Columns of a source as they change: kept or held back at once, proposed to a person, never guessed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from data_connectors.base import Batch, Conformed
from data_connectors.columns import column_of
from data_connectors.names import normal
from data_connectors.profiles import FEWEST, SAMPLE, Profile, alike, in_another_unit, profile_of
from data_connectors.rows.conform import conform
from data_connectors.rows.treatment import Treatment, undeclared
from data_connectors.rows.values import Reading, as_text, numbers
from data_connectors.schema import Parameter, Source, Stage
from qc_app.jobs.monitoring.alarms import Condition, hush, ring
from qc_app.records import Priority, Proposal, SourceColumn
from qc_app.store import Store

#: Undeclared columns of a source that are kept; of a file with thousands nobody wants all.
MOST_EXTRAS = 200
#: Deliveries in a row without a column before there is an alarm.
PATIENCE = 3
#: How long what is known of unchanged columns may stay unwritten once there are enough values.
STALE = timedelta(hours=1)
ENOUGH = 2000


def widened(stage: Stage, rows: pl.DataFrame) -> Stage:
    """Return the stage with a parameter for each further column of numbers among its rows, so that all are stored."""
    own = {p.name for p in stage.parameters}
    more = [c.name for c in rows if c.dtype == pl.Float64 and c.name not in own]
    return replace(stage, parameters=(*stage.parameters, *map(Parameter, more))) if more else stage


class Columns:
    """What is known of the columns of one source of measurements while it is read.

    Parameters
    ----------
    store : Store
    stage : Stage
    source : Source
    """

    def __init__(self, store: Store, stage: Stage, source: Source) -> None:
        self._store, self._stage = store, stage
        self._known = {c.name: c for c in store.journal.schemas.columns(stage.id, source.name)}
        self._first = not self._known
        self._written = dict(self._known)
        self._proposals: list[Proposal] = []
        came = {name for name, c in self._known.items() if c.state == "declared"}
        may = [p.name for p in stage.parameters if column_of(source, p.name) in came]
        self.source = replace(source, optional=tuple(dict.fromkeys([*source.optional, *may])))

    def conformed(self, batch: Batch, now: datetime) -> Conformed:
        """Conform a delivery: new columns are kept, what seems to come in another unit or type is held back.

        Parameters
        ----------
        batch : Batch
        now : datetime

        Returns
        -------
        Conformed
        """
        if not batch.frame.width or not batch.frame.height:
            return conform(batch, self._stage, self.source, now)
        sample = _sample(batch.frame)
        extras = self._extras(sample.columns, batch.unnoticed, now)
        read = self._read(sample, extras)
        held = frozenset(p.name for p in self._open("unit_changed")) & {p.name for p in self._stage.parameters}
        treatment = Treatment(extras, held | self._odd(read, held, now), self._retyped(sample, read, now))
        made = conform(batch, self._stage, self.source, now, treatment)
        self._note(read, sample.columns, treatment, now)
        return made

    def save(self) -> None:
        """Write what changed, propose what a person has to decide, and settle the alarms."""
        renamed = list(self._renamed())
        taken = {p.column for p in renamed}
        said = [p for p in self._proposals if not (p.kind == "new_column" and p.column in taken)]
        changed = [c for name, c in self._known.items() if self._worth(self._written.get(name), c)]
        if changed or said or renamed:
            made = self._store.journal.schemas.keep(changed, [*said, *renamed])
            self._written |= {c.name: c for c in changed}
            self._proposals = []
            for kind in sorted({proposal.kind for proposal in made}):
                self._told(kind, [proposal for proposal in made if proposal.kind == kind])
        self._missing()

    def _told(self, kind: str, made: Sequence[Proposal]) -> None:
        """Raise one alarm for all proposals of a kind, however many columns came at once."""
        more = f" ({len(made) - 1} others like it)" if len(made) > 1 else ""
        now, words = self._store.clock.now(), made[0].sentence + more
        ring(self._store, self._stage.id, Condition(kind, self.source.name, _PRIORITY[kind], words), now)

    def _extras(self, there: list[str], old: Collection[str], now: datetime) -> tuple[str, ...]:
        """Return the undeclared columns whose numbers are kept: those that are new, not there before anyone looked."""
        others = undeclared(there, self._stage, self.source)
        kept = sum(c.state == "inactive" for c in self._known.values())
        for name in others:
            if name not in self._known:
                out = self._first or name in old or kept >= MOST_EXTRAS
                state, kept = ("left_out", kept) if out else ("inactive", kept + 1)
                self._known[name] = SourceColumn(self._stage.id, self.source.name, name, state, now, now)  # type: ignore[arg-type]
                if state == "inactive":
                    self._propose("new_column", name, "", _NEW.format(column=name, source=self.source.name), now)
        return tuple(name for name in others if self._known[name].state == "inactive")

    def _read(self, sample: pl.DataFrame, extras: Collection[str]) -> pl.DataFrame:
        """Return the numbers of a delivery's columns as they come: no conversion, no limits, no quality codes."""
        names = [c for c in sample.columns if c in self._declared() or c in set(extras)]
        found = numbers(sample, [Reading(c, c) for c in names], self.source.decimal)
        return pl.DataFrame([v.values.alias(c) for c, v in zip(names, found, strict=True)])

    def _note(self, read: pl.DataFrame, there: Collection[str], treatment: Treatment, now: datetime) -> None:
        """Remember what came, and what did not; what is held back or refused is no example of what is usual."""
        for name, parameter in self._declared().items():
            known = self._known.get(name)
            if name in there:
                strange = parameter.name in treatment.held | treatment.retyped
                known = replace(known, state="declared") if known else self._new(name, now)
                self._known[name] = _seen(known, None if strange else read[name], now)
            elif known is not None:
                self._known[name] = replace(known, missing_since=known.missing_since or now, misses=known.misses + 1)
        for name in set(there) & {c.name for c in self._known.values() if c.state != "declared"}:
            self._known[name] = _seen(self._known[name], read[name] if name in read.columns else None, now)
        self._first = False

    def _declared(self) -> dict[str, Parameter]:
        return {column_of(self.source, p.name): p for p in self._stage.parameters}

    def _new(self, name: str, now: datetime) -> SourceColumn:
        return SourceColumn(self._stage.id, self.source.name, name, "declared", now, now)

    def _odd(self, read: pl.DataFrame, held: Collection[str], now: datetime) -> frozenset[str]:
        """Return the parameters whose values are what was usual, in another unit."""
        odd = set()
        for column, parameter in self._declared().items():
            usual, new = _profile(self._known.get(column)), None
            if usual is not None and column in read.columns and parameter.name not in held:
                new = profile_of(read[column])
            if usual is None or new is None:
                continue
            delivered = self._delivered(parameter)
            unit = in_another_unit(usual, new, delivered)
            if unit is not None:
                odd.add(parameter.name)
                old = f"{usual.middle:.4g} {delivered}".rstrip()
                words = _UNIT.format(name=parameter.name, old=old, new=f"{new.middle:.4g}", unit=unit)
                self._propose("unit_changed", column, parameter.name, words, now, {"unit": unit})
        return frozenset(odd)

    def _delivered(self, parameter: Parameter) -> str:
        return self.source.units.get(parameter.name, parameter.unit)

    def _retyped(self, sample: pl.DataFrame, read: pl.DataFrame, now: datetime) -> frozenset[str]:
        """Return the parameters that came as numbers until now and of which no cell looked at is one."""
        found = set()
        for column, parameter in self._declared().items():
            known = self._known.get(column)
            if known is None or not known.n or column not in read.columns or read[column].count():
                continue
            filled = as_text(sample[column]).str.strip_chars()
            if int((filled != "").sum()) >= FEWEST:
                found.add(parameter.name)
                words = _TYPE.format(name=parameter.name, source=self.source.name)
                self._propose("type_changed", column, parameter.name, words, now)
        return frozenset(found)

    def _renamed(self) -> list[Proposal]:
        """Return a proposal for each column that vanished when one like it appeared."""
        found = []
        for gone, parameter in self._declared().items():
            known = self._known.get(gone)
            usual = _profile(known)
            if known is None or usual is None or known.missing_since is None:
                continue
            for column in self._known.values():
                new = _profile(column)
                if column.state != "inactive" or new is None or column.first_seen < known.missing_since:
                    continue
                unit = "" if alike(usual, new) else in_another_unit(usual, new, self._delivered(parameter), anyway=True)
                if unit is not None:
                    words = _RENAMED.format(old=gone, new=column.name, name=parameter.name)
                    words += f" Its values are those of {gone!r} in {unit}." if unit else ""
                    found.append(
                        Proposal(self._stage.id, self.source.name, "renamed", column.name, parameter.name, words,
                                 column.first_seen, {"unit": unit} if unit else {})
                    )  # fmt: skip
        return found

    def _missing(self) -> None:
        """Raise the alarm for declared columns that stay away, and clear it where they are back."""
        told = self._told_missing()
        for name, column in self._known.items():
            if column.state == "declared" and column.misses >= PATIENCE and column.missing_since is not None:
                since = column.missing_since.isoformat(" ", "minutes")
                words = f"{self.source.name}: column {name!r} is missing since {since}; models take it as not measured"
                self._alarm("column_missing", name, "medium", words)
            elif column.state == "declared" and not column.misses and f"{self.source.name} {name}" in told:
                now = self._store.clock.now()
                hush(self._store, "column_missing", self._stage.id, f"{self.source.name} {name}", now)

    def _told_missing(self) -> set[str]:
        """Return the subjects of the open alarms that a column is missing: asked once a reading, not once a column."""
        alarms = self._store.journal.alarms.list(open_only=True, stage=self._stage.id)
        return {alarm.subject for alarm in alarms if alarm.kind == "column_missing"}

    def _alarm(self, kind: str, column: str, priority: Priority, words: str) -> None:
        subject, now = f"{self.source.name} {column}", self._store.clock.now()
        ring(self._store, self._stage.id, Condition(kind, subject, priority, words), now)

    def _open(self, kind: str) -> list[Proposal]:
        stored = self._store.journal.schemas.proposals(source=self.source.name)
        return [p for p in (*stored, *self._proposals) if p.kind == kind and p.stage == self._stage.id]

    def _propose(  # noqa: PLR0917 - the facts of a proposal
        self, kind: str, column: str, name: str, words: str, now: datetime, detail: dict[str, str] | None = None
    ) -> None:
        made = Proposal(self._stage.id, self.source.name, kind, column, name, words, now, detail or {})  # type: ignore[arg-type]
        self._proposals.append(made)

    @staticmethod
    def _worth(written: SourceColumn | None, now: SourceColumn) -> bool:
        """Whether a column is to be written: it is new, changed its state, or much came since."""
        if written is None or (written.state, written.misses) != (now.state, now.misses):
            return True
        return written.n < min(now.n, ENOUGH) or now.last_seen - written.last_seen >= STALE


_PRIORITY: dict[str, Priority] = {
    "new_column": "low", "renamed": "medium", "unit_changed": "high", "type_changed": "high",
}  # fmt: skip
_NEW = (
    "Column {column!r} of {source!r} is new. Its numbers are kept and no model reads them: accept to make it a"
    " parameter (what came since is there), decline to keep it no more."
)
_UNIT = (
    "{name} was usually {old} and comes as {new}, which would be the same in {unit}. It is held back: accept if it"
    " comes in {unit} now, decline if the process really changed."
)
_TYPE = (
    "{name} came as numbers and is none in any row now. The rows are in quarantine: correct decimal or mapping of"
    " {source!r}, replay them, then accept."
)
_RENAMED = (
    "Column {old!r} vanished when {new!r} came with the same distribution. Accept if it is {name} under a new name"
    " (its history is joined), decline if it is something else."
)


def _sample(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows spread evenly over a delivery, columns under the names by which they are compared."""
    return frame.gather_every(max(1, frame.height // SAMPLE)).rename(normal)


def _profile(column: SourceColumn | None) -> Profile | None:
    return Profile(column.n, column.low, column.middle, column.high) if column is not None and column.n else None


def _seen(column: SourceColumn, values: pl.Series | None, now: datetime) -> SourceColumn:
    """Return what is known of a column after it came again; None: what came is no example of it."""
    column = replace(column, last_seen=now, missing_since=None, misses=0)
    new, usual = profile_of(values) if values is not None else None, _profile(column)
    if new is None:
        return column
    mixed = usual.with_(new) if usual is not None else new
    return replace(column, n=mixed.n, low=mixed.low, middle=mixed.middle, high=mixed.high)
