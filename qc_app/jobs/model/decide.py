"""What tonight does for one stage and characteristic: a pure function of what is known, with its reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.words import counted
from qc_app.plant import Gate

Choice = Literal["adapt", "keep", "wait"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the decision may depend on.

    Parameters
    ----------
    has_prior : bool
        Whether a prior was ever trained.
    champion, challenger : str or None
        Ids of the model that answers and of the one on trial.
    labels : int
        Labels known for units that are in the store.
    new_labels : int
        Of these, how many became known after the last attempt (or the champion's cut-off, if that is later).
    champion_labels : int
        Labels the champion stands on.
    nights_waiting : int
        Nights since the challenger was built.
    drift : str
        Sentence of a drift that matters and came after the last attempt; empty if there is none.
    newer_prior : bool
        Whether a prior was trained since the last attempt.
    awaiting : bool
        Whether the challenger was found better and waits for a person's approval.
    sisters : bool
        Whether the prior learned from another stage of the same family that had enough labels.
    mark : str
        An event after which the plant wants its models adapted, and of whose time the first labels came since the last
        attempt; empty if there is none.
    """

    has_prior: bool
    champion: str | None
    challenger: str | None
    labels: int
    new_labels: int
    champion_labels: int = 0
    nights_waiting: int = 0
    drift: str = ""
    newer_prior: bool = False
    awaiting: bool = False
    sisters: bool = True
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The choice and why: adapt builds a challenger, wait has one on trial, keep changes nothing."""

    choice: Choice
    reason: str
    drop: bool = False


def decide(seen: Evidence, gate: Gate) -> Plan:
    """Choose for tonight.

    Parameters
    ----------
    seen : Evidence
    gate : Gate
        `min_new_labels`, `patience_nights` and `shadow_nights` are used here.

    Returns
    -------
    Plan
        With ``drop`` the challenger on trial is given up.

    Examples
    --------
    >>> decide(Evidence(True, "m1", None, labels=12, new_labels=2, champion_labels=9), Gate()).reason
    'only 2 of 3 new labels since the last attempt; the champion stays'
    >>> decide(Evidence(True, None, None, labels=0, new_labels=0, newer_prior=True), Gate()).choice
    'adapt'
    """
    if seen.challenger is not None:
        return _on_trial(seen, gate)
    if not seen.has_prior:
        return Plan("wait", "no prior has been trained yet: some stage needs labels first")
    return _first(seen, gate) if seen.champion is None else _renew(seen, gate)


def _first(seen: Evidence, gate: Gate) -> Plan:
    """Choose for a stage without a model: with sisters it may stand on no label at all, alone it needs a few."""
    labels = counted(seen.labels, "label")
    if not seen.sisters and seen.labels < gate.min_rows:
        return Plan("wait", f"{labels} of {gate.min_rows} that a stage without sisters needs for a model")
    if not (seen.new_labels or seen.newer_prior):
        return Plan("keep", "the last attempt at a first model failed and no new label came since")
    if seen.sisters and 0 < seen.labels < gate.min_new_labels:
        return Plan("wait", f"{labels} of {gate.min_new_labels} from which a model can be held to account")
    return Plan("adapt", f"no model yet: the first one stands on {labels} and what the prior knows")


def _on_trial(seen: Evidence, gate: Gate) -> Plan:
    if seen.awaiting:
        return Plan("wait", f"a challenger waits for a person's approval since {counted(seen.nights_waiting, 'night')}")
    if seen.nights_waiting >= gate.patience_nights + (gate.shadow_nights if seen.champion else 0):
        return Plan(
            "wait", f"the challenger waited {seen.nights_waiting} nights without a verdict and is given up", True
        )
    return Plan(
        "wait", f"a challenger is on trial since {counted(seen.nights_waiting, 'night')}; no second one beside it"
    )


def _renew(seen: Evidence, gate: Gate) -> Plan:
    why = _why_adapt(seen, gate)
    if why:
        return Plan("adapt", why)
    if seen.drift:
        return Plan("keep", f"drift that matters, but no label since: {seen.drift}")
    if seen.new_labels:
        few = f"only {seen.new_labels} of {gate.min_new_labels} new labels since the last attempt"
        return Plan("keep", f"{few}; the champion stays")
    return Plan("keep", "no new labels; the champion stays")


def _why_adapt(seen: Evidence, gate: Gate) -> str:
    if seen.new_labels >= gate.min_new_labels:
        return f"{counted(seen.new_labels, 'label')} came since the last attempt"
    if seen.mark:
        return f"the first labels came since {seen.mark}"
    if seen.drift and seen.new_labels:
        return f"drift that matters, and {counted(seen.new_labels, 'label')} to learn it from: {seen.drift}"
    return "a newer prior was trained from all stages" if seen.newer_prior else ""
