"""Cells worked off in this process or in several, with what is left told after each."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from models.bench.cells import Cell, examine
from models.bench.judge import Row
from models.bench.packs import PackError
from models.bench.plan import Forecast

#: Called with cells done, cells in all, and in words the time left and the cell just done.
Progress = Callable[[int, int, str], None]


def work(cells: Sequence[Cell], workers: int, progress: Progress | None, done: int = 0) -> Iterator[list[Row]]:
    """Examine cells in their order and yield the rows of each as it ends.

    Parameters
    ----------
    cells : sequence of Cell
    workers : int
        Processes, one BLAS thread each; a process reads a pack once. 1 works in this process.
    progress : callable, optional
        ``progress(done, total, words)`` after every cell.
    done : int
        Cells of the run that are done already.

    Raises
    ------
    PackError
        If a process died.
    """
    forecast, total = Forecast(cells, workers), done + len(cells)
    for ended, (cell, rows, seconds) in enumerate(_ended(cells, workers), done + 1):
        yield rows
        forecast.done(cell, seconds)
        if progress is not None:
            progress(ended, total, f"{in_words(forecast.left_s())}: {cell}")


def in_words(left_s: float) -> str:
    """Say how much time is left.

    Examples
    --------
    >>> in_words(40.0), in_words(200.0), in_words(9000.0)
    ('40 s left', '3 min left', '2.5 h left')
    """
    if left_s < 90:
        return f"{left_s:.0f} s left"
    return f"{left_s / 60:.0f} min left" if left_s < 5400 else f"{left_s / 3600:.1f} h left"


def _ended(cells: Sequence[Cell], workers: int) -> Iterator[tuple[Cell, list[Row], float]]:
    if workers <= 1:
        for cell in cells:
            yield cell, *_timed(cell)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        pending = {pool.submit(_timed, cell): cell for cell in cells}
        try:
            for future in as_completed(pending):
                yield pending[future], *future.result()
        except BrokenProcessPool:
            raise PackError(
                "a process of the bench died, most likely for want of memory - run again with --resume --workers 1"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _timed(cell: Cell) -> tuple[list[Row], float]:
    began = time.perf_counter()
    return examine(cell), time.perf_counter() - began


def _one_thread() -> None:
    """Small linear algebra wants one thread a process; libraries loaded later read the environment."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

    torch.set_num_threads(1)
    threadpool_limits(1)
