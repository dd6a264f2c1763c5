"""Listening in a thread, and what came of it."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from data_connectors.base import Gap
from data_connectors.live import Sample
from data_connectors.live.spool import Place, Spool, Standing, kept_since
from data_connectors.opcua import OpcUa
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.opcua.server import URI

STAGE = Stage("s", "l", "f", (Parameter("temp", "degC"), Parameter("count")), ())


def source(url: str, **settings: Any) -> Source:
    columns = settings.pop("columns", {"temp": "s=Temp", "count": "s=Count"})
    insecure = {} if "security" in settings else {"security": "None", "allow_insecure": True}
    quick = {"every_s": 0.1, "keep_alive_s": 5.0, "timeout_s": 5.0, "wait_s": 0.0}
    given = {"url": url, "namespace": URI, **insecure, **quick, **settings}
    return Source("plc", "opcua", "s", unit_column="CoilId", columns=columns, settings=given)


def connector(url: str, folder: Path | None = None, **settings: Any) -> OpcUa:
    return OpcUa(source(url, **settings), lambda: datetime.now(UTC), folder)


class Ear:
    """A listener at work on a spool."""

    def __init__(self, made: OpcUa, folder: Path, stage: Stage = STAGE) -> None:
        self.folder = folder
        self._spool = Spool(folder)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=made.listen, args=(stage, self._spool, self._stop))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        self._spool.close()

    @property
    def standing(self) -> Standing:
        return self._spool.standing

    @property
    def mark(self) -> str:
        return self._spool.mark

    def samples(self, tag: str = "") -> list[Sample]:
        return [h for kept, _, _ in kept_since(self.folder, Place()) for h in kept.heard
                if isinstance(h, Sample) and tag in {"", h.tag}]  # fmt: skip

    def values(self, tag: str) -> list[Any]:
        return [one.value for one in self.samples(tag)]

    def gaps(self) -> list[Gap]:
        return [gap for kept, _, _ in kept_since(self.folder, Place()) for gap in kept.gaps]


def lost(offered: list[datetime], heard: list[datetime], gaps: list[Gap]) -> list[datetime]:
    """What was offered between the first and the last thing heard, is not there, and is in no gap."""
    there, first, last = set(heard), min(heard), max(heard)
    return [
        at for at in offered
        if first <= at <= last and at not in there and not any(g.since <= at <= g.until for g in gaps)
    ]  # fmt: skip


def twice(samples: list[Sample]) -> list[Any]:
    counts = Counter((one.tag, one.t_source) for one in samples)
    return [key for key, n in counts.items() if n > 1]
