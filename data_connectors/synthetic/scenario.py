"""What makes one simulated plant differ from another: seed, start, size, faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from data_connectors.errors import DefinitionError
from data_connectors.names import nearest

FaultKind = Literal[
    "sensor_bias", "sensor_drift", "stuck", "noise", "input_shift", "relation", "tool_wear",
    "gauge_shift", "late_labels", "outage", "inherited",
]  # fmt: skip
#: Faults that are only told, never drawn: they need to be thought out.
TOLD_ONLY = ("inherited",)
SLABS_PER_HEAT = 4
LINES = (1, 2)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong at a known moment, by a known amount.

    Parameters
    ----------
    kind : FaultKind
        ``sensor_bias`` (jump), ``sensor_drift`` (ramp, `size` a week), ``stuck``, ``noise`` concern what is reported of
        a parameter; ``input_shift`` moves the parameter itself; ``relation`` moves the characteristic at equal
        parameters; ``tool_wear`` multiplies wear by ``1 + size``; ``gauge_shift`` moves laboratory results only;
        ``late_labels`` makes them ``1 + size`` times as late; ``outage`` silences the stage's measurements;
        ``inherited`` makes the characteristic follow the parameter `cause` of a stage further up.
    stage : str
        Id of the stage, e.g. ``rolling-2``.
    onset : datetime
        Aware; the first moment at which it acts.
    size : float
        In standard deviations of the parameter or characteristic, unless said otherwise above.
    subject : str
        The parameter or characteristic; empty where the kind needs none.
    until : datetime or None
        When it is mended; None: never.
    cause : str
        Of ``inherited``: a parameter of a stage further up; `size` standard deviations of the characteristic for one
        standard deviation of the parameter.

    Examples
    --------
    >>> Fault("stuck", "rolling-2", datetime(2026, 1, 5, tzinfo=UTC), subject="exit_temp").active(
    ...     datetime(2026, 1, 6, tzinfo=UTC))
    True
    """

    kind: FaultKind
    stage: str
    onset: datetime
    size: float = 1.0
    subject: str = ""
    until: datetime | None = None
    cause: str = ""

    def __post_init__(self) -> None:
        """Check the kind and the times."""
        if self.kind not in get_args(FaultKind):
            raise DefinitionError(f"fault kind {self.kind!r} is unknown - use one of {', '.join(get_args(FaultKind))}")
        if self.onset.tzinfo is None or (self.until is not None and self.until.tzinfo is None):
            raise DefinitionError(f"fault {self.kind!r} on {self.stage!r}: times need a zone - write e.g. ...+00:00")
        if (self.kind == "inherited") != bool(self.cause):
            raise DefinitionError(
                f"fault {self.kind!r} on {self.stage!r}: cause {self.cause!r} - name a parameter further up for"
                " 'inherited', and for no other kind"
            )

    def active(self, moment: datetime) -> bool:
        """Whether it acts at `moment`."""
        return self.onset <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One simulated plant; equal scenarios are equal plants, unit by unit.

    Parameters
    ----------
    seed : int
        Not negative.
    start : datetime
        Aware; the plant's first heat is tapped at 00:00 UTC of that day.
    units_per_day : int
        Units a stage and day, rounded down to whole heats of four slabs.
    labels_share : float
        Share of units whose sample goes to the laboratory, besides whole heats now and then.
    faults_per_week : float
        Mean number of faults a stage and week, drawn from the seed.
    faults : tuple of Fault
        Faults besides those.
    """

    seed: int
    start: datetime
    units_per_day: int = 96
    labels_share: float = 0.06
    faults_per_week: float = 0.0
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        """Check the numbers and move `start` to midnight UTC."""
        if self.start.tzinfo is None:
            raise DefinitionError("synthetic plant: start has no zone - write e.g. 2026-01-01T00:00:00+00:00")
        if self.units_per_day < SLABS_PER_HEAT:
            raise DefinitionError(f"synthetic plant: units_per_day {self.units_per_day} - use 4 or more")
        if not 0 <= self.labels_share <= 1 or self.faults_per_week < 0 or self.seed < 0:
            raise DefinitionError(
                "synthetic plant: labels_share lies in 0..1, faults_per_week and seed are not negative"
            )
        midnight = self.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        object.__setattr__(self, "start", midnight)

    @property
    def heats_per_day(self) -> int:
        """Heats tapped a day on each line."""
        return self.units_per_day // SLABS_PER_HEAT

    def seconds(self, moment: datetime) -> float:
        """Seconds from the start to `moment`."""
        return (moment - self.start) / timedelta(seconds=1)


def _moment(value: object, where: str) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(found, datetime):
        raise DefinitionError(f"{where}: {value!r} is no time - write e.g. 2026-01-01T00:00:00+00:00")
    return found


def _known(given: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    allowed = sorted(allowed)
    for key in given:
        if key not in allowed:
            near = nearest(key, allowed)
            hint = f"did you mean {near!r}?" if near else f"it knows {', '.join(allowed)}"
            raise DefinitionError(f"{where}: unknown setting {key!r} - {hint}")


def fault_from(table: Mapping[str, Any], stage: str) -> Fault:
    """Read a fault of `stage` as a plant file has it.

    Examples
    --------
    >>> fault_from({"kind": "outage", "onset": "2026-01-05T08:00:00+00:00"}, "casting-1").kind
    'outage'
    """
    where = f"fault of stage {stage!r}"
    _known(table, (f.name for f in fields(Fault)), where)
    if "kind" not in table or "onset" not in table:
        raise DefinitionError(f"{where}: needs 'kind' and 'onset'")
    until = table.get("until")
    return Fault(
        kind=table["kind"],
        stage=str(table.get("stage", stage)),
        onset=_moment(table["onset"], where),
        size=float(table.get("size", 1.0)),
        subject=str(table.get("subject", "")),
        until=None if until is None else _moment(until, where),
        cause=str(table.get("cause", "")),
    )


def scenario_from(settings: Mapping[str, Any], stage: str, where: str) -> Scenario:
    """Read the scenario from a source's settings.

    Raises
    ------
    DefinitionError
        For an unknown key (naming the nearest), a missing seed or start, or an impossible value.

    Examples
    --------
    >>> scenario_from({"seed": 7, "start": "2026-01-01T09:00:00+00:00"}, "casting-1", "source 's'").start.hour
    0
    """
    _known(settings, (f.name for f in fields(Scenario)), where)
    missing = [key for key in ("seed", "start") if key not in settings]
    if missing:
        raise DefinitionError(
            f"{where}: setting {missing[0]!r} is missing - give the simulated plant a seed and a start"
        )
    plain = {k: v for k, v in settings.items() if k not in {"start", "faults"}}
    faults = tuple(fault_from(table, stage) for table in settings.get("faults", ()))
    try:
        return Scenario(start=_moment(settings["start"], where), faults=faults, **plain)
    except (TypeError, ValueError) as error:
        raise DefinitionError(f"{where}: {error} - check the settings") from error
