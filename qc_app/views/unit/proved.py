"""Whether what was said of a unit was right: its result beside the last prediction made before it was known."""

from __future__ import annotations

import polars as pl

from qc_app.language import tr
from qc_app.store import Store
from qc_app.views.figures import percent
from qc_app.views.unit.words import Scale


def proved(store: Store, stage: str, unit_id: str, scale: Scale) -> str:
    """Return in a sentence how a measured unit was predicted before anybody knew its result; nothing of others.

    A prediction that was made afterwards may stand on that very result, so it proves nothing.

    Parameters
    ----------
    store : Store
    stage, unit_id : str
    scale : Scale
    """
    results = store.journal.labels.history(stage, scale.what.name, unit_id=unit_id) if unit_id else None
    if results is None or results.is_empty():
        return ""
    said = store.lake.predictions(stage, characteristic=scale.what.name, unit_id=unit_id, history=True)
    before = said.filter(pl.col("t_predicted") < results["t_known"][0]).sort("t_predicted")
    return sentence(float(results["value"][-1]), before, scale)


def sentence(value: float, before: pl.DataFrame, scale: Scale) -> str:
    """Say how a result lies to the last of the predictions made before it was known.

    Parameters
    ----------
    value : float
    before : polars.DataFrame
        ``mean, lower, upper, level``, in the order in which they were made; may be empty.
    scale : Scale

    Examples
    --------
    >>> from data_connectors.schema import Characteristic
    >>> said = pl.DataFrame({"mean": [2.5], "lower": [2.4], "upper": [2.6], "level": [0.9]})
    >>> sentence(2.55, said, Scale(Characteristic("thickness", "mm"), 2))
    'Measured 2.55 mm: inside the 90 % interval 2.40 to 2.60 predicted before it was known, +0.050 off.'
    """
    measured = scale.measured(value)
    if before.is_empty():
        return tr("Measured {value}; nothing was predicted before that was known.", value=measured)
    last = before.row(-1, named=True)
    if scale.what.kind == "binary":
        return tr(
            "Measured: {value}; before it was known a defect was predicted with {share}.",
            value=measured,
            share=percent(last["mean"]),
        )
    fields = {
        "value": measured,
        "level": percent(last["level"]),
        "range": scale.between(last["lower"], last["upper"]),
        "gap": scale.change(value - last["mean"]),
    }
    if last["lower"] <= value <= last["upper"]:
        return tr(
            "Measured {value}: inside the {level} interval {range} predicted before it was known, {gap} off.", **fields
        )
    return tr(
        "Measured {value}: outside the {level} interval {range} predicted before it was known, {gap} off.", **fields
    )
