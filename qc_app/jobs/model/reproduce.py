"""A verdict computed again from its record: what was known then, the plant as it was defined, the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qc_app.errors import ActionError
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.judge import WAITS
from qc_app.jobs.model.verdict import RULES, verdict
from qc_app.jobs.night import Night
from qc_app.plant import Plant, parse
from qc_app.records import Decision, Pointers
from qc_app.store import Store
from qc_app.store.journal.base.columns import plain

#: Measured with a clock, so never the same twice; whether they pass is compared.
MEASURED = ("export latency",)


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What the record says, what comes out now, and where they differ.

    Parameters
    ----------
    recorded, again : Decision
    differences : tuple of str
        Empty where everything is the same, bit by bit.
    """

    recorded: Decision
    again: Decision
    differences: tuple[str, ...]


def reproduce(store: Store, decision: Decision) -> Reproduced:
    """Compute a verdict of the gate again.

    Parameters
    ----------
    store : Store
    decision : Decision
        As it is recorded.

    Returns
    -------
    Reproduced

    Raises
    ------
    ActionError
        If nothing was computed: a person decided, a challenger was given up, or it is about the prior of all stages.
    StoreError
        If a model of it is damaged or gone.
    """
    if decision.rule not in RULES or decision.author != "night":
        raise ActionError(
            f"verdict {decision.id} was not computed by the gate of a stage ({decision.rule}, by {decision.author})"
            " - there is nothing to compute again; its reason is in its sentence"
        )
    plant = plant_at(store, decision)
    night = Night(store, plant, decision.plant_day, decision.at, Answers(store.registry))
    stage = plant.as_read(decision.stage)
    pointers = Pointers(decision.champion, None, decision.challenger)
    again = verdict(night, stage, stage.characteristic(decision.characteristic), pointers)
    return Reproduced(decision, again, tuple(_differences(decision, again)))


def plant_at(store: Store, decision: Decision) -> Plant:
    """Return the plant as it was defined when a verdict fell.

    Raises
    ------
    ActionError
        If no definition was in force then.
    """
    then = [version for version in store.journal.plants.history() if version.at <= decision.at]
    if not then:
        raise ActionError(f"verdict {decision.id}: no plant was defined at {decision.at} - its record is older")
    return parse(then[-1].definition, where=f"the journal, version {then[-1].id}")


def _differences(recorded: Decision, again: Decision) -> list[str]:
    awaiting = recorded.verdict == "awaiting"
    said = {
        "verdict": ("promoted" if awaiting else recorded.verdict, again.verdict),
        "rule": (recorded.rule, again.rule),
        "rows": (recorded.rows, again.rows),
        "seed": (recorded.seed, again.seed),
        "sentence": (recorded.sentence.removesuffix(f"; {WAITS}"), again.sentence),
    }
    then, now = (_flat(plain(dict(d.numbers)), "numbers.") for d in (recorded, again))
    said |= {name: (then.get(name), now.get(name)) for name in sorted(then.keys() | now.keys())}
    return [f"{name}: recorded {a!r}, now {b!r}" for name, (a, b) in said.items() if a != b and not _measured(name)]


def _measured(name: str) -> bool:
    return any(f"numbers.guards.{guard}.value" == name for guard in MEASURED)


def _flat(numbers: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested numbers under dotted names.

    Examples
    --------
    >>> _flat({"a": 1, "b": {"c": 2}})
    {'a': 1, 'b.c': 2}
    """
    found: dict[str, Any] = {}
    for name, value in numbers.items():
        found |= _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else {f"{before}{name}": value}
    return found
