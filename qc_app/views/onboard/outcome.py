"""What a drafted stage would be: its first rows as ingest would store them, the error to expect, how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data_connectors.base import Conformed, Reject
from data_connectors.catalog import make_connector
from data_connectors.errors import ConnectorError
from data_connectors.schema import Characteristic, Source, Stage
from models.errors import ModelsError
from models.giveaway import warnings_of
from models.labels import Curves, outlook
from qc_app import framing
from qc_app.errors import ActionError
from qc_app.language import figures_of, ntr, tr
from qc_app.store import Store
from qc_app.views.data.clocks import in_minutes, rows_ahead_by
from qc_app.views.onboard.draft import Draft, at_once, stage_of
from qc_app.views.recorded import recorded

SHOWN = 20
_SAMPLE = 1000
_SIZES = (10, 20, 50)
_NO_LABELS = pl.DataFrame(schema={"unit_id": pl.String, "value": pl.Float64})


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A sample of a source as ingest would store it; nothing was stored.

    Parameters
    ----------
    stage : Stage
    rows : polars.DataFrame
        Units: ``unit_id, t_event, quality`` and the parameters.
    labels : polars.DataFrame
        ``unit_id, characteristic, value, t_measured``.
    rejects : tuple of Reject
        Of both, each with its reason.
    received : int
        Records of the sample.
    flawed : int
        Units with a value that is bad or uncertain.
    """

    stage: Stage
    rows: pl.DataFrame
    labels: pl.DataFrame
    rejects: tuple[Reject, ...]
    received: int
    flawed: int

    def labels_of(self, characteristic: str) -> pl.DataFrame:
        """Return ``unit_id, value`` of one characteristic, a row a unit."""
        if not self.labels.height:
            return _NO_LABELS
        own = self.labels.filter(pl.col("characteristic") == characteristic)
        return own.select("unit_id", "value").unique("unit_id", keep="last", maintain_order=True)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The error to expect of one characteristic.

    Parameters
    ----------
    characteristic : str
    sentence : str
    points : tuple of (int, float, float, float)
        Labels, expected mean absolute error, and where it lies with 90 %; empty where nothing can be said.
    """

    characteristic: str
    sentence: str
    points: tuple[tuple[int, float, float, float], ...] = ()


def tried(store: Store, draft: Draft) -> Trial:
    """Read a sample of the drafted sources as ingest would.

    Raises
    ------
    ActionError
        If the draft is not complete, or the source cannot be read.
    """
    stage, sources = stage_of(draft)
    made = [_preview(store, stage, at_once(source)) for source in sources]
    rows = made[0].rows
    told = [m.rows for m in made[1:] if m.rows.height]
    labels = pl.concat(told, how="diagonal_relaxed") if told else pl.DataFrame()
    flawed = int(rows["quality"].count()) if "quality" in rows.columns else 0
    rejects = tuple(r for m in made for r in m.rejects)
    return Trial(stage, rows, labels, rejects, sum(m.received for m in made), flawed)


def _preview(store: Store, stage: Stage, source: Source) -> Conformed:
    try:
        connector = make_connector(source, store.clock.now)
        try:
            return connector.preview(stage, _SAMPLE)
        finally:
            connector.close()
    except ConnectorError as error:
        raise ActionError(str(error)) from None


def in_the_future(trial: Trial, store: Store) -> list[str]:
    """Say by how much units of the sample lie in the future, which a wrong zone or clock makes of them."""
    ahead = rows_ahead_by(trial.rows, store.clock.now())
    if ahead is None:
        return []
    return [
        tr("Units lie up to {span} in the future: correct the zone of the time at step 2, or the clock of the source.",
           span=in_minutes(ahead))
    ]  # fmt: skip


def given_away(trial: Trial) -> list[str]:
    """Say which parameters of the sample look as if they were known after the result only, in the language of now."""
    names = [p.name for p in trial.stage.parameters]
    x = trial.rows.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy() if trial.rows.height else None
    if x is None:
        return []
    told: list[str] = []
    for what in trial.stage.characteristics:
        joined = trial.rows.join(trial.labels_of(what.name), on="unit_id", how="left", maintain_order="left")
        y = joined["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        told += [recorded(sentence) for sentence in warnings_of(names, x, y, what.name)]
    return told


def foreseen(store: Store, draft: Draft, trial: Trial) -> list[Foreseen]:
    """Say what error to expect with the labels there are, and with 10, 20 and 50.

    It rests on the learning curves of the sisters, kept by the prior in force; without three of them nothing is said.
    """
    prior = store.journal.models.pointers("", "").champion
    numbers: dict[str, Any] = dict(store.journal.models.get(prior).numbers) if prior else {}
    curves = numbers.get("curves", {})
    return [_foreseen(curves, trial, trial.stage.characteristic(c.name)) for c in draft.results()]


def _foreseen(curves: dict[str, Any], trial: Trial, what: Characteristic) -> Foreseen:
    labels = trial.labels_of(what.name)
    n = labels.height
    said = tr("{n} of the sampled units have a result", n=n)
    if what.kind == "binary":
        return Foreseen(what.name, tr("{said}; for a defect the effect of more labels is not foretold", said=said))
    known = curves.get(framing.family_name(trial.stage, what))
    if known is None:
        spread = (
            tr(
                "; results scatter by ±{spread} {unit}", spread=figures_of(f"{_spread(labels):.2g}"), unit=what.unit
            ).rstrip()
            if n > 1
            else ""
        )
        why = tr("no three sisters of this family have shown yet how they learn")
        return Foreseen(
            what.name,
            tr(
                "{said}{spread}; {why} - after the first night the Labels page tells it",
                said=said,
                spread=spread,
                why=why,
            ),
        )
    try:
        told = outlook(Curves.from_json(known), min(n, 50), np.zeros(0), _SIZES)
    except ModelsError as error:
        return Foreseen(what.name, f"{said}; {recorded(str(error))}")
    points = tuple((p.labels, p.error, p.lower, p.upper) for p in (told.now, *told.then))
    return Foreseen(
        what.name, tr("from {n} sisters: {told}", n=told.sisters, told=recorded(told.sentence(what.unit))), points
    )


def _spread(labels: pl.DataFrame) -> float:
    values = labels["value"].to_numpy()
    return float(np.abs(values - values.mean()).mean())


def progress_of(store: Store, stage: str) -> tuple[pl.DataFrame, bool, bool]:
    """Return how far a stage is that went live, step by step; whether it predicts, and whether work is under way.

    Returns
    -------
    steps : polars.DataFrame
        ``step, state, sentence``.
    predicts, moves : bool
    """
    asked = [
        r for r in store.journal.requests.list(last=200) if r.stage == stage or (not r.stage and r.action == "ingest")
    ]
    newest = {r.action: r for r in asked}
    words = {
        "open": tr("waits for the scheduler"),
        "taken": tr("under way"),
        "done": tr("done"),
        "failed": tr("failed"),
    }
    names = {"ingest": tr("Read the source"), "adapt": tr("Adapt a model")}
    rows = [(names[a], words[newest[a].state], recorded(newest[a].sentence)) for a in names if a in newest]
    moves = any(r.state in {"open", "taken"} for r in newest.values())
    span = store.lake.span(stage) if stage in store.lake.stages() else None
    said = store.lake.predictions(stage, since=span[0]).height if span else 0
    rows.append(
        (
            tr("Predict"),
            tr("done") if said else tr("not yet"),
            ntr("{n} prediction", "{n} predictions", said) if said else "",
        )
    )
    return pl.DataFrame(rows, schema=["step", "state", "sentence"], orient="row"), said > 0, moves
