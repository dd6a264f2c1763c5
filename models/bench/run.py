"""Run methods over packs, characteristics, protocols, labels and seeds: one row for each new stage judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from models.bench.drawing import DEFECT_SHOTS, SHOTS
from models.bench.judge import Row
from models.bench.keeping import Kept
from models.bench.packs import PackError, folders
from models.bench.peers import make_peer, peer_names
from models.bench.plan import cells, missing
from models.bench.protocols import PROTOCOLS, Protocol
from models.bench.result import Result, Settings, versions
from models.bench.work import Progress, work
from models.learners.portfolio import Portfolio

T = TypeVar("T")

_QUICK_PROTOCOLS: tuple[Protocol, ...] = ("random", "time", "normal")
_QUICK_UNITS = (200,)
_QUICK_STAGES = 3


def run(
    data_dir: str | Path,
    *,
    learners: Sequence[str] = ("portfolio",),
    members: bool = False,
    peers: Sequence[str] | None = None,
    protocols: Sequence[Protocol] | None = None,
    shots: Sequence[int] = SHOTS,
    defect_shots: Sequence[int] = DEFECT_SHOTS,
    seeds: int | Sequence[int] = 3,
    packs: Sequence[str] | None = None,
    training: Sequence[int | None] = (None,),
    quick: bool = False,
    most_stages: int | None = None,
    workers: int = 2,
    out: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Measure learners and peers on a folder of packs, all in the same run.

    Parameters
    ----------
    data_dir : path
        Folder of packs (``<name>/data.parquet`` and ``dataset.json``); anything else in it is left alone.
    learners : sequence of str
        Own learners, names of `models.learner_names()`. Members of the portfolio are trained once, within it, where
        it takes part.
    members : bool
        The portfolio and each of its members as well.
    peers : sequence of str, optional
        Names of `peer_names()`; all by default.
    protocols : sequence of {"random", "time", "rolling", "nightly", "normal", "normal_time"}, optional
        All by default; random, time and normal if `quick`.
    shots, defect_shots : sequence of int
        Numbers of labels; of labelled defects.
    seeds : int or sequence of int
        How many, from 0 on, or which. Three in a row judge every stage once.
    packs : sequence of str, optional
        Only these.
    training : sequence of int or None
        Learn from so many stages at most, each size in turn, to see what few sisters are worth; None: from all.
    quick : bool
        One seed, 10 labels (3 defects), three new stages a pack at most.
    most_stages : int, optional
        Judge at most so many new stages a pack and seed.
    workers : int
        Processes, one BLAS thread each; 1 runs in this process.
    out : path, optional
        Where the result is written; what is found on the way lies beside it (`part_of`) until then.
    resume : bool
        Take what `out` and its unfinished part hold already, and measure only what is missing.
    progress : callable, optional
        ``progress(done, total, words)`` after every cell, the time left among the words.

    Returns
    -------
    Result

    Raises
    ------
    PackError
        If the folder or a pack is not what it should be, or `out` holds another run.
    UnknownName
        If a learner or peer is not known.
    """
    asked: Sequence[Protocol] = protocols or (_QUICK_PROTOCOLS if quick else PROTOCOLS)
    settings = Settings(
        data_dir=str(data_dir),
        learners=_once((*learners, Portfolio.name, *Portfolio.MEMBERS) if members else learners),
        peers=peer_names() if peers is None else _once(peers),
        protocols=_once(asked),
        shots=_once(shots),
        defect_shots=_once(defect_shots),
        seeds=tuple(range(seeds)) if isinstance(seeds, int) else _once(seeds),
        training=_once(training),
        most_stages=most_stages,
    )
    if quick:
        settings = replace(
            settings,
            shots=(10,),
            defect_shots=(3,),
            seeds=settings.seeds[:1],
            most_stages=min(most_stages or _QUICK_STAGES, _QUICK_STAGES),
            units=_QUICK_UNITS,
        )
    _check(settings)
    planned, began = cells(settings, folders(data_dir, packs)), time.perf_counter()
    kept = None if out is None else Kept.opened(Path(out), settings, resume=resume)
    left, rows = missing(planned, kept.rows if kept else ())
    for found in work(left, workers, progress, len(planned) - len(left)):
        rows += found
        if kept is not None:
            kept.add(found)
    rows.sort(key=_place)
    result = Result(settings, versions(), tuple(rows), round(time.perf_counter() - began, 1))
    if kept is not None:
        kept.end(result)
    return result


def _place(row: Row) -> tuple[str | int, ...]:
    size = -1 if row.training is None else row.training
    return (row.pack, row.characteristic, row.protocol, row.k, row.seed, row.stage, row.method, size)


def _once(given: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(given))


def _check(settings: Settings) -> None:
    if not settings.seeds or min(settings.seeds) < 0:
        raise PackError(f"seeds {list(settings.seeds)} - give at least one, from 0 on")
    if min((*settings.shots, *settings.defect_shots), default=0) < 0:
        raise PackError(
            f"shots {list(settings.shots)}, {list(settings.defect_shots)} - numbers of labels are 0 or more"
        )
    for name in settings.peers:
        make_peer(name)
    if min((size for size in settings.training if size is not None), default=0) < 0 or not settings.training:
        raise PackError(f"training stages {list(settings.training)} - numbers of stages are 0 or more")
    unknown = set(settings.protocols) - set(PROTOCOLS)
    if unknown:
        raise PackError(f"no protocol {min(unknown)!r} - use {', '.join(PROTOCOLS)}")
    if settings.learners:
        import models

        for name in settings.learners:
            models.make_learner(name)
