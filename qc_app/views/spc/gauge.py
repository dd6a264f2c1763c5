"""How good a gauge is: the spread that is believed and why, every study, the parts of the newest crossed one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.language import dated, tr
from qc_app.plant import Plant
from qc_app.records import GaugeStudy
from qc_app.store import Store
from qc_app.views.spc.words import spc_words

_TIME = pl.Datetime("us", "UTC")
_STUDIES = {"at": _TIME, "kind": pl.String(), "verdict": pl.String(), "sentence": pl.String(), "gauge_sd": pl.Float64(),
            "due": _TIME, "author": pl.String()}  # fmt: skip
_PARTS = {"name": pl.String(), "sd": pl.Float64(), "lower": pl.Float64(), "upper": pl.Float64(), "share": pl.Float64(),
          "of_tolerance": pl.Float64()}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class GaugeView:
    """What is known of the gauge of one characteristic.

    Parameters
    ----------
    characteristic : Characteristic
    sd : float or None
        Standard deviation in force: the noise floor of models.
    source : str
        Where it comes from, in words.
    due : datetime or None
        When the gauge is to be studied again.
    overdue : bool
    studies : polars.DataFrame
        Every study, the newest first.
    parts : polars.DataFrame
        Of the newest crossed study: what the variation is made of.
    newest : GaugeStudy or None
    """

    characteristic: Characteristic
    sd: float | None
    source: str
    due: datetime | None
    overdue: bool
    studies: pl.DataFrame
    parts: pl.DataFrame
    newest: GaugeStudy | None


def gauge_view(store: Store, plant: Plant, stage: str, characteristic: str) -> GaugeView:
    """Read what is known of a gauge.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    what = plant.stage(stage).characteristic(characteristic)
    history = store.journal.gauges.history(stage, characteristic)
    studied = store.journal.gauges.sd(stage, characteristic)
    due = next((s.due for s in reversed(history) if s.due is not None), None)
    rows = [{name: getattr(s, name) for name in _STUDIES} for s in reversed(history)]
    crossed = next((s for s in reversed(history) if s.kind == "crossed"), None)
    found = [] if crossed is None else crossed.numbers.get("components", [])
    return GaugeView(
        characteristic=what,
        sd=what.gauge_sd if studied is None else studied,
        source=_source(what, history, studied),
        due=due,
        overdue=due is not None and due < store.clock.now(),
        studies=pl.DataFrame(rows, schema=_STUDIES, orient="row").with_columns(pl.col("gauge_sd").fill_nan(None)),
        parts=pl.DataFrame([{name: c[name] for name in _PARTS} for c in found], schema=_PARTS, orient="row"),
        newest=history[-1] if history else None,
    )


def _source(what: Characteristic, history: list[GaugeStudy], studied: float | None) -> str:
    if studied is None:
        return tr("not known") if what.gauge_sd is None else tr("the plant's definition")
    of = next(s for s in reversed(history) if not math.isnan(s.gauge_sd) and s.gauge_sd == studied)
    return tr("{kind} study of {day}", kind=spc_words(of.kind), day=dated(of.at))
