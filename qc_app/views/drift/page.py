"""What changed at a stage: the night's verdicts ordered by effect, both distributions, failed sensors apart."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic, Stage
from qc_app.language import later, ntr, tr
from qc_app.plant import Plant
from qc_app.records import DriftReport
from qc_app.store import Store
from qc_app.views.drift.words import drift_words

MONITOR = "monitor"
NIGHTS = 60
DRAWN = 6

_BIN: dict[str, Any] = {"low": pl.Float64, "high": pl.Float64, "before": pl.Float64, "now": pl.Float64}
_CONTEXT: dict[str, Any] = {
    "context": pl.String, "before": pl.Float64, "now": pl.Float64, "shift": pl.Float64, "n": pl.Int64,
}  # fmt: skip
_NIGHT: dict[str, Any] = {
    "plant_day": pl.Date, "matters": pl.Int64, "moved": pl.Int64, "tests": pl.Int64, "sentence": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """One verdict with both distributions.

    Parameters
    ----------
    report : DriftReport
    unit : str
    bins : polars.DataFrame
        ``low, high, before, now``: shares of units; empty where nothing was kept.
    medians : (float, float) or None
    counts : (int, int)
        Units before and now.
    contexts : polars.DataFrame
        ``context, before, now, shift, n``: medians and shift in each grade or recipe, the farthest first.
    """

    report: DriftReport
    unit: str
    bins: pl.DataFrame
    medians: tuple[float, float] | None
    counts: tuple[int, int]
    contexts: pl.DataFrame


@dataclass(frozen=True, slots=True)
class DriftView:
    """What the drift page shows of one characteristic.

    Parameters
    ----------
    stage : Stage
    characteristic : Characteristic
    state : str
        "act" never, "watch" where something that matters moved or a sensor failed, "unknown" before the first verdict.
    sentence : str
    reports : tuple of DriftReport
        Of the newest tested night: what matters first, then by effect.
    faults : tuple of mapping
        Failed sensors: ``column, kind, sentence, start, rows``.
    drawn : tuple of Drawn
        At most six verdicts with a picture, in the same order.
    nights : polars.DataFrame
        Newest first: ``plant_day, matters, moved, tests, sentence``.
    day : date or None
    at : datetime or None
        When it was tested.
    """

    stage: Stage
    characteristic: Characteristic
    state: str
    sentence: str
    reports: tuple[DriftReport, ...]
    faults: tuple[Mapping[str, Any], ...]
    drawn: tuple[Drawn, ...]
    nights: pl.DataFrame
    day: date | None
    at: datetime | None

    @property
    def since(self) -> date | None:
        """The first of the newest unbroken row of tested nights that told something that matters; None of a quiet one.

        Examples
        --------
        >>> rows = pl.DataFrame({"plant_day": [date(2026, 3, d) for d in (9, 7, 6)], "matters": [1, 2, 0]})
        >>> _first_of_row(rows)
        datetime.date(2026, 3, 7)
        """
        return _first_of_row(self.nights)


def _first_of_row(nights: pl.DataFrame) -> date | None:
    telling = takewhile(lambda night: night[1] > 0, nights.select("plant_day", "matters").iter_rows())
    return min((day for day, _ in telling), default=None)


def drift_view(store: Store, plant: Plant, stage_id: str, characteristic: str, since: date | None = None) -> DriftView:
    """Read what the nights said of one characteristic.

    Parameters
    ----------
    store : Store
    plant : Plant
    stage_id, characteristic : str
    since : date, optional
        Nights from this plant day on; the newest sixty by default.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    stage = plant.as_read(stage_id)
    what = stage.characteristic(characteristic)
    newest = [r for r in store.journal.drift.newest(stage_id) if r.characteristic in {"", what.name}]
    reports = tuple(sorted(newest, key=lambda r: (not r.matters, not r.drifted, -r.effect)))
    faults, told = _faults(store, stage_id)
    return DriftView(
        stage=stage,
        characteristic=what,
        state=_state(reports, faults),
        sentence=_sentence(reports, faults, told),
        reports=reports,
        faults=faults,
        drawn=tuple(one for one in (_drawn(stage, what, r) for r in reports) if one.bins.height)[:DRAWN],
        nights=_nights(store, stage_id, what.name, since),
        day=reports[0].plant_day if reports else None,
        at=reports[0].at if reports else None,
    )


def _faults(store: Store, stage: str) -> tuple[tuple[Mapping[str, Any], ...], str]:
    """Return the failed sensors that the last look named, and its sentence."""
    done = [r for r in store.journal.runs.list(job=MONITOR, stage=stage, last=5) if r.status == "done"]
    return (tuple(done[-1].numbers.get("faults", ())), done[-1].sentence) if done else ((), "")


def _state(reports: tuple[DriftReport, ...], faults: tuple[Mapping[str, Any], ...]) -> str:
    if faults or any(r.matters for r in reports):
        return "watch"
    return "ok" if reports else "unknown"


def _sentence(reports: tuple[DriftReport, ...], faults: tuple[Mapping[str, Any], ...], told: str) -> str:
    if not reports:
        none = tr("No night has tested this characteristic yet.")
        return tr("No verdict yet: {reason}", reason=drift_words(told)) if told else none
    serious, moved = [r for r in reports if r.matters], [r for r in reports if r.drifted]
    n = len(faults)
    broken = ntr("{n} failed sensor, named below.", "{n} failed sensors, named below.", n) if faults else ""
    if serious:
        kinds = [tr(_KIND[kind]) for kind in dict.fromkeys(r.drift_of for r in serious)]
        listed = functools.reduce(lambda one, other: tr("{one} and {other}", one=one, other=other), kinds)
        words = tr("{kinds} moved in a way that matters.", kinds=listed[:1].upper() + listed[1:])
    elif moved:
        words = tr(
            "Nothing that matters moved; {moved} of {all} tests moved without effect.",
            moved=len(moved),
            all=len(reports),
        )
    else:
        words = tr("Nothing moved more than chance allows in {n} tests.", n=len(reports))
    return f"{words} {broken}".rstrip()


_KIND = {
    "inputs": later("the inputs"),
    "relation": later("the relation between inputs and quality"),
    "output": later("the characteristic itself"),
}


def _drawn(stage: Stage, what: Characteristic, report: DriftReport) -> Drawn:
    picture = report.picture
    edges = picture.get("edges", [])
    rows = list(zip(edges[:-1], edges[1:], picture.get("before", []), picture.get("now", []), strict=True))
    units = {p.name: p.unit for p in stage.parameters}
    medians = picture.get("medians")
    contexts = [tuple(one[name] for name in _CONTEXT) for one in picture.get("contexts", ())]
    return Drawn(
        report=report,
        unit=units.get(report.subject, what.unit),
        bins=pl.DataFrame(rows, schema=_BIN, orient="row"),
        medians=(float(medians[0]), float(medians[1])) if medians else None,
        counts=tuple(picture.get("counts", (0, 0))),
        contexts=pl.DataFrame(contexts, schema=_CONTEXT, orient="row"),
    )


def _nights(store: Store, stage: str, characteristic: str, since: date | None) -> pl.DataFrame:
    """Count what every tested night found, newest first, with the sentence of its largest effect."""
    found: dict[date, list[DriftReport]] = {}
    for report in store.journal.drift.list(stage=stage, last=NIGHTS * 20):
        if report.characteristic in {"", characteristic} and (since is None or report.plant_day >= since):
            found.setdefault(report.plant_day, []).append(report)
    rows = []
    for day in sorted(found, reverse=True)[:NIGHTS]:
        reports = sorted(found[day], key=lambda r: (not r.matters, not r.drifted, -r.effect))
        first = drift_words(reports[0].sentence) if reports[0].drifted else ""
        rows.append((day, sum(r.matters for r in reports), sum(r.drifted for r in reports), len(reports), first))
    return pl.DataFrame(rows, schema=_NIGHT, orient="row")
