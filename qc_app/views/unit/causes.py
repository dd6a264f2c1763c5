"""What may be behind bad quality, as the last request found it; kept in the numbers of its run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.language import figures_of, per_cent, tr
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.views.unit.stretch import stretch_words

JOB = "request causes"
LOOKED_AT = 30
SHOWN = 12


@dataclass(frozen=True, slots=True)
class CausesView:
    """What was found.

    Parameters
    ----------
    at : datetime
    sentence : str
        What was compared, the difference, and how much the model behind it knows.
    stages, parameters, stretches : polars.DataFrame
        The largest first.
    """

    at: datetime
    sentence: str
    stages: pl.DataFrame
    parameters: pl.DataFrame
    stretches: pl.DataFrame


def causes_view(store: Store, plant: Plant, stage_id: str, characteristic: str, unit: str = "") -> CausesView | None:
    """Return the newest answer about a unit, or about all bad units of a stage; None if nobody asked yet."""
    what = plant.stage(stage_id).characteristic(characteristic)
    for run in reversed(store.journal.runs.list(job=JOB, stage=stage_id, last=LOOKED_AT)):
        found = run.numbers.get("causes")
        if found and (found["characteristic"], found["unit"]) == (characteristic, unit):
            return _view(found, what, run.started)
    return None


def _view(found: dict[str, Any], what: Characteristic, at: datetime) -> CausesView:
    unit = "" if what.kind == "binary" else f" {what.unit}".rstrip()
    fields = {"about": found["about"], "total": f"{_signed(found['total'])}{unit}"}
    if found["error"] is None:
        sentence = tr("{about}: the model sees a difference of {total}.", **fields)
    else:
        sentence = tr(
            "{about}: the model sees a difference of {total} (its error is {share} of the plain mean's).",
            share=per_cent(found["error"]).replace(" ", ""),
            **fields,
        )
    own = found["stage"]
    parameters = [
        (p["stage"] or own, p["name"], p["part"], p["bad"], p["usual"], ", ".join(p["twins"]))
        for p in found["parameters"][:SHOWN]
    ]
    stretches = [
        (s["stage"], datetime.fromisoformat(s["start"]), datetime.fromisoformat(s["end"]), s["units"], s["excess"],
         stretch_words(s["p"]))
        for s in found["stretches"]
    ]  # fmt: skip
    number, text, time = pl.Float64, pl.String, pl.Datetime("us", "UTC")
    return CausesView(
        at,
        sentence[:1].upper() + sentence[1:],
        pl.DataFrame(found["stages"], schema={"stage": text, "adds": number}, orient="row"),
        pl.DataFrame(
            parameters,
            schema={"stage": text, "parameter": text, "adds": number, "bad": number, "usual": number, "with": text},
            orient="row",
        ),
        pl.DataFrame(
            stretches,
            schema={"stage": text, "from": time, "to": time, "units": pl.Int64, "worse_by": number, "chance": text},
            orient="row",
        ),
    )


def _signed(value: float) -> str:
    """Return a difference in three digits with its sign."""
    return figures_of(f"{value:+.3g}")
