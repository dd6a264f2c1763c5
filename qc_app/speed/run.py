"""All benches of speed, one after the other, in a folder that is removed afterwards."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from qc_app.errors import SettingsError
from qc_app.plant import nearest
from qc_app.speed.adapting import adapting, growing, looping
from qc_app.speed.ingesting import ingesting
from qc_app.speed.measures import Progress, Size, Speed, SpeedRun, silent
from qc_app.speed.overviewing import overviewing

SIZES = {
    "full": Size(),
    "small": Size(
        rows=100_000, new_stages=20, peer_stages=4, one_row=200, overview_stages=200, training_stages=(10, 20)
    ),
    "tiny": Size(
        rows=500, columns=5, new_stages=2, peer_stages=1, one_row=5, overview_stages=20, training_stages=(2, 4), tasks=2
    ),
}
PARTS = ("ingest", "adapt", "growth", "loop", "overview")
_LIBRARIES = ("polars", "deltalake", "torch", "numpy")


def run_speed(
    size: str = "full",
    *,
    parts: Sequence[str] = PARTS,
    learner: str = "portfolio",
    scratch: Path | None = None,
    progress: Progress = silent,
) -> SpeedRun:
    """Measure the product's speed on this machine.

    Parameters
    ----------
    size : {"full", "small", "tiny"}
        Full: a million rows, 1,000 new stages, an overview of 1,000 stages; needs 2 GB of disk for a minute or two.
    parts : sequence of {"ingest", "adapt", "growth", "loop", "overview"}
    learner : str
        Which learner adapts.
    scratch : Path, optional
        Where the temporary folder is made; default: the system's. The disk under it is part of the figure.
    progress : callable, optional
        ``progress(what, done, total)``.

    Returns
    -------
    SpeedRun

    Raises
    ------
    SettingsError
        If a size or part is not known.
    StoreError
        If rows went missing on the way, or the disk refuses.
    """
    for name, known in ((size, SIZES), *((part, PARTS) for part in parts)):
        if name not in known:
            raise SettingsError(f"speed: no {name!r} - {nearest(name, known)}")
    chosen = SIZES[size]
    with tempfile.TemporaryDirectory(prefix="qc-speed-", dir=scratch) as made:
        folder = Path(made)
        (folder / "ingest").mkdir()
        benches: dict[str, Callable[[], tuple[Speed, ...]]] = {
            "ingest": lambda: (ingesting(chosen, folder / "ingest", progress),),
            "adapt": lambda: adapting(chosen, learner, progress),
            "growth": lambda: (growing(chosen, learner, progress),),
            "loop": lambda: (looping(chosen, progress),),
            "overview": lambda: (overviewing(chosen, folder / "overview", progress),),
        }
        speeds = tuple(speed for part in PARTS if part in parts for speed in benches[part]())
    return SpeedRun(chosen, _machine(), speeds)


def speed_table(run: SpeedRun) -> list[tuple[str, str, str, str]]:
    """Return rows for a terminal: what, figures, ratio to the peer, target with the verdict.

    Examples
    --------
    >>> speed_table(SpeedRun(SIZES["tiny"], {}, (Speed("read", {"own_s": 2.0}, 2.5, "at most 3 x", True),)))
    [('read', 'own s 2', '2.5 x', 'at most 3 x: met')]
    """
    return [
        (
            speed.what,
            "\n".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in speed.figures.items()),
            "-" if speed.ratio is None else f"{speed.ratio:.1f} x",
            f"{speed.target}: {'met' if speed.met else 'NOT met'}",
        )
        for speed in run.speeds
    ]


def _shown(value: float) -> str:
    """Three digits where they say something, whole numbers above."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _machine() -> dict[str, str]:
    about = {"python": platform.python_version(), "system": platform.platform(), "cores": str(os.cpu_count())}
    return about | {name: version(name) for name in _LIBRARIES}
