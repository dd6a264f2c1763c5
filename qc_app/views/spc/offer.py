"""What the SPC page offers: subjects, charts that fit, the adviser's proposal, run rules by set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_connectors.schema import Characteristic
from models import spc
from models.errors import ModelsError
from qc_app import framing
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.views.spc.chart import results_of
from qc_app.views.spc.subjects import VECTORS, Subject, of_results, plant_stage, possible, series_of

ADVISED = 500
"""Newest results that the adviser looks at."""
_SINGLE = ("imr", "ewma", "cusum", "moving_average", "forecast")


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen for a characteristic.

    Parameters
    ----------
    charts : mapping of str to str
        Name -> title, those that fit.
    with_rules : tuple of str
        Those of them that run rules apply to.
    proposed : str
        The adviser's chart, one of them.
    reason : str
        Its sentence.
    """

    charts: dict[str, str]
    with_rules: tuple[str, ...]
    proposed: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """A run rule, its words and the sets it belongs to."""

    name: str
    text: str
    of: str


def rule_choices() -> tuple[RuleChoice, ...]:
    """Return every run rule with its words.

    Examples
    --------
    >>> rule_choices()[0]
    RuleChoice(name='nelson1', text='one point beyond 3 sigma', of='Nelson')
    """
    return tuple(RuleChoice(n, spc.RULES[n].text, title) for title, names in spc.RULE_SETS.items() for n in names)


def subjects(plant: Plant, stage: str, characteristic: str) -> tuple[str, ...]:
    """Return what can be charted of a characteristic, out of `SUBJECTS`."""
    return possible(*plant_stage(plant, stage, characteristic))


def offer(store: Store, plant: Plant, stage: str, characteristic: str, subject: str = "measured") -> Offer:
    """Return what can be charted of a subject, and what is proposed.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    of, what = plant_stage(plant, stage, characteristic)
    charts = {name: spc.chart_kind(name).title for name in charts_for(what, subject)}
    try:
        advice = _advice(store, plant, of.id, what, subject)
        proposed, reason = advice.chart, advice.sentence
    except ModelsError as error:
        proposed, reason = next(iter(charts)), str(error)
    if proposed not in charts:
        proposed = next(iter(charts))
    ruled = tuple(name for name in charts if spc.chart_kind(name).run_rules)
    return Offer(charts, ruled, proposed, reason)


def charts_for(what: Characteristic, subject: str) -> tuple[str, ...]:
    """Return the charts that fit a subject of a characteristic.

    Examples
    --------
    >>> charts_for(Characteristic("crack", kind="binary"), "measured")
    ('p', 'np', 'laney_p')
    >>> charts_for(Characteristic("y", subgroup_size=5), "measured")[:2]
    ('xbar_r', 'xbar_s')
    """
    if subject in VECTORS:
        return spc.chart_names("vectors")
    if what.kind == "binary":
        return ("p", "np", "laney_p")
    grouped = subject == "measured" and (what.subgroup_size > 1 or bool(what.subgroup_by))
    return (("xbar_r", "xbar_s") if grouped else ()) + _SINGLE


def gathered(store: Store, plant: Plant, place: tuple[str, str], subject: str, chart: str) -> Subject:
    """Read a subject of a stage and characteristic as a chart takes it."""
    of, what = plant_stage(plant, *place)
    if subject == "measured":
        return of_results(results_of(store, plant, of, what, chart))
    return series_of(store, of, what, subject)


def _advice(store: Store, plant: Plant, stage: str, what: Characteristic, subject: str) -> spc.Advice:
    """The adviser's word on the newest units, those left out with a cause left out here too."""
    found = gathered(store, plant, (stage, what.name), subject, framing.chart_of(what))
    if subject in VECTORS:
        return spc.advise(found.data)
    values = found.data.series.copy()
    values[list(found.causes)] = np.nan
    data = spc.Observations(
        values[-ADVISED:], groups=None if found.data.groups is None else found.data.groups[-ADVISED:]
    )
    return spc.advise(data, counted=what.kind == "binary")
