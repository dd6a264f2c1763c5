"""The simulated plant is defined by a plant file like any other; its faults are where the demonstration wants them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data_connectors import make_connector
from data_connectors.synthetic import SyntheticConnector
from qc_app.demo import plant_definition, told_faults
from qc_app.plant import difference, parse, render

NIGHT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
START = NIGHT - timedelta(weeks=6)


def test_it_survives_the_plant_file_exactly():
    plant = plant_definition(3, START, faults=told_faults(NIGHT), faults_per_week=0.2)
    again = parse(render(plant))
    assert again == plant
    assert difference(plant, again) == []


def test_every_stage_has_its_two_sources_and_a_sister():
    plant = plant_definition()
    for stage in plant.stages:
        assert {s.carries for s in plant.sources_of(stage.id)} == {"measurements", "labels"}
        assert sum(other.family == stage.family for other in plant.stages) == 2
        assert all(up in {s.id for s in plant.stages} for up in stage.upstream)


def test_read_from_the_file_the_sources_know_the_faults_of_their_line():
    plant = parse(render(plant_definition(3, START, faults=told_faults(NIGHT))))
    for source in plant.sources:
        connector = make_connector(source, lambda: NIGHT)
        assert isinstance(connector, SyntheticConnector)
        told = connector.plant.faults(START, NIGHT)
        assert {f.stage[-1] for f in told} == {source.stage[-1]}
        assert len(told) == 3


def test_the_last_night_finds_troubles_and_the_casting_stages_are_left_healthy():
    acting = [f for f in told_faults(NIGHT) if f.active(NIGHT)]
    assert {f.kind for f in acting} == {"sensor_bias", "stuck", "late_labels", "relation", "input_shift"}
    assert not any(f.stage.startswith("casting") for f in acting)
