"""The cells of a run, long ones first, and how much time those that are left will take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean

from models.base import Kind
from models.bench.cells import Cell, is_peer, pack_at
from models.bench.judge import Row
from models.bench.peers import make_peer
from models.bench.protocols import NORMAL, TRAINING_LABELS, Protocol
from models.bench.result import Settings
from models.learners.portfolio import Portfolio


def cells(settings: Settings, found: Sequence[Path]) -> list[Cell]:
    """Return the cells of a run, those that will take long first: two processes then end at about the same time.

    Parameters
    ----------
    settings : Settings
    found : sequence of Path
        Folders of the packs.
    """
    members = _within_portfolio(settings.learners)
    methods = [m for m in (*settings.learners, *settings.peers) if m not in members]
    planned = [cell for m in methods for cell in _of_method(m, settings, found, members)]
    return sorted(planned, key=effort, reverse=True)


def missing(planned: Iterable[Cell], rows: Sequence[Row]) -> tuple[list[Cell], list[Row]]:
    """Return the cells without rows among `rows`, and the rows of the others."""
    known: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        known.setdefault((row.pack, row.characteristic, row.seed, row.training, row.method), []).append(row)
    left, kept = [], []
    for cell in planned:
        place = (pack_at(cell.folder).name, cell.characteristic, cell.seed, cell.training)
        mine = [known.get((*place, name), []) for name in (cell.method, *cell.members)]
        if all(mine):
            kept += [row for part in mine for row in part]
        else:
            left.append(cell)
    return left, kept


def effort(cell: Cell) -> float:
    """Say how long a cell will take, in no unit: learners are slower than peers, and many labels than few."""
    pack = pack_at(cell.folder)
    labels = [min(len(stage.x), TRAINING_LABELS) for stage in pack.stages]
    learned = sum(sorted(labels)[: cell.training])
    return (1 + len(cell.members)) * (learned + len(labels) * 20.0) * (1.0 if is_peer(cell.method) else 20.0)


class Forecast:
    """How many seconds are left, from what cells of the same method took for their effort.

    Parameters
    ----------
    planned : sequence of Cell
    workers : int
    """

    def __init__(self, planned: Sequence[Cell], workers: int) -> None:
        self._left, self._workers = list(planned), max(workers, 1)
        self._rates: dict[str, list[float]] = {}

    def done(self, cell: Cell, seconds: float) -> None:
        """Note that a cell is done."""
        self._left.remove(cell)
        self._rates.setdefault(cell.method, []).append(seconds / effort(cell))

    def left_s(self) -> float:
        """Return the seconds left; 0 where nothing is known yet."""
        if not self._rates:
            return 0.0
        usual = fmean(rate for rates in self._rates.values() for rate in rates)
        rates = {method: fmean(found) for method, found in self._rates.items()}
        return sum(effort(cell) * rates.get(cell.method, usual) for cell in self._left) / self._workers


def _of_method(method: str, settings: Settings, found: Sequence[Path], members: tuple[str, ...]) -> Iterator[Cell]:
    sizes = (0,) if is_peer(method) and make_peer(method).learn is None else settings.training
    for folder in found:
        for place, (characteristic, kind) in enumerate(pack_at(str(folder)).characteristics.items()):
            if not _is_examined(method, kind, settings.protocols, first=place == 0):
                continue
            for seed in settings.seeds:
                for size in sizes:
                    yield Cell(
                        folder=str(folder),
                        characteristic=characteristic,
                        seed=seed,
                        method=method,
                        protocols=settings.protocols,
                        shots=settings.shots if kind == "continuous" else settings.defect_shots,
                        most_stages=settings.most_stages,
                        training=size,
                        members=members if method == Portfolio.name else (),
                        units=settings.units,
                    )


def _is_examined(method: str, kind: Kind, protocols: Sequence[Protocol], *, first: bool) -> bool:
    """Whether any protocol has an exam for the method: nothing is trained for none."""
    labelled = [p for p in protocols if p not in NORMAL and (p != "nightly" or kind == "binary")]
    without = first and any(p in NORMAL for p in protocols)
    if not is_peer(method):
        return bool(labelled) or without
    peer = make_peer(method)
    if peer.rolling:
        labelled = [p for p in labelled if p == "rolling"]
    return peer.kind == kind and (bool(labelled) or (without and peer.unlabelled))


def _within_portfolio(learners: Sequence[str]) -> tuple[str, ...]:
    """Those learners that the portfolio of the same run trains anyway: they are examined as it trained them."""
    return tuple(m for m in learners if m in Portfolio.MEMBERS) if Portfolio.name in learners else ()
