"""An edge node that tells births, values and deaths as the specification says."""

from __future__ import annotations

from datetime import datetime

from data_connectors.sparkplug.payload import payload_class


def millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


class EdgeNode:
    """Node ``Works/edge-1`` with one device; metrics have aliases after their birth."""

    def __init__(self, birth: int = 0) -> None:
        self.birth, self.seq = birth, 0

    def _payload(self, at: datetime, *metrics: dict[str, object], seq: int | None = None) -> bytes:
        told = payload_class()(timestamp=millis(at), seq=self.seq if seq is None else seq)
        for words in metrics:
            quality = words.pop("quality", None)
            metric = told.metrics.add(**words)
            if quality is not None:
                metric.properties.keys.append("Quality")
                metric.properties.values.add(type=3, int_value=quality)
        if seq is None:
            self.seq = (self.seq + 1) % 256
        return bytes(told.SerializeToString())

    def nbirth(self, at: datetime) -> tuple[str, bytes]:
        self.seq = 0
        metrics = [
            {"name": "bdSeq", "datatype": 8, "long_value": self.birth},
            {"name": "Node Control/Rebirth", "datatype": 11, "boolean_value": False},
        ]
        return "spBv1.0/Works/NBIRTH/edge-1", self._payload(at, *metrics)

    def dbirth(self, at: datetime, temp: float = 850.0, speed: int = 9) -> tuple[str, bytes]:
        metrics = [
            {"name": "Exit/Temp", "alias": 1, "datatype": 10, "double_value": temp},
            {"name": "Speed", "alias": 2, "datatype": 3, "int_value": speed},
        ]
        return "spBv1.0/Works/DBIRTH/edge-1/mill", self._payload(at, *metrics)

    def ddata(self, at: datetime, *metrics: dict[str, object]) -> tuple[str, bytes]:
        return "spBv1.0/Works/DDATA/edge-1/mill", self._payload(at, *metrics)

    def ndeath(self) -> tuple[str, bytes]:
        words = {"name": "bdSeq", "datatype": 8, "long_value": self.birth}
        return "spBv1.0/Works/NDEATH/edge-1", self._payload(datetime.fromtimestamp(0).astimezone(), words, seq=0)

    def ddeath(self, at: datetime) -> tuple[str, bytes]:
        return "spBv1.0/Works/DDEATH/edge-1/mill", self._payload(at)


def temp(value: float, **more: object) -> dict[str, object]:
    return {"alias": 1, "double_value": value} | more


def speed(value: int, **more: object) -> dict[str, object]:
    return {"alias": 2, "int_value": value % 2**32} | more
