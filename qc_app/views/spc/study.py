"""The capability study beside the chart: what is drawn of it, as frames."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.language import tr
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.views.spc.capability import six_pack
from qc_app.views.spc.sentences import sentences
from qc_app.views.spc.words import spc_words

_BARS = {"left": pl.Float64, "right": pl.Float64, "count": pl.Float64}
_PLOT = {"expected": pl.Float64, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64}


@dataclass(frozen=True, slots=True, eq=False)
class StudyView:
    """A capability study, ready to draw; its first two pictures are the panels of the chart above.

    Parameters
    ----------
    characteristic : Characteristic
    sentence : str
    stable : bool
        Whether the chart is quiet; if not, the indices describe the past only.
    warnings : tuple of str
    ppm : str
        Units out of specification per million, counted and expected, in words.
    indices : polars.DataFrame
        ``index``, ``value``, ``lower``, ``upper``.
    newest : polars.DataFrame
        ``n``, ``unit_id``, ``value``.
    bars : polars.DataFrame
        Histogram: ``left``, ``right``, ``count``; empty where all values are equal.
    curves : polars.DataFrame
        ``x``, ``count``, ``spread`` (within or overall): what distributions would have in a bin.
    plot : polars.DataFrame
        Probability plot: ``expected``, ``value``, and the band ``lower``, ``upper``.
    """

    characteristic: Characteristic
    sentence: str
    stable: bool
    warnings: tuple[str, ...]
    ppm: str
    indices: pl.DataFrame
    newest: pl.DataFrame
    bars: pl.DataFrame
    curves: pl.DataFrame
    plot: pl.DataFrame


def study_view(store: Store, plant: Plant, stage: str, characteristic: str, method: str = "normal") -> StudyView:
    """Judge the results of a characteristic against its specification.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    ActionError
        If it is a defect, has no specification, or too few results.
    """
    with sentences():
        pack = six_pack(store, plant, stage, characteristic, method)  # type: ignore[arg-type]  # a word of the address
    found, drawn = pack.result, pack.picture
    ppm = tr(
        "{counted} ppm out of specification counted, {expected} expected",
        counted=round(found.ppm_observed),
        expected=round(found.ppm_expected),
    )
    said = spc_words(found.sentence), found.stable, tuple(map(spc_words, found.warnings)), ppm
    if drawn is None:
        none = pl.DataFrame(schema=_BARS), pl.DataFrame(), pl.DataFrame(schema=_PLOT)
        return StudyView(pack.characteristic, *said, pack.indices, pack.newest, *none)
    bars = pl.DataFrame({"left": drawn.edges[:-1], "right": drawn.edges[1:], "count": drawn.counts})
    curves = pl.concat(
        pl.DataFrame({"x": drawn.grid, "count": height}).with_columns(pl.lit(name).alias("spread"))
        for name, height in (("overall", drawn.overall), ("within", drawn.within))
    )
    plot = pl.DataFrame({"expected": drawn.expected, "value": drawn.sorted, "lower": drawn.lower, "upper": drawn.upper})
    return StudyView(pack.characteristic, *said, pack.indices, pack.newest, bars, curves, plot)
