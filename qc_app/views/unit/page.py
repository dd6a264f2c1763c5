"""One unit: what is predicted of it, why, what became of units like it, and what else the model would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic, Stage
from qc_app.language import later, tr
from qc_app.plant import Plant, decimals
from qc_app.records import Alarm, Explanation, ModelVersion, Request
from qc_app.store import Store
from qc_app.views.moments import moment
from qc_app.views.recorded import recorded
from qc_app.views.unit.proved import proved
from qc_app.views.unit.words import (
    Content,
    Scale,
    beyond,
    headline,
    precedents,
    reading,
    reasons,
    strangeness,
    unusual,
    uses_parameters,
)

NEWEST = 20
_GRAVEST = ("out of specification", "strange", "outside the domain", "asked", "latest")
_ALARMED = {"predicted_out_of_spec": "out of specification", "anomaly": "strange"}
_REQUESTS = 100
#: Why a unit is listed -> how that is said.
_LISTED = {
    "out of specification": later("out of specification"),
    "strange": later("strange"),
    "outside the domain": later("outside the domain"),
    "asked": later("asked"),
    "latest": later("latest"),
}


@dataclass(frozen=True, slots=True)
class UnitView:
    """What the unit page shows.

    Parameters
    ----------
    stage : Stage
    characteristic : Characteristic
    unit_id : str
        Empty if the stage has no predicted unit.
    scale : Scale
    prediction : mapping
        Of the lake, a row of `PREDICTION_COLUMNS`; empty if there is none.
    measured : float or None
    proved : str
        How its result lies to what was predicted before; empty while there is none.
    explanation : Explanation or None
        None until the scheduler made one.
    model : ModelVersion or None
        The version that explained, if it is one of the registry.
    request : Request or None
        The newest that asks for this unit.
    state : str
        act, watch, unknown or ok.
    told : str
        Why it is in that state, in two words.
    sentences : tuple of (str, str)
        The explanation, what matters most first: a word for what it is about, and the sentence.
    parts, near, moves : polars.DataFrame
        Ready for chart and tables; empty without an explanation.
    """

    stage: Stage
    characteristic: Characteristic
    unit_id: str
    scale: Scale
    prediction: Mapping[str, Any]
    measured: float | None
    proved: str
    explanation: Explanation | None
    model: ModelVersion | None
    request: Request | None
    state: str
    told: str
    sentences: tuple[tuple[str, str], ...]
    parts: pl.DataFrame
    near: pl.DataFrame
    moves: pl.DataFrame


def unit_view(store: Store, plant: Plant, stage_id: str, characteristic: str, unit_id: str) -> UnitView:
    """Read what the unit page shows.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    stage = plant.as_read(stage_id)
    what = stage.characteristic(characteristic)
    found = store.journal.explanations.get(stage_id, characteristic, unit_id) if unit_id else None
    said = store.lake.predictions(stage_id, characteristic=characteristic, unit_id=unit_id) if unit_id else None
    prediction = said.row(-1, named=True) if said is not None and said.height else {}
    view = worded(
        stage,
        what,
        unit_id,
        found,
        prediction=prediction,
        measured=_measured(store, stage_id, characteristic, unit_id),
        model=_version(store, found),
        request=_asked(store, stage_id, characteristic, unit_id),
    )
    return replace(view, proved=proved(store, stage_id, unit_id, view.scale))


def worded(
    stage: Stage,
    what: Characteristic,
    unit_id: str,
    found: Explanation | None,
    *,
    prediction: Mapping[str, Any] | None = None,
    measured: float | None = None,
    model: ModelVersion | None = None,
    request: Request | None = None,
) -> UnitView:
    """Put an explanation into words and frames; the page reads it from the journal, the command makes it itself."""
    content: Content = found.content if found else {}
    known = prediction or content
    ends = [float(known[side]) for side in ("lower", "upper") if known.get(side) is not None]
    scale = Scale(what, decimals(what, ends))
    state, told = _state(known, what)
    return UnitView(
        stage=stage,
        characteristic=what,
        unit_id=unit_id,
        scale=scale,
        prediction=prediction or {},
        measured=measured,
        proved="",
        explanation=found,
        model=model,
        request=request,
        state=state,
        told=told,
        sentences=_sentences(content, scale, stage) if content else (),
        parts=_parts(content, stage, scale),
        near=_near(content, scale),
        moves=_moves(content, stage, scale),
    )


def unit_choices(store: Store, plant: Plant, stage_id: str, characteristic: str) -> dict[str, str]:
    """Return units to choose from -> why each is listed: the gravest first, then those asked for, then the newest."""
    plant.stage(stage_id).characteristic(characteristic)
    kept = store.journal.explanations.list(stage_id, characteristic)
    ranked = sorted(kept, key=lambda e: (_GRAVEST.index(e.why), -e.t_event.timestamp()))
    chosen: dict[str, str] = {e.unit_id: tr(_LISTED[e.why]) for e in ranked}
    newest = store.lake.predictions(stage_id, characteristic=characteristic, last=NEWEST)
    for unit in newest["unit_id"].reverse():
        chosen.setdefault(unit, tr("not explained yet"))
    return chosen


def unit_of(store: Store, alarm: Alarm) -> str:
    """Return the newest explained unit that an alarm is about, empty if it is about none."""
    why = _ALARMED.get(alarm.kind)
    if why is None:
        return ""
    kept = store.journal.explanations.list(alarm.stage, alarm.subject)
    return next((e.unit_id for e in reversed(kept) if e.why == why), "")


def _measured(store: Store, stage: str, characteristic: str, unit_id: str) -> float | None:
    history = store.journal.labels.history(stage, characteristic, unit_id=unit_id) if unit_id else None
    return float(history["value"][-1]) if history is not None and history.height else None


def _version(store: Store, found: Explanation | None) -> ModelVersion | None:
    if found is None:
        return None
    versions = store.journal.models.list(stage=found.stage, characteristic=found.characteristic)
    return next((v for v in versions if v.id == found.model_id), None)


def _asked(store: Store, stage: str, characteristic: str, unit_id: str) -> Request | None:
    wanted = {"characteristic": characteristic, "unit": unit_id}
    mine = [
        r
        for r in store.journal.requests.list(last=_REQUESTS)
        if (r.action, r.stage) == ("explain", stage) and dict(r.arguments) == wanted
    ]
    return mine[-1] if mine else None


def _state(known: Mapping[str, Any], what: Characteristic) -> tuple[str, str]:
    mean = known.get("mean", known.get("value"))
    if mean is None:
        return "unknown", tr("Not predicted")
    if known.get("in_domain") is False:
        return "unknown", tr("Outside the domain")
    if beyond(float(mean), what):
        return "act", tr("Out of specification")
    if float(known.get("anomaly") or 0.0) > 0.99:
        return "watch", tr("Strange")
    return "ok", tr("Nothing abnormal")


def _sentences(content: Content, scale: Scale, stage: Stage) -> tuple[tuple[str, str], ...]:
    taken = str(content["transfer"])
    said = (
        (tr("Says"), headline(content, scale)),
        (tr("Because"), reasons(content, scale, stage)),
        (tr("Strange"), strangeness(content)),
        (tr("Nearest"), precedents(content, scale)),
        (tr("Learned"), _sentence(recorded(taken))),
    )
    return tuple((word, sentence) for word, sentence in said if sentence)


def _sentence(words: str) -> str:
    """Make a sentence of words that begin small and end without a stop."""
    return tr("{words}.", words=words[:1].upper() + words[1:]) if words else ""


def _parts(content: Content, stage: Stage, scale: Scale) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "parameter": pl.String,
        "part": pl.Float64,
        "error": pl.Float64,
        "words": pl.String,
        "now": pl.String,
        "usual": pl.String,
        "sd": pl.Float64,
        "unusual": pl.Boolean,
    }
    if not content or not uses_parameters(content):
        return pl.DataFrame(schema=schema)
    units = {p.name: p.unit for p in stage.parameters}
    rows = [
        (
            *(p["name"], scale.factor * p["part"], scale.factor * p["error"], scale.change(p["part"])),
            *(reading(p["now"], units.get(p["name"], "")), reading(p["usual"]), p["sd"], unusual(p)),
        )
        for p in content["parts"]
    ]
    if content["rest_parts"]:
        rest = float(content["rest"])
        rows.append(
            (
                tr("{n} others", n=int(content["rest_parts"])),
                scale.factor * rest,
                0.0,
                scale.change(rest),
                "",
                "",
                None,
                False,
            )
        )
    return pl.DataFrame(rows, schema=schema, orient="row")


def _near(content: Content, scale: Scale) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "unit_id": pl.String,
        "t_event": pl.Datetime("us", "UTC"),
        "measured": pl.String,
        "note": pl.String,
        "distance": pl.Float64,
    }
    rows = [
        (
            *(n["unit_id"], moment(n["t_event"]), scale.measured(float(n["value"]))),
            f"■ {tr('out of specification')}" if beyond(float(n["value"]), scale.what) else "",
            scale.factor * n["distance"],
        )
        for n in content.get("near", ())
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _moves(content: Content, stage: Stage, scale: Scale) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "parameter": pl.String,
        "now": pl.String,
        "to": pl.String,
        "mean": pl.Float64,
        "interval": pl.String,
        "change": pl.Float64,
    }
    units = {p.name: p.unit for p in stage.parameters if p.settable}
    rows = [
        (
            *(m["name"], reading(m["now"]), reading(m["to"], units.get(m["name"], ""))),
            *(_answer(m, scale) if m["in_domain"] else (None, tr("outside domain"), None)),
        )
        for m in content.get("moves", ())
        if m["name"] in units
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _answer(move: Content, scale: Scale) -> tuple[float, str, float]:
    return scale.factor * move["mean"], scale.between(move["lower"], move["upper"]), scale.factor * move["change"]
