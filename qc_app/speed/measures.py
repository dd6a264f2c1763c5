"""One measured speed, and all of one run, as data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

#: Called with what is being done, steps done and steps in all.
Progress = Callable[[str, int, int], None]


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the work is.

    Parameters
    ----------
    rows, columns : int
        Of the delivery that is read in: one CSV file.
    new_stages : int
        Stages adapted and predicted, each with 20 labels, 60 parameters, 2,000 unlabelled units and 500 queries.
    peer_stages : int
        Sample of stages on which CatBoost and the Gaussian process are fitted.
    one_row : int
        Predictions of one unit.
    overview_stages : int
        Stages on the overview.
    training_stages : tuple of int
        Stages of the meta-trainings whose growth is measured.
    tasks : int
        Tasks of the outer step of MAML that is taken all at once and one by one.
    """

    rows: int = 1_000_000
    columns: int = 30
    new_stages: int = 1000
    peer_stages: int = 10
    one_row: int = 1000
    overview_stages: int = 1000
    training_stages: tuple[int, ...] = (20, 40, 80)
    tasks: int = 16


@dataclass(frozen=True, slots=True)
class Speed:
    """One thing measured.

    Parameters
    ----------
    what : str
        In words, with its size.
    figures : mapping of str to float
        Named with their unit.
    ratio : float or None
        Against the peer of the same run, as `target` says.
    target : str
        What is aimed at, in words.
    met : bool
    """

    what: str
    figures: Mapping[str, float]
    ratio: float | None
    target: str
    met: bool


@dataclass(frozen=True, slots=True)
class SpeedRun:
    """Everything one run measured, with the machine it ran on."""

    size: Size
    machine: Mapping[str, str]
    speeds: tuple[Speed, ...]

    def to_json(self) -> str:
        """Write the run as JSON."""
        return json.dumps(asdict(self), indent=1, allow_nan=False)
