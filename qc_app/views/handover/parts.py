"""The tables of a shift hand-over, one function each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic, Stage
from qc_app.language import later, tr
from qc_app.plant import Span, decimals
from qc_app.records import Alarm, Decision
from qc_app.store import Store
from qc_app.views.alarms.page import HIDDEN, urgency
from qc_app.views.data.words import event_word
from qc_app.views.figures import outside, specification, state_word, worst
from qc_app.views.recorded import recorded
from qc_app.views.unit.dispositions import as_table
from qc_app.views.vocabulary import alarm_about, alarm_state, dispositions, priority_word

_TIME = pl.Datetime("us", "UTC")
_OF_PRIORITY = {"high": "act", "medium": "watch", "low": "ok"}
_TOLD: Mapping[str, str] = MappingProxyType(
    {"promoted": later("promoted"), "rolled_back": later("rolled back"), "failed": later("failed")}
)
_MOST = 200


def stood(alarm: Alarm, moment: datetime) -> bool:
    """Whether an alarm's condition was there at a moment."""
    end = alarm.cleared or (None if alarm.open else alarm.last_seen)
    return alarm.raised <= moment and (end is None or moment < end)


def alarms_of(alarms: Iterable[Alarm], shift: Span) -> pl.DataFrame:
    """Return the alarms that stood in the shift, the most urgent first."""
    mine = [a for a in alarms if a.raised < shift.end and (a.raised >= shift.start or stood(a, shift.start))]
    rows = [
        (priority_word(a.priority), alarm_state(a.state), a.stage or tr("plant"), alarm_about(a.subject),
         recorded(a.sentence), a.raised, a.cleared, a.acknowledged_by, a.note)
        for a in sorted(mine, key=urgency)[:_MOST]
    ]  # fmt: skip
    text = ("priority", "state_now", "stage", "subject", "sentence")
    schema: dict[str, Any] = dict.fromkeys(text, pl.String)
    schema |= {"raised": _TIME, "cleared": _TIME, "by": pl.String, "note": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def changes(alarms: Sequence[Alarm], shift: Span, now: datetime) -> pl.DataFrame:
    """Return the stages whose state (by the alarms that stood) was another at the end than at the beginning."""
    seen = [a for a in alarms if a.state not in HIDDEN]
    rows = []
    for stage in sorted({a.stage for a in seen}):
        mine = [a for a in seen if a.stage == stage]
        after = sorted((a for a in mine if stood(a, min(shift.end, now))), key=urgency)
        states = [
            worst("ok", *(_OF_PRIORITY[a.priority] for a in found))
            for found in ([a for a in mine if stood(a, shift.start)], after)
        ]
        if states[0] != states[1]:
            why = tr("What was wrong is gone.") if states[1] == "ok" else recorded(after[0].sentence)
            rows.append((stage or tr("plant"), *(state_word(s) for s in states), why))
    return pl.DataFrame(rows, schema=dict.fromkeys(("stage", "before", "after", "sentence"), pl.String), orient="row")


def quality_of(store: Store, stages: Sequence[Stage], shift: Span) -> pl.DataFrame:
    """Return, for each characteristic that had units or results: how many, and how many out of specification."""
    rows = []
    for stage, what in _each(stages):
        made = store.lake.predictions(stage.id, characteristic=what.name, since=shift.start, until=shift.end)
        made = made.filter(pl.col("t_event") < shift.end).with_columns(outside("mean", what))
        results = _results(store, stage, what, shift)
        if not (made.height or results.height):
            continue
        out = int(made["out"].sum())
        share = out / made.height if made.height else None
        rejected = int(results["out"].sum())
        rows.append((stage.line, stage.id, what.name, made.height, out, share, results.height, rejected))
    schema: dict[str, Any] = {
        "line": pl.String,
        "stage": pl.String,
        "characteristic": pl.String,
        "units": pl.Int64,
        "predicted_out": pl.Int64,
        "share_out": pl.Float64,
        "results": pl.Int64,
        "results_out": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def rejects_of(store: Store, stages: Sequence[Stage], shift: Span) -> pl.DataFrame:
    """Return the results out of specification that came in during the shift."""
    rows = []
    for stage, what in _each(stages):
        limits = f"{specification(what, decimals(what))} {what.unit}".rstrip()
        found = _results(store, stage, what, shift).filter("out")
        rows += [(stage.id, what.name, r["unit_id"], r["value"], limits, r["t_known"], r["note"])
                 for r in found.iter_rows(named=True)]  # fmt: skip
    schema: dict[str, Any] = dict.fromkeys(("stage", "characteristic", "unit"), pl.String)
    schema |= {"value": pl.Float64, "specification": pl.String, "came": _TIME, "note": pl.String}
    return pl.DataFrame(rows[:_MOST], schema=schema, orient="row")


def owed_of(store: Store, stages: Sequence[Stage]) -> pl.DataFrame:
    """Return what is owed now: stage, characteristic, how many, and until when the first of the queue is due."""
    mine = {(stage.id, what.name) for stage, what in _each(stages)}
    rows = []
    for latest in store.journal.latest.all():
        owed = int(latest.values.get("labels_owed", 0))
        if owed and (latest.stage, latest.characteristic) in mine:
            queue = store.journal.queue.open(latest.stage, latest.characteristic)
            first = min((q.due for q in queue), default=None)
            rows.append((latest.stage, latest.characteristic, owed, first, ", ".join(q.unit_id for q in queue[:3])))
    schema: dict[str, Any] = {"stage": pl.String, "characteristic": pl.String, "owed": pl.Int64, "first_due": _TIME}
    return pl.DataFrame(rows, schema=schema | {"measure_first": pl.String}, orient="row")


def disposed_in(store: Store, ids: Collection[str], shift: Span) -> pl.DataFrame:
    """Return what was decided in the shift about units."""
    found = store.journal.dispositions.list(since=shift.start)
    return as_table([d for d in found if d.at in shift and d.stage in ids][:_MOST]).with_columns(dispositions())


def models_of(store: Store, ids: Collection[str], shift: Span) -> pl.DataFrame:
    """Return which models were promoted, rolled back, or failed their verdict in the shift."""
    told: list[Decision] = [
        d for d in store.journal.decisions.list(last=5_000) if d.at in shift and d.stage in ids and d.verdict in _TOLD
    ]
    rows = [
        (d.at, d.stage, d.characteristic, tr(_TOLD[d.verdict]), recorded(d.sentence), d.author) for d in told[:_MOST]
    ]
    schema: dict[str, Any] = {"at": _TIME}
    schema |= dict.fromkeys(("stage", "characteristic", "verdict", "sentence", "by"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def notes_of(store: Store, ids: Collection[str], shift: Span) -> pl.DataFrame:
    """Return what was noted on the time axis, and which incidents were closed with what cause."""
    events = [e for e in store.journal.events.list(since=shift.start) if e.at in shift and e.stage in ids]
    rows = [(e.at, e.stage, event_word(e.kind), e.text, e.author) for e in events]
    for one in store.journal.incidents.list(open_only=False):
        if one.closed is not None and one.closed in shift and any(s in ids for s in one.stages):
            where = ", ".join(s or tr("plant") for s in one.stages)
            said = tr(
                "cause: {cause}; done: {done}",
                cause=one.cause or tr("none given"),
                done=one.action or tr("nothing said"),
            )
            rows.append((one.closed, where, tr("incident closed"), said, one.closed_by))
    schema: dict[str, Any] = {"at": _TIME} | dict.fromkeys(("stage", "kind", "text", "by"), pl.String)
    return pl.DataFrame(sorted(rows)[:_MOST], schema=schema, orient="row")


def _each(stages: Sequence[Stage]) -> list[tuple[Stage, Characteristic]]:
    return [(stage, what) for stage in stages for what in stage.characteristics]


def _results(store: Store, stage: Stage, what: Characteristic, shift: Span) -> pl.DataFrame:
    """Return the results that became known in the shift."""
    known = store.journal.labels.history(stage.id, what.name)
    inside = known.filter(pl.col("t_known").is_between(shift.start, shift.end, closed="left"))
    return inside.unique("unit_id", keep="last", maintain_order=True).with_columns(outside("value", what))
