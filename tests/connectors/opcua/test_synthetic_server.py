"""The simulated plant by OPC UA, read as any plant is: each unit is a row, equal to what happened."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_connectors.opcua import OpcUa
from data_connectors.rows.conform import conform
from data_connectors.schema import Source
from data_connectors.synthetic import SyntheticPlant, stage_definition
from data_connectors.synthetic.opcua_server import NAMESPACE, PlantServer
from tests.connectors.opcua.ear import Ear
from tests.connectors.opcua.server import free_port
from tests.waiting import until

START = datetime(2026, 1, 1, tzinfo=UTC)
BEGIN = START + timedelta(days=2)


class Served:
    """A plant server in a thread of its own."""

    def __init__(self, server: PlantServer) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.server = server
        self.do(server.start())

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(120)

    def stop(self) -> None:
        self.do(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()


@pytest.mark.slow
def test_units_of_the_simulated_plant_come_as_they_were(tmp_path: Path) -> None:
    plant, stage = SyntheticPlant.of(seed=1, start=START), stage_definition("rolling-2")
    url = f"opc.tcp://127.0.0.1:{free_port()}"
    served = Served(PlantServer(plant, url, BEGIN, [stage]))
    columns = {p.name: f"s={stage.id}.{p.name}" for p in stage.parameters}
    settings = {"url": url, "namespace": NAMESPACE, "security": "None", "allow_insecure": True, "rows": "unit",
                "every_s": 0.1, "wait_s": 0.0}  # fmt: skip
    source = Source("plc", "opcua", stage.id, unit_column=f"s={stage.id}.UnitId", columns=columns, settings=settings)
    made = OpcUa(source, lambda: datetime.now(UTC), tmp_path)
    found = {c.name: c.dtype for c in made.discover()}
    assert f"nsu={NAMESPACE};s={stage.id}.exit_temp" in found
    truth = plant.between(stage.id, BEGIN, BEGIN + timedelta(hours=2))
    with Ear(made, tmp_path, stage) as ear:
        until(lambda: len(ear.samples()) == len(columns) + 1)
        told = served.do(served.server.tell(BEGIN + timedelta(hours=2)))
        until(lambda: len(ear.samples(f"s={stage.id}.UnitId")) == told + 1)
    served.stop()
    rows = pl.concat([conform(b, stage, source, datetime.now(UTC)).rows for b in made.read(stage, None)])
    names = ["unit_id", "t_event", *(p.name for p in stage.parameters)]
    same = rows.sort("t_event").select(names)
    assert told == truth.height > 3
    assert_frame_equal(same, truth.head(same.height).select(names))
    assert same.height >= told - 1
