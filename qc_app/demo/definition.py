"""The plant definition of the simulated steel plant, and the faults that give a demonstration something to show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data_connectors.schema import Source
from data_connectors.synthetic import Fault, stage_definitions
from data_connectors.synthetic.delivery import sources_of
from qc_app.plant import Calendar, Gate, Plant, Shift

ZONE, NIGHT_AT = "Europe/Berlin", "02:00"
SHIFTS = (Shift("early", "06:00", "14:00"), Shift("late", "14:00", "22:00"), Shift("night", "22:00", "06:00"))


def told_faults(night: datetime) -> tuple[Fault, ...]:
    """The faults of the demonstration, placed before its last `night`; the casting stages stay healthy.

    A sensor that jumped shows as drift, one that hangs as bad data, hotter tempering as units predicted out of
    specification, a changed relation as a challenger that wins, a slow laboratory as labels owed, an outage as a gap.

    Parameters
    ----------
    night : datetime
        Aware.

    Examples
    --------
    >>> [f"{f.kind} {f.stage}" for f in told_faults(datetime(2026, 3, 1, tzinfo=UTC))][:2]
    ['outage casting-2', 'sensor_bias rolling-2']
    """

    def ago(days: float) -> datetime:
        return (night - timedelta(days=days)).replace(microsecond=0)

    return (
        Fault("outage", "casting-2", ago(2.9), until=ago(2.65)),
        Fault("sensor_bias", "rolling-2", ago(1.9), 5.0, "exit_temp"),
        Fault("stuck", "rolling-1", ago(1.2), subject="coolant_temp"),
        Fault("late_labels", "rolling-1", ago(3), 2.0),
        Fault("relation", "heat_treatment-2", ago(3.5), 2.0, "yield_strength"),
        Fault("input_shift", "heat_treatment-1", ago(1.9), 5.0, "temper_temp"),
    )


def _table(fault: Fault) -> dict[str, object]:
    until = {} if fault.until is None else {"until": fault.until.isoformat()}
    subject = {key: getattr(fault, key) for key in ("subject", "cause") if getattr(fault, key)}
    return {"kind": fault.kind, "onset": fault.onset.isoformat(), "size": fault.size, **subject, **until}


def plant_definition(
    seed: int = 1,
    start: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    *,
    units_per_day: int = 96,
    labels_share: float = 0.06,
    faults_per_week: float = 0.0,
    faults: tuple[Fault, ...] = (),
    ingest_every_s: int = 900,
) -> Plant:
    """Define the simulated plant: six stages on two lines, two sources each.

    Parameters
    ----------
    seed, start, units_per_day, labels_share, faults_per_week, faults
        As in :class:`~data_connectors.synthetic.Scenario`; each source carries the faults of its whole line, since a
        fault upstream changes what comes down.
    ingest_every_s : int
        Plant seconds between two polls.

    Returns
    -------
    Plant
        ``qc_app.plant.render(plant)`` writes it as a plant file.

    Examples
    --------
    >>> len(plant_definition().stages), len(plant_definition().sources)
    (6, 12)
    """
    stages = stage_definitions()
    common: dict[str, object] = {
        "seed": seed,
        "start": start.isoformat(),
        "units_per_day": units_per_day,
        "labels_share": labels_share,
        "faults_per_week": faults_per_week,
    }
    sources: list[Source] = []
    for stage in stages:
        of_line = [
            {**_table(f), "stage": f.stage} for f in faults if f.stage.rsplit("-", 1)[1] == stage.id.rsplit("-", 1)[1]
        ]
        sources += sources_of(stage, {**common, "faults": of_line} if of_line else common)
    return Plant(
        name="Simulated steel plant",
        zone=ZONE,
        night_at=NIGHT_AT,
        ingest_every_s=ingest_every_s,
        stages=stages,
        sources=tuple(sources),
        gate=Gate(),
        calendar=Calendar(SHIFTS),
    )
