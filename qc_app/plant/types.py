"""Plant and Gate: the frozen definition, checked as a whole when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from data_connectors import names
from data_connectors.schema import Carries, Source, Stage
from data_connectors.writeback import Outlet
from qc_app.errors import PlantError
from qc_app.plant.alarms import AlarmRule, Route, check_routes, check_rules
from qc_app.plant.calendar import CLOCK_TIME, Calendar
from qc_app.plant.marks import Mark
from qc_app.plant.nearest import nearest
from qc_app.plant.upstream import as_read, check_feeds


@dataclass(frozen=True, slots=True)
class Gate:
    """What a challenger must show before it answers for a stage.

    Parameters
    ----------
    delta_share : float
        The gain, as a share of the champion's error, that a promotion must exceed: less is not worth a change.
    min_rows : int
        Fewest judged units for a verdict.
    coverage_tolerance : float
        How far the share of units inside their interval may lie below the promised level.
    min_new_labels : int
        New labels since the champion's cut-off that are worth an adaptation.
    patience_nights : int
        Nights after which an undecided challenger is given up.
    export : bool
        Whether a challenger must also answer alike as ONNX: for plants that run models on small hardware.
    approval : bool
        Whether a person must approve what the night would promote: another one than who asked for it.
    shadow_nights : int
        Nights that a challenger predicts beside the champion before it is judged, on units of these nights only;
        0: it is judged at once on labels that were held out.
    """

    delta_share: float = 0.05
    min_rows: int = 8
    coverage_tolerance: float = 0.1
    min_new_labels: int = 3
    patience_nights: int = 7
    export: bool = False
    approval: bool = False
    shadow_nights: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        _within("gate.delta_share", self.delta_share, 0.0, 1.0)
        _within("gate.min_rows", self.min_rows, 2, 100_000)
        _within("gate.coverage_tolerance", self.coverage_tolerance, 0.0, 1.0)
        _within("gate.min_new_labels", self.min_new_labels, 1, 100_000)
        _within("gate.patience_nights", self.patience_nights, 1, 3650)
        _within("gate.shadow_nights", self.shadow_nights, 0, 365)


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant: what is made where, where its data come from, and when the night is.

    Parameters
    ----------
    name : str
    zone : str
        IANA zone of the plant's clocks.
    day_starts : int
        Local hour at which the plant day begins.
    night_at : str
        Local time ``HH:MM`` at which the nightly adaptation is due.
    ingest_every_s : int
        Seconds between two readings of the sources.
    train_every_days : int
        Days between two meta-trainings of the shared prior.
    label_window_days : int
        How many days after its unit a label may come and still be expected.
    stages, sources : tuple
    gate : Gate
    calendar : Calendar
        Shifts and holidays.
    marks : tuple of Mark
        What events of a kind set going; kinds that are not named here are only shown.
    alarms : tuple of AlarmRule
        What the plant changes in the rules of alarms.
    routes : tuple of Route
        Who is told of alarms.
    night_within_h : int
        Hours after `night_at` by which the night must have reported; then it is an alarm.
    writeback : tuple of Outlet
        Where predictions are told to the plant; each is off unless it says ``on = true``.
    step_within_min, stage_within_min : int
        Minutes after which a step of the night, and all of one stage, count as hung and are ended.

    Raises
    ------
    PlantError
        If parts contradict each other: unknown stages, names used twice, a circle of upstream stages.

    Examples
    --------
    >>> plant = Plant("Pilot", zone="Europe/Berlin")
    >>> plant.night_at, plant.gate.min_rows
    ('02:00', 8)
    """

    name: str
    zone: str = "UTC"
    day_starts: int = 6
    night_at: str = "02:00"
    ingest_every_s: int = 300
    train_every_days: int = 7
    label_window_days: int = 14
    stages: tuple[Stage, ...] = ()
    sources: tuple[Source, ...] = ()
    gate: Gate = field(default_factory=Gate)
    calendar: Calendar = field(default_factory=Calendar)
    marks: tuple[Mark, ...] = ()
    alarms: tuple[AlarmRule, ...] = ()
    routes: tuple[Route, ...] = ()
    night_within_h: int = 4
    writeback: tuple[Outlet, ...] = ()
    step_within_min: int = 60
    stage_within_min: int = 120

    def __post_init__(self) -> None:
        """Check the schedule, then the names across stages and sources."""
        _check_schedule(self)
        _check_stages(self.stages)
        _check_sources(self.sources, {s.id: s for s in self.stages})
        check_rules(self.alarms, (s.id for s in self.stages))
        check_routes(self.routes, {s.line for s in self.stages}, (s.name for s in self.calendar.shifts))
        check_outlets(self.writeback, {s.id: s for s in self.stages})
        kinds = [mark.kind for mark in self.marks]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise PlantError(f"mark {kind!r} is defined twice - keep one of the two")

    def stage(self, stage_id: str) -> Stage:
        """Return the stage called `stage_id`, or raise PlantError with the nearest name."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise PlantError(
            f"plant {self.name!r} has no stage {stage_id!r} - {nearest(stage_id, (s.id for s in self.stages))}"
        )

    def as_read(self, stage_id: str) -> Stage:
        """Return a stage with all that its models read: statistics of windows, and what it takes from further up."""
        return as_read({s.id: s for s in self.stages}, self.stage(stage_id))

    def sources_of(self, stage_id: str, carries: Carries | None = None) -> tuple[Source, ...]:
        """Return the sources of one stage, of one or both sorts, in the order of the definition."""
        return tuple(s for s in self.sources if s.stage == stage_id and carries in {None, s.carries})


def check_outlets(outlets: Sequence[Outlet], stages: Mapping[str, Stage]) -> None:
    """Raise PlantError where an outlet tells of something that the plant does not have."""
    for outlet in outlets:
        where = f"writeback.{outlet.name}"
        if outlet.stage not in stages:
            raise PlantError(f"{where}: there is no stage {outlet.stage!r} - {nearest(outlet.stage, stages)}")
        known = [c.name for c in stages[outlet.stage].characteristics]
        if outlet.characteristic not in known:
            raise PlantError(
                f"{where}: stage {outlet.stage!r} has no characteristic {outlet.characteristic!r}"
                f" - {nearest(outlet.characteristic, known)}"
            )


def _within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise PlantError(f"{what} is {value} - give a value from {low} to {high}")


def check_zone(zone: str, what: str) -> None:
    """Raise PlantError if `zone` is no IANA zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        like = names.nearest(zone, available_timezones()) or "Europe/Berlin"
        raise PlantError(f"{what}: zone {zone!r} is not known - use an IANA name such as {like!r}") from None


def _check_schedule(plant: Plant) -> None:
    if not plant.name.strip():
        raise PlantError("plant.name is empty - give the plant a name")
    check_zone(plant.zone, "plant")
    if not CLOCK_TIME.fullmatch(plant.night_at):
        raise PlantError(f"plant.night_at is {plant.night_at!r} - write a local time such as '02:00'")
    _within("plant.day_starts", plant.day_starts, 0, 23)
    _within("plant.ingest_every_s", plant.ingest_every_s, 1, 86_400)
    _within("plant.train_every_days", plant.train_every_days, 1, 3650)
    _within("plant.label_window_days", plant.label_window_days, 1, 3650)
    _within("plant.night_within_h", plant.night_within_h, 1, 23)
    _within("plant.step_within_min", plant.step_within_min, 1, 1440)
    _within("plant.stage_within_min", plant.stage_within_min, 1, 1440)


def _check_stages(stages: Sequence[Stage]) -> None:
    ids = [s.id for s in stages]
    for i, stage_id in enumerate(ids):
        if stage_id in ids[:i]:
            raise PlantError(f"stage {stage_id!r} is defined twice - rename one of them")
    known = set(ids)
    for stage in stages:
        for above in stage.upstream:
            if above not in known:
                raise PlantError(f"stage {stage.id!r}: upstream {above!r} is no stage - {nearest(above, known)}")
    _check_circle({s.id: s.upstream for s in stages})
    check_feeds({s.id: s for s in stages})


def _check_circle(upstream: dict[str, tuple[str, ...]]) -> None:
    left = dict(upstream)
    while left:
        free = [s for s, above in left.items() if not any(a in left for a in above)]
        if not free:
            raise PlantError(f"stages {', '.join(sorted(left))} feed each other in a circle - correct 'upstream'")
        for stage in free:
            del left[stage]


def _check_sources(sources: Sequence[Source], stages: dict[str, Stage]) -> None:
    seen: set[str] = set()
    for source in sources:
        if source.name in seen:
            raise PlantError(f"source {source.name!r} is defined twice - rename one of them")
        seen.add(source.name)
        if source.stage not in stages:
            raise PlantError(f"source {source.name!r}: stage {source.stage!r} is not defined"
                             f" - {nearest(source.stage, stages)}")  # fmt: skip
        if source.zone is not None:
            check_zone(source.zone, f"source {source.name!r}")
        _check_names(source, stages[source.stage])
        for parent in source.parents:
            if parent not in stages:
                raise PlantError(f"source {source.name!r}, parents: {parent!r} is no stage - {nearest(parent, stages)}")


def _check_names(source: Source, stage: Stage) -> None:
    measured = source.carries == "measurements"
    names = {p.name for p in stage.parameters} if measured else {c.name for c in stage.characteristics}
    what = "parameter" if measured else "characteristic"
    for table in ("columns", "units", "quality", "optional"):
        for name in getattr(source, table):
            if name not in names:
                raise PlantError(
                    f"source {source.name!r}, {table}: stage {stage.id!r} has no {what} {name!r}"
                    f" - {nearest(name, names)}"
                )
