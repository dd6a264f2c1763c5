"""The three ways in which rows are offered: into a table, as files, to a broker. Each returns once the row is out."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from qc_app.load import truth
from qc_app.load.making import QUALITY, table_of

#: A unit's number, when it was made (seconds since 1970), and the values of its parameters.
Row = tuple[int, float, list[float]]
ACK_S = 60.0


class Outlet(Protocol):
    """Offers rows of one stage."""

    def offer(self, rows: Sequence[Row]) -> None:
        """Return when the rows are out: committed, renamed into place, acknowledged by the broker."""
        ...


def iso(moment: float) -> str:
    """Return a moment as the sources write it."""
    return datetime.fromtimestamp(moment, UTC).isoformat()


class Database:
    """One SQLite file with a table a stage, written as a plant's own system would."""

    def __init__(self, outside: Path) -> None:
        self.connection = sqlite3.connect(outside / "plant.sqlite", check_same_thread=False, timeout=30.0)
        self.connection.execute("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class TableOutlet:
    """Inserts rows into the table of a stage."""

    def __init__(self, database: Database, stage: str, parameters: int) -> None:
        self._connection, self._stage = database.connection, stage
        names = truth.names(parameters)
        columns = ", ".join(f"{name} REAL" for name in names)
        places = ", ".join("?" * (parameters + 2))
        table = table_of(stage)
        self._connection.execute(f"CREATE TABLE {table} (seq INTEGER PRIMARY KEY, unit_id TEXT, time TEXT, {columns})")
        self._insert = f"INSERT INTO {table} (unit_id, time, {', '.join(names)}) VALUES ({places})"  # noqa: S608 - own names

    def offer(self, rows: Sequence[Row]) -> None:
        """Insert and commit."""
        told = [(truth.unit_id(self._stage, n), iso(at), *values) for n, at, values in rows]
        self._connection.executemany(self._insert, told)
        self._connection.commit()


class FolderOutlet:
    """Writes a file beside its place and renames it into it."""

    def __init__(self, folder: Path, stage: str, names: Sequence[str]) -> None:
        folder.mkdir(parents=True)
        self._folder, self._stage, self._written = folder, stage, 0
        self._head = ",".join(["unit_id", "time", *names])

    def offer(self, rows: Sequence[Row]) -> None:
        """Write one file of all rows."""
        lines = [",".join([truth.unit_id(self._stage, n), iso(at), *map(repr, v)]) for n, at, v in rows]
        self._written += 1
        path = self._folder / f"{self._written:06}.csv"
        aside = path.with_suffix(".tmp")
        aside.write_text("\n".join([self._head, *lines]) + "\n", encoding="utf-8")
        aside.replace(path)


class BrokerOutlet:
    """Publishes a message a row with QoS 1 and waits for the broker's word."""

    def __init__(self, client: Any, stage: str, parameters: int) -> None:
        self._client, self._stage, self._names = client, stage, truth.names(parameters)

    def offer(self, rows: Sequence[Row]) -> None:
        """Publish all, then wait for all."""
        told = [self._client.publish(f"load/{self._stage}", self._said(row), qos=1) for row in rows]
        deadline = time.monotonic() + ACK_S
        for one in told:
            one.wait_for_publish(max(deadline - time.monotonic(), 0.1))
            if not one.is_published():
                raise TimeoutError(f"the broker did not take a message of {self._stage} within {ACK_S:.0f} s")

    def _said(self, row: Row) -> str:
        number, at, values = row
        head: Mapping[str, object] = {"unit_id": truth.unit_id(self._stage, number), "time": iso(at)}
        return json.dumps({**head, **dict(zip(self._names, values, strict=True))})


def publisher(port: int) -> Any:
    """Return a connected client that publishes."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def results_outlet(outside: Path, stage: str) -> FolderOutlet:
    """Return where the results of a stage are dropped."""
    return FolderOutlet(outside / f"{stage}-results", stage, (QUALITY,))
