"""One control chart of a characteristic: points by the limits of their time, signals with their units, run length."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import spc
from models.errors import ModelsError, NotEnoughData, UnknownName
from qc_app import framing
from qc_app.language import tr
from qc_app.plant import Plant
from qc_app.records import Limits
from qc_app.store import Store
from qc_app.subjects import FROZEN, SUBJECTS, gathered, kept_as, require_fit, subject_for

#: What may be written for a whole set of rules.
RULE_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"nelson": spc.NELSON, "we": spc.WESTERN_ELECTRIC, "aiag": spc.AIAG, "montgomery": spc.MONTGOMERY}
    | {"westgard": spc.WESTGARD}
)
_SIGNALS = {"t": pl.Datetime("us", "UTC"), "unit_id": pl.String(), "panel": pl.String(), "rule": pl.String(),
            "sentence": pl.String()}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class SpcChart:
    """A control chart as it is read.

    Parameters
    ----------
    stage : Stage
    characteristic : Characteristic
    chart : ControlChart
    title : str
    subject : str
        One of `qc_app.subjects.SUBJECTS`.
    seen : framing.Series
        The observations it is made of, those that are left out too.
    versions : tuple of Limits
        Limits that were ever in force for it, oldest first; empty where it stands on estimates of its own.
    run_length : str
        In words; empty where the points do not vary.
    notes : tuple of str
        What its reader has to know.
    signals : polars.DataFrame
        ``t``, ``unit_id`` (the last of the point), ``panel``, ``rule``, ``sentence``.
    """

    stage: Stage
    characteristic: Characteristic
    chart: spc.ControlChart
    title: str
    subject: str
    seen: framing.Series
    versions: tuple[Limits, ...]
    run_length: str
    notes: tuple[str, ...]
    signals: pl.DataFrame

    @property
    def in_force(self) -> Limits | None:
        """The limits in force now, None where none were ever frozen."""
        return self.versions[-1] if self.versions else None

    @property
    def points(self) -> pl.DataFrame:
        """Every point of the main panel: ``t``, ``unit_id``, ``point``, ``lower``, ``center``, ``upper``."""
        main, at = self.chart.main, self.chart.positions.tolist()
        return pl.DataFrame(
            {"t": [self.seen.times[n] for n in at], "unit_id": [self.seen.units[n] for n in at]}
            | {"point": main.points, "lower": main.lower, "center": main.center_line, "upper": main.upper},
            schema_overrides={"t": pl.Datetime("us", "UTC"), "unit_id": pl.String()},
        )

    @property
    def excluded(self) -> pl.DataFrame:
        """What is left out, with its value where it has one: ``t``, ``unit_id``, ``value``, ``cause``."""
        one = self.seen.values if self.seen.values.ndim == 1 else np.full(len(self.seen.units), np.nan)
        rows = [(self.seen.times[n], self.seen.units[n], float(one[n]), c) for n, c in self.seen.causes.items()]
        schema = {"t": pl.Datetime("us", "UTC"), "unit_id": pl.String(), "value": pl.Float64(), "cause": pl.String()}
        return pl.DataFrame(rows, schema=schema, orient="row")


def rules_of(words: Iterable[str]) -> tuple[str, ...]:
    """Return run rules by their names or the names of sets, each once.

    Raises
    ------
    UnknownName
        With the nearest name.

    Examples
    --------
    >>> rules_of(["nelson1", "we"])
    ('nelson1', 'we1', 'we2', 'we3', 'we4')
    >>> rules_of([]) == spc.DEFAULT
    True
    """
    names = [name for word in words for name in RULE_WORDS.get(word.strip().lower(), (word.strip(),)) if name]
    found = tuple(dict.fromkeys(names)) or spc.DEFAULT
    spc.rules.rules_named(found)
    return found


def between(seen: framing.Series, since: datetime | None, until: datetime | None) -> framing.Series:
    """Return the observations from a moment on, up to and with another."""
    first = 0 if since is None else seen.at_or_after(since)
    last = len(seen.times) if until is None else seen.after(until)
    return seen.part(first, max(first, last))


def spc_chart(
    store: Store,
    plant: Plant,
    stage_id: str,
    characteristic: str,
    *,
    chart: str = "",
    rules: Iterable[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    settings: Mapping[str, Any] | None = None,
    subject: str = "",
) -> SpcChart:
    """Make the control chart of a characteristic, or of several columns of its stage together.

    Parameters
    ----------
    store : Store
    plant : Plant
    stage_id, characteristic : str
    chart : str
        Of the catalogue; default: the one that suits what is declared.
    rules : iterable of str
        Names of run rules or of sets.
    since, until : datetime, optional
        By the time of the units.
    settings : mapping, optional
        Of the chart.
    subject : str
        One of `qc_app.subjects.SUBJECTS`; default: the results, or all parameters where the chart is of several.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    UnknownName, TaskError
        If there is no such chart or rule, or the chart is not for such data.
    NotEnoughData
        If there are no limits and too few results to estimate some.
    """
    of = plant.stage(stage_id)
    what = of.characteristic(characteristic)
    name = chart or framing.chart_of(what)
    asked = subject or subject_for(name)
    _require_subject(asked)
    require_fit(name, of, what, asked)
    seen = between(gathered(store, plant, (stage_id, characteristic), asked, name), since, until)
    if not seen.units:
        place = f"{stage_id} / {characteristic}"
        if since is None and until is None:
            raise NotEnoughData(f"{place}: no result yet - enter some on the Labels page", 1)
        raise NotEnoughData(f"{place}: no result in this time - ask for more of it", 1)
    seen, versions = framing.matched(seen, frozen_of(store, of, what, asked, name))
    chosen = {"rules": rules_of(rules), **(settings or {})}
    if versions:
        made = spc.staged(name, seen.data, framing.stretches(versions, seen.times), excluded=seen.excluded, **chosen)
    else:
        made = spc.make_chart(name, seen.told, **chosen)
    return SpcChart(
        of, what, made, spc.chart_kind(name).title, asked, seen, tuple(versions), _run_length(made),
        _notes(made, seen, versions, asked), _signals(made, seen),
    )  # fmt: skip


def frozen_of(store: Store, of: Stage, what: Characteristic, subject: str, chart: str) -> list[Limits]:
    """Return the versions of the limits that hold for a chart of a subject, oldest first."""
    if subject not in FROZEN:
        return []
    return framing.in_force(store.journal.limits.history(of.id, kept_as(what, subject)), chart)


def _require_subject(subject: str) -> None:
    if subject not in SUBJECTS:
        near = difflib.get_close_matches(subject, SUBJECTS, n=1, cutoff=0.0)[0]
        raise UnknownName(f"nothing called {subject!r} can be charted - did you mean {near!r}?")


def _run_length(chart: spc.ControlChart) -> str:
    try:
        quiet, shifted = spc.chart_run_length(chart), spc.chart_run_length(chart, 1.0)
    except ModelsError:
        return ""
    return f"{quiet.sentence}; {shifted.sentence}"


def _notes(chart: spc.ControlChart, seen: framing.Series, versions: list[Limits], subject: str) -> tuple[str, ...]:
    found = list(chart.warnings)
    if not versions and subject in FROZEN:
        found.insert(0, tr("no limits are frozen: these are estimated from the points shown - `qc spc limits freeze`"))
    if chart.name != "forecast" and spc.chart_kind(chart.name).scale == "value" and spc.dependent(seen.kept):
        words = tr("neighbouring results resemble each other: signals come too often, use the chart 'forecast'")
        found.append(words)
    return tuple(dict.fromkeys(found))


def _signals(chart: spc.ControlChart, seen: framing.Series) -> pl.DataFrame:
    rows = []
    for panel in chart.panels:
        for signal in panel.signals:
            last = int(chart.positions[signal.index])
            rows.append((seen.times[last], seen.units[last], panel.kind, signal.rule, signal.sentence))
    return pl.DataFrame(rows, schema=_SIGNALS, orient="row").sort("t", maintain_order=True)
