"""A run of the bench as data: settings, versions, rows; to JSON and back."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from models.bench.judge import Row
from models.bench.normal import UNITS
from models.bench.packs import PackError
from models.bench.protocols import Protocol

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "catboost", "lightgbm", "qc-app")


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked of a run.

    `most_stages` limits the new stages judged for each pack and seed; `training` holds the sizes of the meta-training
    (None: all stages that are not judged); `units` the numbers of unlabelled units for the normal protocols.
    """

    data_dir: str
    learners: tuple[str, ...]
    peers: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    shots: tuple[int, ...]
    defect_shots: tuple[int, ...]
    seeds: tuple[int, ...]
    most_stages: int | None = None
    training: tuple[int | None, ...] = (None,)
    units: tuple[int, ...] = UNITS

    @property
    def fullest(self) -> int | None:
        """The largest meta-training of the run; None: all stages."""
        sizes = [size for size in self.training if size is not None]
        return None if len(sizes) < len(self.training) else max(sizes)


@dataclass(frozen=True, slots=True)
class Result:
    """Everything one run of the bench found; `seconds` is its wall time."""

    settings: Settings
    versions: Mapping[str, str]
    rows: tuple[Row, ...]
    seconds: float

    def at(self, training: int | None) -> Result:
        """Return the part of the run that learned from so many stages, with the methods that learn from none."""
        kept = tuple(r for r in self.rows if r.training in {training, 0})
        return replace(self, settings=replace(self.settings, training=(training,)), rows=kept)

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
            if "most_training" in given:
                given["training"] = (given.pop("most_training"),)
                data["rows"] = [{"training": given["training"][0]} | row for row in data["rows"]]
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
