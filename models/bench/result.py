"""A run of the bench as data: settings, versions, rows; to JSON and back."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from models.bench.judge import Row
from models.bench.packs import PackError
from models.bench.protocols import Protocol

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "catboost", "lightgbm", "qc-app")


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked of a run.

    `most_stages` limits the new stages judged, `most_training` those learned from, for each pack and seed.
    """

    data_dir: str
    learners: tuple[str, ...]
    peers: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    shots: tuple[int, ...]
    defect_shots: tuple[int, ...]
    seeds: tuple[int, ...]
    most_stages: int | None = None
    most_training: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Everything one run of the bench found; `seconds` is its wall time."""

    settings: Settings
    versions: Mapping[str, str]
    rows: tuple[Row, ...]
    seconds: float

    def to_json(self, summary: Sequence[Mapping[str, Any]] = (), targets: Sequence[Mapping[str, Any]] = ()) -> str:
        """Write settings, versions and rows as JSON, with a summary and the targets for those who read no rows."""
        about: dict[str, Any] = {"settings": asdict(self.settings), "versions": dict(self.versions)}
        about |= {"seconds": self.seconds, "targets": list(targets), "summary": list(summary)}
        return json.dumps(about | {"rows": [asdict(r) for r in self.rows]}, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `to_json` wrote, or raise PackError."""
        try:
            data = json.loads(text)
            given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data["settings"].items()}
            rows = tuple(Row(**row) for row in data["rows"])
            return cls(Settings(**given), data["versions"], rows, data["seconds"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise PackError(f"this is no result of the bench ({error}) - write one with qc bench --out") from None


def versions() -> dict[str, str]:
    """Return the versions of what the figures depend on."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
