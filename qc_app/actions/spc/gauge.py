"""Recording a study of a gauge: judged from its sheet, kept with it, due again at a date."""

from __future__ import annotations

import math
from datetime import datetime

from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, in_sentences, record
from qc_app.actions.spc.gauge_sheet import Sheet, judge_sheet
from qc_app.errors import ActionError
from qc_app.records import GaugeKind, GaugeStudy
from qc_app.store import Store


def record_gauge_study(  # noqa: PLR0917 - what may be said of a study
    store: Store,
    actor: Actor,
    stage: str,
    characteristic: str,
    sheet: Sheet,
    kind: GaugeKind | None = None,
    at: datetime | None = None,
    due: datetime | None = None,
    reference: float | None = None,
    resolution: float | None = None,
    reason: str = "",
) -> GaugeStudy:
    """Judge a sheet of readings and keep both; its standard deviation is the noise floor of models from now on.

    Parameters
    ----------
    store : Store
    actor : Actor
    stage, characteristic : str
    sheet : Sheet
    kind, reference, resolution
        As `qc_app.actions.spc.gauge_sheet.judge_sheet`.
    at : datetime, optional
        When it was done; default: now.
    due : datetime, optional
        When the gauge is to be studied again; an alarm says so after that.
    reason : str

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If the sheet cannot be judged, the study lies in the future, or is due before it was done.
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    subject = f"{stage} / {characteristic}"
    authorise(store, actor, "record_gauge_study", subject, reason)
    what = current_plant(store).stage(stage).characteristic(characteristic)
    now = store.clock.now()
    done = at or now
    if done > now:
        raise ActionError(f"the study is dated {done:%Y-%m-%d}, in the future - correct the date")
    if due is not None and due <= done:
        raise ActionError(f"the gauge is due on {due:%Y-%m-%d}, not after its study on {done:%Y-%m-%d} - correct it")
    with in_sentences():
        found = judge_sheet(sheet, what, kind, reference=reference, resolution=resolution)
    numbers = dict(found.numbers) | {"warnings": list(found.warnings)}
    kept = store.journal.gauges.add(
        GaugeStudy(
            stage, characteristic, found.kind, done, due, actor.name, found.gauge_sd, found.verdict, found.sentence,
            numbers, {"rows": sheet.rows},
        )
    )  # fmt: skip
    sd = None if math.isnan(found.gauge_sd) else found.gauge_sd
    detail = {"kind": found.kind, "verdict": found.verdict, "gauge_sd": sd, "readings": len(sheet.rows)}
    record(store, actor, "record_gauge_study", subject, reason=reason, detail=detail)
    return kept
