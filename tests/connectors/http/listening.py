"""A listener of a kind that asks over HTTP, at work on a spool in a thread."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Self

from data_connectors.base import Gap
from data_connectors.live import LiveConnector, Sample, Spool
from data_connectors.live.spool import Place, Standing, kept_since
from data_connectors.schema import Stage


class Ear:
    def __init__(self, made: LiveConnector, folder: Path, stage: Stage) -> None:
        self.folder = folder
        self._spool = Spool(folder)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=made.listen, args=(stage, self._spool, self._stop))  # type: ignore[attr-defined]

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

    def samples(self, tag: str = "") -> list[Sample]:
        return samples(self.folder, tag)

    def gaps(self) -> list[Gap]:
        return gaps(self.folder)


def samples(folder: Path, tag: str = "") -> list[Sample]:
    return [
        h for kept, _, _ in kept_since(folder, Place()) for h in kept.heard
        if isinstance(h, Sample) and tag in {"", h.tag}
    ]  # fmt: skip


def gaps(folder: Path) -> list[Gap]:
    return [gap for kept, _, _ in kept_since(folder, Place()) for gap in kept.gaps]
