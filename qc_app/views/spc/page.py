"""One chart as the SPC page shows it: its panels, signals in words, run lengths, limits of their time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import spc
from models.errors import ModelsError, NotEnoughData
from qc_app import framing
from qc_app.language import figures_of, later, tr
from qc_app.plant import Plant, decimals
from qc_app.records import Limits
from qc_app.store import Store
from qc_app.subjects import VECTORS, gathered, require_fit
from qc_app.views.moments import local
from qc_app.views.spc.chart import frozen_of
from qc_app.views.spc.offer import placed
from qc_app.views.spc.panels import PanelView, panel_view
from qc_app.views.spc.sentences import sentences
from qc_app.views.spc.words import spc_words

PHASE_ONE = 25
_PARTS = 12
_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True, eq=False)
class SpcPage:
    """What the SPC page shows.

    Parameters
    ----------
    stage, characteristic
    subject, chart, title : str
    places : int
        Decimals.
    panels : tuple of PanelView
    signals : polars.DataFrame
        ``t``, ``unit_id``, ``panel``, ``rule``, ``sentence``; the newest first.
    newest : str
        The sentence of a signal at one of the newest three points, empty if there is none.
    changes : tuple of str
    notes : tuple of (str, str)
        What the reader has to know: words and state, "watch" where the limits are not to be trusted.
    in_force : Limits or None
    center : float
        Of the newest limits.
    n, observed : int
        Points, and results they stand on: the first result has no forecast, so no error of one.
    run_lengths : mapping of float to float
        Shift in standard deviations -> points until the chart signals; empty where it is not known.
    length_words : str
        How they were found.
    weekly : float or None
        Points a week, of those shown; None where they are made at one moment.
    parts : polars.DataFrame
        ``parameter``, ``part``: contributions to the newest signalling point, or to the newest.
    parts_of : str
        Which point that is, and what the numbers mean.
    """

    stage: Stage
    characteristic: Characteristic
    subject: str
    chart: str
    title: str
    places: int
    panels: tuple[PanelView, ...]
    signals: pl.DataFrame
    newest: str
    changes: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    in_force: Limits | None
    center: float
    n: int
    observed: int
    run_lengths: Mapping[float, float]
    length_words: str
    weekly: float | None
    parts: pl.DataFrame
    parts_of: str

    @property
    def false_a_week(self) -> float | None:
        """False signals a week that the rules in use promise: points a week over the run length of the stable chart."""
        quiet = self.run_lengths.get(0.0)
        return spc.false_signals(quiet, self.weekly) if quiet and self.weekly else None


def spc_page(
    store: Store,
    plant: Plant,
    stage: str,
    characteristic: str,
    *,
    subject: str,
    chart: str,
    rules: Iterable[str],
    most: int | None = None,
) -> SpcPage:
    """Make a chart of the newest units of a subject.

    Results are judged by the limits that were in force at their time, where some are frozen. All others by limits from
    the older half of what is shown.

    Parameters
    ----------
    store : Store
    plant : Plant
    stage, characteristic : str
    subject : str
        One of `SUBJECTS`.
    chart : str
        One of the charts on offer for it.
    rules : iterable of str
    most : int, optional
        Newest observations to show; all without.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    ActionError
        If there are too few units, or the chart does not suit them.
    """
    with sentences():
        of, what = placed(plant, stage, characteristic)
        require_fit(chart, of, what, subject)
        seen = gathered(store, plant, (stage, characteristic), subject, chart).newest(most)
        seen, versions = framing.matched(seen, frozen_of(store, of, what, subject, chart))
        return _page(of, what, Asked(subject, chart, tuple(rules), plant.zone), seen, versions)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be charted, and in which zone times are told."""

    subject: str
    chart: str
    rules: tuple[str, ...]
    zone: str


def _page(of: Stage, what: Characteristic, asked: Asked, seen: framing.Series, versions: list[Limits]) -> SpcPage:
    subject, chart, zone = asked.subject, asked.chart, asked.zone
    if not seen.units:
        raise NotEnoughData(f"{of.id} / {what.name}: no result yet - enter some on the Labels page", 1)
    made, notes = _made(seen, chart, versions, asked.rules)
    kind = spc.chart_kind(chart)
    lengths, words = _lengths(made)
    values = tuple(float(v) for v in made.main.points[np.isfinite(made.main.points)][-500:])
    parts, parts_of = _parts(made, seen, zone)
    return SpcPage(
        stage=of,
        characteristic=what,
        subject=subject,
        chart=chart,
        title=spc_words(kind.title),
        places=2 if subject in VECTORS else decimals(what, values),
        panels=tuple(panel_view(made, k, seen, zone) for k in range(len(made.panels))),
        signals=_signals(made, seen),
        newest=_newest(made),
        changes=_dated(made, seen, zone),
        notes=tuple((spc_words(note), _weight(note)) for note in (*notes, *made.warnings)),
        in_force=versions[-1] if versions else None,
        center=(made.limits if chart == "cusum" else made.main.limits).center,
        n=int(np.isfinite(made.main.points).sum()),
        observed=int(np.isfinite(seen.kept).reshape(len(seen.units), -1).all(axis=1).sum()),
        run_lengths=lengths,
        length_words=words,
        weekly=_weekly([seen.times[last] for last in made.positions[np.isfinite(made.main.points)]]),
        parts=parts,
        parts_of=parts_of,
    )


def _made(
    seen: framing.Series, chart: str, versions: list[Limits], rules: tuple[str, ...]
) -> tuple[spc.ControlChart, tuple[str, ...]]:
    if versions:
        stretches = framing.stretches(versions, seen.times)
        return spc.staged(chart, seen.data, stretches, excluded=seen.excluded, rules=rules), ()
    data = seen.told
    n = len(data.ends)
    first = max(PHASE_ONE, n // 2)
    window = slice(0, first) if n > PHASE_ONE else None
    told = later("no limits are frozen: these come from the first {first} of the {n} points shown")
    words = told.format(first=min(first, n), n=n)
    return spc.make_chart(chart, data, window=window, rules=rules), (words,)


def _weight(note: str) -> str:
    return "watch" if "provisional" in note or "not stable" in note else ""


def _lengths(chart: spc.ControlChart) -> tuple[dict[float, float], str]:
    try:
        found = {shift: spc.chart_run_length(chart, shift) for shift in (0.0, 1.0, 2.0)}
    except ModelsError:
        return {}, ""
    how, error = spc_words(found[0.0].method), found[0.0].standard_error
    if error:
        how = tr("{method}, standard error {error}", method=how, error=figures_of(f"{error:.2g}"))
    return {shift: length.value for shift, length in found.items()}, how


def _weekly(times: Sequence[datetime]) -> float | None:
    """Return how many points a week there are, from the first to the last of these moments.

    Examples
    --------
    >>> _weekly([datetime(2026, 1, day) for day in range(1, 9)])
    7.0
    """
    span = (times[-1] - times[0]) / timedelta(weeks=1) if len(times) > 1 else 0.0
    return (len(times) - 1) / span if span > 0 else None


def _signals(chart: spc.ControlChart, seen: framing.Series) -> pl.DataFrame:
    rows = [
        (seen.times[last], seen.units[last], spc_words(panel.kind), signal.rule, spc_words(signal.sentence))
        for panel in chart.panels
        for signal in panel.signals
        for last in [int(chart.positions[signal.index])]
    ]
    schema = {"t": _TIME} | dict.fromkeys(("unit_id", "panel", "rule", "sentence"), pl.String())
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.sort("t", descending=True, maintain_order=True)


def _newest(chart: spc.ControlChart, newest: int = 3) -> str:
    """Return what one of the newest points signals, with its panel where there are several."""
    first = len(chart.main.points) - newest
    recent = [(s.index, panel.kind, s.sentence) for panel in chart.panels for s in panel.signals if s.index >= first]
    if not recent:
        return ""
    recent.sort(key=lambda one: one[0])
    _, kind, sentence = recent[-1]
    told = spc_words(sentence)
    return tr("{panel}: {told}", panel=spc_words(kind), told=told) if len(chart.panels) > 1 else told


_ROSE = later("The mean rose to about {mean} from unit {unit} on ({moment}).")
_FELL = later("The mean fell to about {mean} from unit {unit} on ({moment}).")


def _dated(chart: spc.ControlChart, seen: framing.Series, zone: str) -> tuple[str, ...]:
    """Changes in words, each with the unit and the time of its first point."""
    found = []
    for change in chart.changes:
        at = int(chart.positions[change.first])
        fields = {
            "mean": figures_of(f"{change.mean:.5g}"),
            "unit": seen.units[at],
            "moment": local(seen.times[at], zone),
        }
        found.append(tr(_ROSE if "rose" in change.sentence else _FELL, **fields))
    return tuple(found)


def _parts(chart: spc.ControlChart, seen: framing.Series, zone: str) -> tuple[pl.DataFrame, str]:
    """Contributions of the variables to the newest point that signals, else to the newest point."""
    if chart.contributions is None:
        return pl.DataFrame(schema={"parameter": pl.String, "part": pl.Float64}), ""
    there = np.flatnonzero(np.isfinite(chart.contributions.values).all(axis=1))
    signalled = [s.index for s in chart.signals if s.index in set(there.tolist())]
    row = signalled[-1] if signalled else int(there[-1])
    values = chart.contributions.values[row]
    order = np.argsort(-values)[:_PARTS]
    frame = pl.DataFrame({"parameter": [chart.contributions.names[j] for j in order], "part": values[order]})
    at = int(chart.positions[row])
    words = tr(
        _OF_SIGNAL if signalled else _OF_POINT,
        unit=seen.units[at],
        moment=local(seen.times[at], zone),
        what=spc_words(chart.contributions.what),
    )
    return frame, words


_OF_SIGNAL = later("the newest signal, unit {unit}, {moment}: {what}")
_OF_POINT = later("the newest point, unit {unit}, {moment}: {what}")
