"""The simulated plant as an OPC UA server, for tests and for trying a connection before there is a plant.

``python -m data_connectors.synthetic.opcua_server --port 4840 --seed 1 --speed 60`` serves until Ctrl-C, without
security, on this machine alone.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.server import Server
from asyncua.ua.status_codes import StatusCodes

from data_connectors.schema import Stage
from data_connectors.synthetic.plant import SyntheticPlant

NAMESPACE = "urn:qc-app:synthetic-plant"
UNIT = "UnitId"
#: Values of a variable that the server's history holds.
KEPT = 20_000
_AHEAD = timedelta(days=1)
_TICK_S = 0.1


class PlantServer:
    """Serves stages as objects: one variable a parameter, with unit and range, and the id of the unit being made.

    At the moment of a unit its parameters are set, and ``UnitId`` goes on to the next one: what a source with
    ``rows = "unit"`` needs.

    Parameters
    ----------
    plant : SyntheticPlant
    url : str
        ``opc.tcp://127.0.0.1:4840``.
    begin : datetime
        Units from then on are told (aware).
    stages : sequence of Stage
        Default: all of the plant.
    """

    def __init__(self, plant: SyntheticPlant, url: str, begin: datetime, stages: Sequence[Stage] = ()) -> None:
        self._plant, self._url = plant, url
        self._stages = {stage.id: stage for stage in stages or plant.stages}
        self._coming = {name: self._units(name, begin) for name in self._stages}
        self._next: dict[str, dict[str, Any]] = {}
        self._nodes: dict[tuple[str, str], Node] = {}
        self._begin = begin
        self._server = Server()

    async def start(self) -> None:
        """Make the nodes and open the port."""
        self._server.set_endpoint(self._url)
        self._server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        await self._server.init()
        index = ua.Int16(await self._server.register_namespace(NAMESPACE))
        for stage in self._stages.values():
            await self._make(stage, index)
            for parameter in stage.parameters:
                await self._write(stage.id, parameter.name, None, self._begin)
            await self._write(stage.id, UNIT, str(self._next[stage.id]["unit_id"]), self._begin)
        await self._server.start()
        for node in self._nodes.values():
            await self._server.historize_node_data_change(node, count=KEPT)

    async def stop(self) -> None:
        """Close the port."""
        await self._server.stop()

    async def tell(self, until: datetime) -> int:
        """Set the variables to all that happened up to a moment; return how many units that were."""
        told = 0
        for name, coming in self._coming.items():
            while self._next[name]["t_event"] <= until:
                unit, self._next[name] = self._next[name], next(coming)
                await self._set(name, unit, str(self._next[name]["unit_id"]))
                told += 1
        return told

    async def run(self, now: Callable[[], datetime]) -> None:
        """Tell what happens by a clock, until cancelled."""
        while True:
            await self.tell(now())
            await asyncio.sleep(_TICK_S)

    async def _make(self, stage: Stage, index: ua.Int16) -> None:
        folder = await self._server.nodes.objects.add_object(_node(stage.id, index), stage.id)
        self._next[stage.id] = next(self._coming[stage.id])
        first = str(self._next[stage.id]["unit_id"])
        self._nodes[stage.id, UNIT] = await folder.add_variable(_node(f"{stage.id}.{UNIT}", index), UNIT, first)
        for parameter in stage.parameters:
            node = await folder.add_variable(_node(f"{stage.id}.{parameter.name}", index), parameter.name, 0.0)
            unit = ua.EUInformation(DisplayName=ua.LocalizedText(parameter.unit))
            await node.add_property(0, "EngineeringUnits", unit)
            if parameter.low is not None and parameter.high is not None:
                await node.add_property(0, "EURange", ua.Range(parameter.low, parameter.high))
            self._nodes[stage.id, parameter.name] = node

    async def _set(self, stage: str, unit: dict[str, Any], following: str) -> None:
        at = unit["t_event"]
        for parameter in self._stages[stage].parameters:
            await self._write(stage, parameter.name, unit[parameter.name], at)
        await self._write(stage, UNIT, following, at)

    async def _write(self, stage: str, name: str, value: float | str | None, at: datetime) -> None:
        status = StatusCodes.BadNoData if value is None else StatusCodes.Good
        moment = ua.DateTime.fromisoformat(at.isoformat())
        said = ua.DataValue(ua.Variant(value), ua.StatusCode(ua.UInt32(status)), moment, moment)
        await self._server.write_attribute_value(self._nodes[stage, name].nodeid, said)

    def _units(self, stage: str, begin: datetime) -> Iterator[dict[str, Any]]:
        """Yield the units of a stage for ever, a day computed at a time."""
        while True:
            yield from self._plant.between(stage, begin, begin + _AHEAD).iter_rows(named=True)
            begin += _AHEAD


def _node(name: str, index: ua.Int16) -> ua.NodeId:
    return ua.NodeId(ua.String(name), index)


async def _serve(port: int, seed: int, speed: float) -> None:
    origin = datetime.now(UTC)
    plant = SyntheticPlant.of(seed=seed, start=origin - timedelta(days=2))
    server = PlantServer(plant, f"opc.tcp://127.0.0.1:{port}", origin)
    await server.start()
    try:
        await server.run(lambda: origin + (datetime.now(UTC) - origin) * speed)
    finally:
        await server.stop()


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve the simulated plant by OPC UA, on this machine alone.")
    parser.add_argument("--port", type=int, default=4840)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than the clock the plant lives")
    told = parser.parse_args()
    try:
        asyncio.run(_serve(told.port, told.seed, told.speed))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
