"""A stretch of an InfluxDB, asked again."""

from __future__ import annotations

from datetime import timedelta

from data_connectors import make_connector
from data_connectors.base import Remembering
from tests.connectors.influx.test_influx import BEGIN, NOW, STAGE, Plant, plant, server, units  # noqa: F401 - fixtures


def test_a_stretch_is_told_whole_whatever_was_read_before(plant: Plant) -> None:  # noqa: F811 - the fixture
    plant.put(*((f"{n:03d}", n, 850.5 + n) for n in range(11)))
    made = make_connector(plant.source(), lambda: NOW)
    assert isinstance(made, Remembering)
    list(made.read(STAGE, None))
    since, until = BEGIN + timedelta(minutes=2), BEGIN + timedelta(minutes=8)
    assert units(list(made.past(STAGE, since, until))) == [f"{n:03d}" for n in range(2, 8)]
    assert units(list(made.past(STAGE, until + timedelta(days=1), until + timedelta(days=2)))) == []
