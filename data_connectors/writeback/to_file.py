"""Predictions told by files: the newest of each characteristic in one that is replaced as a whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from data_connectors.errors import DefinitionError, SourceUnavailable
from data_connectors.writeback.message import Message
from data_connectors.writeback.outlet import Outlet
from data_connectors.writeback.writing import text_setting


class ToFile:
    """Writes ``NAME.json`` and ``NAME.heartbeat.json`` into a folder of its own; a reader sees the old one or the new.

    Parameters
    ----------
    outlet : Outlet
        Setting `path`: the folder.
    """

    def __init__(self, outlet: Outlet) -> None:
        folder = Path(text_setting(outlet, "path", "name a folder of its own"))
        if set(outlet.settings) != {"path"}:
            raise DefinitionError(f"write-back {outlet.name!r}: kind 'file' knows the setting path alone")
        stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in outlet.name)
        self._value, self._heartbeat = folder / f"{stem}.json", folder / f"{stem}.heartbeat.json"

    def write(self, messages: Sequence[Message]) -> None:
        """Replace the file by the newest message."""
        if messages:
            _replace(self._value, messages[-1].fields())

    def beat(self, number: int, at: datetime) -> None:
        """Replace the heartbeat."""
        _replace(self._heartbeat, {"number": number, "at": at.isoformat()})

    def close(self) -> None:
        """Hold nothing open, so there is nothing to close."""


def _replace(path: Path, content: Mapping[str, object]) -> None:
    aside = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise SourceUnavailable(
            f"{path} cannot be written ({error.strerror}) - check the folder and its disk"
        ) from error
