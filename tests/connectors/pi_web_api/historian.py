"""A historian that answers as PI Web API does: points, stream sets, limits, errors of single streams."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.connectors.http.site import Asked, Reply, Site, told

SERVER = "PISRV"


def stamp(at: datetime) -> str:
    """The server tells 100 ns."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


class Historian:
    def __init__(self) -> None:
        self.points: dict[str, list[dict[str, Any]]] = {}
        self.broken: dict[str, str] = {}
        self.most = 150_000
        self.site = Site(self)

    def put(self, tag: str, at: datetime, value: Any, **quality: bool) -> None:
        given = {"Good": True, "Questionable": False, "Substituted": False, "Annotated": False, **quality}
        items = self.points.setdefault(tag, [])
        items.append({"Timestamp": stamp(at), "Value": value, "UnitsAbbreviation": "", **given})
        items.sort(key=lambda item: str(item["Timestamp"]))

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/piwebapi")
        given = asked.query
        points = [{"Name": tag, "PointType": "Float32", "EngineeringUnits": "degC"} for tag in self.points]
        fixed: dict[str, Any] = {
            "": {"Links": {}, "ProductTitle": "PI Web API"},
            "/dataservers": {"WebId": "DS"},
            "/dataservers/DS/points": {"Items": points},
        }
        if path in fixed:
            return told(fixed[path])
        if path == "/points":
            tag = given["path"].removeprefix(f"\\\\{SERVER}\\")
            if tag in self.points:
                return told({"WebId": f"W-{tag}"})
            return told({"Errors": [f"PI Point not found '{tag}'."]}, status=404)
        if path.startswith("/streams/"):
            tag = path.split("/")[2].removeprefix("W-")
            return told(self.points[tag][-1])
        return self.streams(path.rpartition("/")[2], asked)

    def streams(self, what: str, asked: Asked) -> Reply:
        given = asked.query
        count = int(given.get("maxCount", 1000))
        if count > self.most:
            return told({"Errors": ["maxCount is greater than the maximum allowed."]}, status=400)
        tags = [value.removeprefix("W-") for name, value in asked.params if name == "webId"]
        return told({"Links": {}, "Items": [self.stream(tag, what, given, count) for tag in tags]})

    def stream(self, tag: str, what: str, given: dict[str, str], count: int) -> dict[str, Any]:
        if tag in self.broken:
            return {"WebId": f"W-{tag}", "Items": [], "WebException": {"Errors": [self.broken[tag]]}}
        begin, end = (datetime.fromisoformat(given[key]) for key in ("startTime", "endTime"))
        if what == "interpolated":
            step = timedelta(seconds=float(given["interval"].rstrip("s")))
            times = [begin + step * i for i in range(int((end - begin) / step) + 1)]
            items = [{"Timestamp": stamp(at), "Value": at.timestamp() % 1000, "Good": True} for at in times]
        else:
            items = [i for i in self.points[tag] if begin <= datetime.fromisoformat(i["Timestamp"]) <= end][:count]
        return {"WebId": f"W-{tag}", "Name": tag, "Items": json.loads(json.dumps(items))}
