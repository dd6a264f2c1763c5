"""What people do with control limits: look at trial limits, freeze, roll back; leave a unit out, take it in again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import spc
from models.spc import PhaseOne
from qc_app import framing
from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, in_sentences, record
from qc_app.errors import ActionError
from qc_app.records import Exclusion, Limits
from qc_app.store import Store
from qc_app.subjects import gathered, kept_as, require_fit, subject_for


@dataclass(frozen=True, slots=True)
class Basis:
    """Which limits are asked for, and what they are to stand on; all of it may be left to what is declared.

    Parameters
    ----------
    chart : str
        Of the catalogue; default: the one that suits what is declared.
    since : datetime, optional
        From when they would hold; default: now. A moment in the past divides the chart into before and after.
    first, last : datetime, optional
        The units to estimate from. Default: those since `since` where it lies in the past, else those since the first
        unit that the limits in force stand on.
    subject : str
        One of `qc_app.subjects.SUBJECTS`; default: the results, or all parameters where the chart is of several.
    """

    chart: str = ""
    since: datetime | None = None
    first: datetime | None = None
    last: datetime | None = None
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.chart} {self.since} {self.first} {self.last} {self.subject}".rstrip()


DECLARED = Basis()
"""Everything as the characteristic declares it."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Limits as they would be frozen, and what they stand on.

    Parameters
    ----------
    chart : str
    phase : PhaseOne
    seen : framing.Series
        The observations of phase I.
    since : datetime
        From when they would hold.
    name : str
        Under which they would be kept: of the characteristic, or of several columns together.
    """

    chart: str
    phase: PhaseOne
    seen: framing.Series
    since: datetime
    name: str


def trial_limits(store: Store, stage: str, characteristic: str, basis: Basis = DECLARED) -> Trial:
    """Estimate limits without changing anything: one round of phase I.

    Parameters
    ----------
    store : Store
    stage, characteristic : str
    basis : Basis
        Which limits, of what.

    Raises
    ------
    PlantError, DefinitionError, UnknownName
        If there is no such stage, characteristic or chart.
    ActionError
        If they would begin before the limits in force, or in the future.
    NotEnoughData
        If there are too few results.
    """
    of, what = _named(store, stage, characteristic)
    chosen = basis.chart or framing.chart_of(what)
    asked = basis.subject or subject_for(chosen)
    require_fit(chosen, of, what, asked)
    name = kept_as(what, asked)
    now = store.clock.now()
    versions = [x for x in store.journal.limits.history(stage, name) if x.chart == chosen]
    begins = _begins(basis.since, versions, now)
    backdated = basis.since is not None and basis.since < now
    start = basis.first or (basis.since if backdated else versions[-1].first if versions else None)
    seen = gathered(store, current_plant(store), (stage, characteristic), asked, chosen)
    part = seen.part(
        0 if start is None else seen.at_or_after(start), None if basis.last is None else seen.after(basis.last)
    )
    return Trial(chosen, spc.phase_one(chosen, part.data, part.causes), part, begins, name)


def trial_words(store: Store, stage: str, characteristic: str, chart: str = "", subject: str = "") -> str:
    """Say what limits would be if they were frozen, or why there can be none."""
    try:
        with in_sentences():
            trial = trial_limits(store, stage, characteristic, Basis(chart, subject=subject))
    except ActionError as error:
        return f"{error}."
    found = trial.phase.limits
    numbers = f"{found.lower:.5g} / {found.center:.5g} / {found.upper:.5g}"
    return f"{'. '.join([f'They would be {numbers}: {trial.phase.sentence}', *found.warnings])}."


def _begins(since: datetime | None, versions: list[Limits], now: datetime) -> datetime:
    if since is None:
        return now
    if since > now:
        raise ActionError(f"limits cannot begin in the future ({since:%Y-%m-%d %H:%M %Z}) - freeze them then")
    if versions and since <= versions[-1].since:
        newest = versions[-1]
        raise ActionError(
            f"version {newest.version} holds since {newest.since:%Y-%m-%d %H:%M %Z} - points before keep the limits of"
            " their time, choose a later moment"
        )
    return since


def freeze_limits(
    store: Store, actor: Actor, stage: str, characteristic: str, reason: str = "", *, basis: Basis = DECLARED
) -> Limits:
    """Put limits in force as the next version of their chart; those before stay, and old points keep them.

    Parameters
    ----------
    store : Store
    actor : Actor
    stage, characteristic : str
    reason : str
        Why; it stands beside the limits.
    basis : Basis
        As in `trial_limits`.

    Raises
    ------
    NotAllowed
        Below approver.
    ActionError
        Without a reason, or as `trial_limits`.
    """
    place = f"{stage} / {characteristic}"
    authorise(store, actor, "freeze_limits", place, reason, exactly=str(basis))
    with in_sentences():
        trial = trial_limits(store, stage, characteristic, basis)
    _, what = _named(store, stage, characteristic)
    made = framing.limits_of(
        stage, trial.name, what, trial.chart, trial.seen, trial.phase, trial.since, store.clock.now(), actor.name,
        reason.strip(),
    )  # fmt: skip
    kept = store.journal.limits.freeze(made)
    record(store, actor, "freeze_limits", place, reason=reason, detail=_detail(kept))
    return kept


def roll_back_limits(  # noqa: PLR0917 - as the other actions on limits
    store: Store,
    actor: Actor,
    stage: str,
    characteristic: str,
    reason: str = "",
    chart: str = "",
    version: int | None = None,
    subject: str = "",
) -> Limits:
    """Put limits of before in force again, from now on, as a new version; nothing is taken out of the history.

    Parameters
    ----------
    store : Store
    actor : Actor
    stage, characteristic, chart : str
    reason : str
    version : int, optional
        Default: the version before the one in force.
    subject : str
        As in `Basis`.

    Raises
    ------
    NotAllowed
        Below approver.
    ActionError
        Without a reason, or if there is no such version.
    """
    place = f"{stage} / {characteristic}"
    authorise(store, actor, "roll_back_limits", place, reason, exactly=f"{chart} {version} {subject}".rstrip())
    _, what = _named(store, stage, characteristic)
    name = chart or framing.chart_of(what)
    with in_sentences():
        kept_under = kept_as(what, subject or subject_for(name))
    versions = {x.version: x for x in store.journal.limits.history(stage, kept_under, name)}
    wanted = max(versions, default=0) - 1 if version is None else version
    if wanted not in versions or wanted == max(versions):
        there = ", ".join(str(v) for v in list(versions)[:-1]) or "none"
        raise ActionError(f"{place}: chart {name!r} has no earlier limits of version {wanted} (earlier: {there})")
    now = store.clock.now()
    words = f"{reason.strip()} (version {wanted} again)"
    kept = store.journal.limits.freeze(
        replace(versions[wanted], id=None, since=now, frozen=now, author=actor.name, reason=words)
    )
    record(store, actor, "roll_back_limits", place, reason=reason, detail=_detail(kept) | {"of": wanted})
    return kept


def exclude_point(  # noqa: PLR0917 - as the other actions on limits
    store: Store, actor: Actor, stage: str, characteristic: str, unit: str, reason: str = "", subject: str = "measured"
) -> str:
    """Leave a unit out of control limits and run rules for a cause; it stays on record and on the chart.

    Parameters
    ----------
    store : Store
    actor : Actor
    stage, characteristic, unit : str
    reason : str
        The assignable cause.
    subject : str
        One of `qc_app.subjects.FROZEN`: out of the charts of the results, or of those of several columns.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        Without a cause, if the unit is not there, or if it is left out already.
    """
    place = f"{stage} / {characteristic}"
    authorise(store, actor, "exclude_point", f"{place}, unit {unit}", reason)
    _, what = _named(store, stage, characteristic)
    with in_sentences():
        name = kept_as(what, subject)
    if not _there(store, stage, what, unit, subject):
        raise ActionError(f"{place}: unit {unit!r} has no result - name a unit as it stands on the chart")
    now = store.clock.now()
    store.journal.exclusions.exclude(Exclusion(stage, name, unit, reason.strip(), actor.name, now))
    record(store, actor, "exclude_point", f"{place}, unit {unit}", reason=reason, detail={"of": name})
    return f"Unit {unit} of {stage} / {name} is excluded: {reason.strip()}. Freeze limits anew for it to tell on them."


def _there(store: Store, stage: str, what: Characteristic, unit: str, subject: str) -> bool:
    if subject == "measured":
        return unit in set(store.journal.labels.known(stage, what.name)["unit_id"].to_list())
    return not store.lake.measurements(stage, columns=["unit_id"]).filter(pl.col("unit_id") == unit).is_empty()


def include_point(  # noqa: PLR0917 - as the other actions on limits
    store: Store, actor: Actor, stage: str, characteristic: str, unit: str, reason: str = "", subject: str = "measured"
) -> str:
    """Take a unit in again that was left out; that it was, by whom and why stays on record.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        Without a reason, or if the unit is not left out.
    """
    place = f"{stage} / {characteristic}"
    authorise(store, actor, "include_point", f"{place}, unit {unit}", reason)
    _, what = _named(store, stage, characteristic)
    with in_sentences():
        name = kept_as(what, subject)
    store.journal.exclusions.include(stage, name, unit, actor.name, reason.strip(), store.clock.now())
    record(store, actor, "include_point", f"{place}, unit {unit}", reason=reason, detail={"of": name})
    return f"Unit {unit} of {stage} / {name} counts again: {reason.strip()}."


def _named(store: Store, stage: str, characteristic: str) -> tuple[Stage, Characteristic]:
    of = current_plant(store).stage(stage)
    return of, of.characteristic(characteristic)


def _detail(kept: Limits) -> dict[str, object]:
    names = ("chart", "version", "lower", "center", "upper", "sigma", "n", "excluded", "estimator")
    return {name: getattr(kept, name) for name in names} | {"since": kept.since.isoformat()}
