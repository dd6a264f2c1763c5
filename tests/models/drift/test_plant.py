"""On the simulated plant: silence where nothing happens, and the right name where something does."""

from __future__ import annotations

import pytest

from tests.models.drift.nights import false_alarms, named

STATED = 0.1
"""False drift and sensor alarms a stage and week, at most."""


@pytest.mark.slow
def test_a_stable_plant_rings_no_more_than_stated():
    """Six stages, six weeks: 36 stage-weeks; more than 8 alarms have a chance of 1 in 100 at the stated rate."""
    count, weeks = false_alarms([4], 6)
    assert sum(count.values()) <= 8
    assert weeks > 36
    assert set(count) <= {"inputs", "relation"}  # never a sensor fault


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "size"),
    [("sensor_bias", 4.0), ("input_shift", 4.0), ("stuck", 1.0), ("noise", 4.0), ("relation", 2.0),
     ("gauge_shift", 2.0), ("tool_wear", 4.0)],
)  # fmt: skip
def test_an_injected_fault_is_called_by_its_name(kind, size):
    late, _ = named(1, "heat_treatment-1", kind, size)
    assert late is not None
    assert late < 4
