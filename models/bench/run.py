"""Run methods over packs, characteristics, protocols, labels and seeds: one row for each new stage judged."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from models.bench.cells import Cell, examine, is_peer, pack_at
from models.bench.drawing import DEFECT_SHOTS, SHOTS
from models.bench.judge import Row
from models.bench.packs import PackError, folders
from models.bench.peers import make_peer, peer_names
from models.bench.protocols import Protocol
from models.bench.result import Result, Settings, versions
from models.learners.portfolio import Portfolio

T = TypeVar("T")

#: Called with cells done, cells in all, and the cell just done in words.
Progress = Callable[[int, int, str], None]

_PROTOCOLS: tuple[Protocol, ...] = ("random", "time", "rolling")
_QUICK_PROTOCOLS: tuple[Protocol, ...] = ("random", "time")
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
    most_training: int | None = None,
    quick: bool = False,
    workers: int = 2,
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
    protocols : sequence of {"random", "time", "rolling"}, optional
        All by default; without rolling if `quick`.
    shots, defect_shots : sequence of int
        Numbers of labels; of labelled defects.
    seeds : int or sequence of int
        How many, from 0 on, or which. Three in a row judge every stage once.
    packs : sequence of str, optional
        Only these.
    most_training : int, optional
        Learn from this many stages at most, to see what few sisters are worth.
    quick : bool
        One seed, 10 labels (3 defects), three new stages a pack at most.
    workers : int
        Processes, one BLAS thread each; 1 runs in this process.
    progress : callable, optional
        ``progress(done, total, words)`` after every cell.

    Returns
    -------
    Result

    Raises
    ------
    PackError
        If the folder or a pack is not what it should be.
    UnknownName
        If a learner or peer is not known.
    """
    asked: Sequence[Protocol] = protocols or (_QUICK_PROTOCOLS if quick else _PROTOCOLS)
    settings = Settings(
        data_dir=str(data_dir),
        learners=_once((*learners, Portfolio.name, *Portfolio.MEMBERS) if members else learners),
        peers=peer_names() if peers is None else _once(peers),
        protocols=_once(asked),
        shots=_once(shots),
        defect_shots=_once(defect_shots),
        seeds=tuple(range(seeds)) if isinstance(seeds, int) else _once(seeds),
        most_training=most_training,
    )
    if quick:
        settings = replace(
            settings, shots=(10,), defect_shots=(3,), seeds=settings.seeds[:1], most_stages=_QUICK_STAGES
        )
    _check(settings)
    cells = list(_cells(settings, folders(data_dir, packs)))
    began = time.perf_counter()
    rows = [row for part in _work(cells, workers, progress) for row in part]
    rows.sort(key=lambda r: (r.pack, r.characteristic, r.protocol, r.k, r.seed, r.stage, r.method))
    return Result(settings, versions(), tuple(rows), round(time.perf_counter() - began, 1))


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
    unknown = set(settings.protocols) - {"random", "time", "rolling"}
    if unknown:
        raise PackError(f"no protocol {min(unknown)!r} - use random, time or rolling")
    if settings.learners:
        import models

        for name in settings.learners:
            models.make_learner(name)


def _cells(settings: Settings, found: Sequence[Path]) -> Iterator[Cell]:
    members = _within_portfolio(settings.learners)
    for method in (*settings.learners, *settings.peers):
        if method in members:
            continue
        for folder in found:
            for characteristic, kind in pack_at(str(folder)).characteristics.items():
                if is_peer(method) and make_peer(method).kind != kind:
                    continue
                shots = settings.shots if kind == "continuous" else settings.defect_shots
                for seed in settings.seeds:
                    yield Cell(
                        str(folder),
                        characteristic,
                        seed,
                        method,
                        settings.protocols,
                        shots,
                        settings.most_stages,
                        settings.most_training,
                        members if method == Portfolio.name else (),
                    )


def _within_portfolio(learners: Sequence[str]) -> tuple[str, ...]:
    """Those learners that the portfolio of the same run trains anyway: they are examined as it trained them."""
    return tuple(m for m in learners if m in Portfolio.MEMBERS) if Portfolio.name in learners else ()


def _work(cells: Sequence[Cell], workers: int, progress: Progress | None) -> Iterator[list[Row]]:
    tell = progress or (lambda _done, _total, _words: None)
    if workers <= 1:
        for done, cell in enumerate(cells, 1):
            yield examine(cell)
            tell(done, len(cells), str(cell))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        pending = {pool.submit(examine, cell): cell for cell in cells}
        try:
            for done, future in enumerate(as_completed(pending), 1):
                yield future.result()
                tell(done, len(cells), str(pending[future]))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _one_thread() -> None:
    """Small linear algebra wants one thread a process; libraries loaded later read the environment."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

    torch.set_num_threads(1)
    threadpool_limits(1)
