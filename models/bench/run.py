"""Run methods over packs, characteristics, protocols, labels and seeds: one row for each new stage judged."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol as Interface

import numpy as np

from models.base import Adapted, Learner, Task
from models.bench.judge import Row, judged
from models.bench.packs import Pack, PackError, folders, load
from models.bench.peers import PeerAdapted, make_peer, peer_names
from models.bench.protocols import (
    DEFECT_SHOTS,
    SHOTS,
    Exam,
    Protocol,
    Skipped,
    exam,
    split_stages,
    training_tasks,
)
from models.bench.result import Result, Settings, versions
from models.errors import ModelsError, NotThisKind

#: Called with cells done, cells in all, and the cell just done in words.
Progress = Callable[[int, int, str], None]

_PROTOCOLS: tuple[Protocol, ...] = ("random", "time")
_QUICK_STAGES = 3


class Method(Interface):
    """What the bench needs of a learner or a peer."""

    def fit(self, tasks: Sequence[Task]) -> Method:
        """Learn across stages."""
        ...

    def adapt(self, task: Task) -> Adapted | PeerAdapted:
        """Fit one stage."""
        ...


@dataclass(frozen=True, slots=True)
class Cell:
    """One method on one characteristic of one pack with one seed: meta-trained once, examined often."""

    folder: str
    characteristic: str
    seed: int
    method: str
    protocols: tuple[Protocol, ...]
    shots: tuple[int, ...]
    most_stages: int | None

    def __str__(self) -> str:
        return f"{Path(self.folder).name} / {self.characteristic} / {self.method} / seed {self.seed}"


def run(
    data_dir: str | Path,
    *,
    learners: Sequence[str] = ("portfolio",),
    peers: Sequence[str] | None = None,
    protocols: Sequence[Protocol] = _PROTOCOLS,
    shots: Sequence[int] = SHOTS,
    defect_shots: Sequence[int] = DEFECT_SHOTS,
    seeds: int | Sequence[int] = 3,
    packs: Sequence[str] | None = None,
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
        Own learners, names of `models.learner_names()`.
    peers : sequence of str, optional
        Names of `peer_names()`; all by default.
    protocols : sequence of {"random", "time", "rolling"}
    shots, defect_shots : sequence of int
        Numbers of labels; of labelled defects.
    seeds : int or sequence of int
        How many, from 0 on, or which. Three in a row judge every stage once.
    packs : sequence of str, optional
        Only these.
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
    chosen = tuple(peer_names()) if peers is None else tuple(peers)
    seed_list = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    settings = Settings(
        str(data_dir), tuple(learners), chosen, tuple(protocols), tuple(shots), tuple(defect_shots), seed_list
    )
    if quick:
        settings = replace(settings, shots=(10,), defect_shots=(3,), seeds=seed_list[:1], most_stages=_QUICK_STAGES)
    _check(settings)
    cells = list(_cells(settings, folders(data_dir, packs)))
    began = time.perf_counter()
    rows = [row for part in _work(cells, workers, progress) for row in part]
    rows.sort(key=lambda r: (r.pack, r.characteristic, r.protocol, r.k, r.seed, r.stage, r.method))
    return Result(settings, versions(), tuple(rows), round(time.perf_counter() - began, 1))


def examine(cell: Cell) -> list[Row]:
    """Meta-train the cell's method and examine it on every new stage, protocol and number of labels.

    Parameters
    ----------
    cell : Cell

    Returns
    -------
    list of Row
        A method that refuses, or fails in a way it foresees, gives rows that say so; any other error is raised
        with the cell's name.
    """
    pack = _pack(cell.folder)
    learned, new = split_stages(pack, cell.seed)
    tasks = training_tasks(pack, cell.characteristic, learned, cell.seed)
    began = time.perf_counter()
    try:
        method: Method | str = _make(cell).fit(tasks)
    except (ModelsError, np.linalg.LinAlgError) as error:
        method = _words(error)
    except Exception as error:
        error.add_note(f"while meta-training in the bench: {cell}")
        raise
    fit_s = time.perf_counter() - began
    return [_answer(cell, pack, asked, method, fit_s) for asked in _exams(cell, pack, new)]


@dataclass(frozen=True, slots=True)
class _Asked:
    protocol: Protocol
    k: int
    stage: str
    exam: Exam


def _exams(cell: Cell, pack: Pack, new: Sequence[str]) -> Iterator[_Asked]:
    for protocol in cell.protocols:
        for k in cell.shots:
            left = cell.most_stages
            for stage in new:
                drawn = exam(pack, stage, cell.characteristic, protocol, k, cell.seed)
                if isinstance(drawn, Skipped) or left == 0:
                    continue
                left = None if left is None else left - 1
                yield _Asked(protocol, k, stage, drawn)


def _answer(cell: Cell, pack: Pack, asked: _Asked, method: Method | str, fit_s: float) -> Row:
    own = not cell.method.startswith("peer_")
    row = Row(
        pack=pack.name,
        characteristic=cell.characteristic,
        kind=asked.exam.task.kind,
        protocol=asked.protocol,
        k=asked.k,
        seed=cell.seed,
        stage=asked.stage,
        method=cell.method,
        own=own,
        queries=len(asked.exam.y),
        fit_s=round(fit_s, 3),
    )
    if isinstance(method, str):
        return replace(row, status="refused", note=method)
    began = time.perf_counter()
    try:
        prediction = method.adapt(asked.exam.task).predict(asked.exam.x, asked.exam.t)
    except NotThisKind as error:
        return replace(row, status="refused", note=_words(error))
    except (ModelsError, np.linalg.LinAlgError) as error:
        return replace(row, status="failed", note=_words(error))
    except Exception as error:
        error.add_note(f"in the bench: {cell}, stage {asked.stage!r}, {asked.protocol}, {asked.k} labels")
        raise
    return judged(replace(row, seconds=round(time.perf_counter() - began, 4)), asked.exam, prediction)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _make(cell: Cell) -> Method:
    if cell.method.startswith("peer_"):
        return make_peer(cell.method)
    import models

    learner: Learner = models.make_learner(cell.method, seed=cell.seed)
    return learner


def _check(settings: Settings) -> None:
    for name in settings.peers:
        make_peer(name)
    unknown = set(settings.protocols) - {"random", "time", "rolling"}
    if unknown:
        raise PackError(f"no protocol {sorted(unknown)[0]!r} - use random, time or rolling")
    if settings.learners:
        import models

        for name in settings.learners:
            models.make_learner(name)


def _cells(settings: Settings, found: Sequence[Path]) -> Iterator[Cell]:
    for method in (*settings.learners, *settings.peers):
        for folder in found:
            for characteristic, kind in _pack(str(folder)).characteristics.items():
                if method.startswith("peer_") and make_peer(method).kind != kind:
                    continue
                shots = settings.shots if kind == "continuous" else settings.defect_shots
                for seed in settings.seeds:
                    yield Cell(
                        str(folder), characteristic, seed, method, settings.protocols, shots, settings.most_stages
                    )


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
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1)


@lru_cache(maxsize=4)
def _pack(folder: str) -> Pack:
    return load(folder)
