"""What the SPC page offers: subjects, charts that fit, the adviser's proposal, run rules by set."""

from __future__ import annotations

from dataclasses import dataclass

from data_connectors.rows.windows import windowed
from data_connectors.schema import Characteristic, Stage
from models import spc
from models.errors import ModelsError
from qc_app import framing
from qc_app.language import later, tr
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.subjects import VECTORS, fitting, gathered, possible
from qc_app.views.spc.words import spc_words

ADVISED = 500
"""Newest results that the adviser looks at."""


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
    others : tuple of str
        Every other chart, with what it is for.
    """

    charts: dict[str, str]
    with_rules: tuple[str, ...]
    proposed: str
    reason: str
    others: tuple[str, ...]


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
    return tuple(
        RuleChoice(n, spc_words(spc.RULES[n].text), title) for title, names in spc.RULE_SETS.items() for n in names
    )


def subjects(plant: Plant, stage: str, characteristic: str) -> tuple[str, ...]:
    """Return what can be charted of a characteristic, out of `SUBJECTS`."""
    return possible(*placed(plant, stage, characteristic))


def offer(store: Store, plant: Plant, stage: str, characteristic: str, subject: str = "measured") -> Offer:
    """Return what can be charted of a subject, and what is proposed.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    of, what = placed(plant, stage, characteristic)
    try:
        found = gathered(store, plant, (stage, characteristic), subject)
        names = fitting(of, what, subject, None if subject in VECTORS else found.values)
        advice = _advice(what, subject, found)
        proposed, reason = advice.chart, spc_words(advice.sentence)
    except ModelsError as error:
        names = fitting(of, what, subject)
        proposed, reason = names[0], spc_words(str(error))
    kinds = [spc.chart_kind(name) for name in names]
    others = tuple(f"{spc_words(k.title)}: {_for(k)}" for k in spc.CHARTS.values() if k.name not in names)
    return Offer(
        {kind.name: spc_words(kind.title) for kind in kinds},
        tuple(kind.name for kind in kinds if kind.run_rules),
        proposed if proposed in names else names[0],
        reason,
        others,
    )


def _for(kind: spc.ChartKind) -> str:
    """What a chart wants of the definition."""
    return tr(_NEEDS[kind.needs])


_NEEDS = {
    "values": later("measured values"),
    "subgroups": later("declare subgroups of the results"),
    "parts": later("declare the stage's context, which names the product"),
    "counts": later("defects, or counts in whole numbers"),
    "vectors": later("several columns together"),
}


def placed(plant: Plant, stage: str, characteristic: str) -> tuple[Stage, Characteristic]:
    """Return stage and characteristic by name; of a continuous stage the parameters are those of its windows."""
    of = windowed(plant.stage(stage))
    return of, of.characteristic(characteristic)


def _advice(what: Characteristic, subject: str, found: framing.Series) -> spc.Advice:
    """The adviser's word on the newest units, those left out with a cause left out here too."""
    if subject in VECTORS:
        return spc.advise(found.told)
    newest = found.part(max(0, len(found.units) - ADVISED)).told
    return spc.advise(newest, counted=what.kind == "binary")
