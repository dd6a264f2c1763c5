"""How a live source stands: counts, connection and ages, in a small file that pages and commands read."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_connectors.base import Reject
from data_connectors.live.sample import Heard, Link

FILE = "standing.json"


@dataclass(slots=True)
class Standing:
    """What is known of a live source; counts go on over restarts.

    Parameters
    ----------
    link : {'connecting', 'connected', 'paused', 'disconnected', 'refused', 'stopped'}
    words : str
        Why it stands so, in a sentence.
    since : str
        Since when `link` holds (ISO, UTC).
    kept : int
        Values, rows and refused messages that are on the disk.
    refused : int
        Of these, messages that are neither value nor row.
    dropped : dict of str to int
        What was lost because the protocol cannot wait, by cause.
    connects : int
        How often a connection was made.
    last_kept, last_value : str
        When something was kept last, and the newest time that it carried (ISO, UTC); empty at first.
    bytes, limit : int
        Size of the spool and what it may have.
    at : str
        When this was written.
    """

    link: str = "stopped"
    words: str = ""
    since: str = ""
    kept: int = 0
    refused: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    connects: int = 0
    last_kept: str = ""
    last_value: str = ""
    bytes: int = 0
    limit: int = 0
    at: str = ""

    @classmethod
    def read(cls, folder: Path) -> Standing:
        """Return what was last written; a source that never ran, or a file that cannot be read, is `stopped`.

        Examples
        --------
        >>> Standing.read(Path("nowhere")).link
        'stopped'
        """
        try:
            told: dict[str, Any] = json.loads((folder / FILE).read_bytes())
            return cls(**{f.name: told[f.name] for f in fields(cls) if f.name in told})
        except (OSError, ValueError, TypeError):
            return cls()

    def write(self, folder: Path) -> None:
        """Replace the file; a reader sees the old one or this one."""
        self.at = _now()
        aside = folder / f".{FILE}.{os.getpid()}.tmp"
        aside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        aside.replace(folder / FILE)

    def stands(self, link: Link | str, words: str) -> bool:
        """Note how the connection stands; return whether that is a change."""
        changed = link != self.link
        if changed:
            self.since = _now()
            self.connects += link == "connected" and self.link != "paused"
        self.link, self.words = link, words
        return changed

    def counted(self, heard: Sequence[Heard]) -> None:
        """Count what was kept."""
        self.kept += len(heard)
        self.refused += sum(isinstance(item, Reject) for item in heard)
        times = [i.t_source or i.t_server or i.t_received for i in heard if not isinstance(i, Reject)]
        if heard:
            self.last_kept = _now()
        if times:
            self.last_value = max(self.last_value, max(times).astimezone(UTC).isoformat())


def _now() -> str:
    return datetime.now(UTC).isoformat()
