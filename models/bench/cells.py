"""One method on one characteristic of one pack with one seed: meta-trained once, examined often."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Protocol as Interface

import numpy as np

from models.base import Adapted, Learner, Task
from models.bench.drawing import Skipped
from models.bench.judge import Row, judged
from models.bench.nightly import nightly_exams
from models.bench.normal import UNITS, normal_exam
from models.bench.packs import Pack, load
from models.bench.peers import PeerAdapted, make_peer
from models.bench.protocols import NORMAL, Exam, Protocol, exam, fewer, generator, split_stages, training_tasks
from models.bench.rolling import WALKED_STAGES, rolling_exams
from models.errors import ModelsError, NotThisKind
from models.learners.portfolio import Portfolio
from models.words import counted


class Taught(Interface):
    """What the bench needs of a learner or a peer that has learned across stages."""

    def adapt(self, task: Task) -> Adapted | PeerAdapted:
        """Fit one stage."""
        ...


class Method(Taught, Interface):
    """What the bench needs of a learner or a peer."""

    def fit(self, tasks: Sequence[Task]) -> Method:
        """Learn across stages."""
        ...


@dataclass(frozen=True, slots=True)
class Cell:
    """One method on one characteristic of one pack with one seed: meta-trained once, examined often.

    `members` of the portfolio are examined as it trained them, on stages where their names move them.
    """

    folder: str
    characteristic: str
    seed: int
    method: str
    protocols: tuple[Protocol, ...]
    shots: tuple[int, ...]
    most_stages: int | None
    training: int | None = None
    members: tuple[str, ...] = ()
    units: tuple[int, ...] = UNITS

    def __str__(self) -> str:
        told = f"{Path(self.folder).name} / {self.characteristic} / {self.method} / seed {self.seed}"
        return f"{told} / {counted(self.training, 'stage')}" if self.training else told


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
    pack = pack_at(cell.folder)
    learned, new = split_stages(pack, cell.seed)
    learned = fewer(learned, cell.training, generator(cell.seed, pack.name, "fewer"))
    tasks = training_tasks(pack, cell.characteristic, learned, cell.seed)
    trained = _trained(cell, tasks)
    return [_answer(cell, pack, asked, one) for asked in _exams(cell, pack, new) for one in trained]


@dataclass(frozen=True, slots=True)
class _Trained:
    """A meta-trained method, or why there is none, with the seconds that took (None: within the portfolio)."""

    name: str
    method: Taught | str
    fit_s: float | None


def _trained(cell: Cell, tasks: Sequence[Task]) -> list[_Trained]:
    began = time.process_time()
    method: Method | str
    with _Named(f"while meta-training in the bench: {cell}"):
        try:
            method = _make(cell).fit(tasks)
        except (ModelsError, np.linalg.LinAlgError) as error:
            method = _words(error)
    found = [_Trained(cell.method, method, round(time.process_time() - began, 3))]
    inside = {m.name: m for m in method.alone()} if isinstance(method, Portfolio) else {}
    missing = method if isinstance(method, str) else "the portfolio trained no such member"
    return found + [_Trained(name, inside.get(name, missing), None) for name in cell.members]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Exams that are judged together: one, or under rolling labels all at one number of labels."""

    protocol: Protocol
    k: int
    stage: str
    exams: tuple[Exam, ...]


def _exams(cell: Cell, pack: Pack, new: Sequence[str]) -> Iterator[_Asked]:
    for protocol in cell.protocols:
        most = WALKED_STAGES if protocol == "rolling" else len(new)
        most = most if cell.most_stages is None else min(most, cell.most_stages)
        found: Counter[int] = Counter()
        for stage in new:
            for asked in _stage_exams(cell, pack, stage, protocol):
                found[asked.k] += 1
                if found[asked.k] <= most:
                    yield asked


def _stage_exams(cell: Cell, pack: Pack, stage: str, protocol: Protocol) -> Iterator[_Asked]:
    if protocol == "rolling":
        walked = rolling_exams(pack, stage, cell.characteristic, cell.shots)
        for k, exams in {} if isinstance(walked, Skipped) else walked.items():
            yield _Asked(protocol, k, stage, exams)
        return
    if protocol in NORMAL:
        yield from _normal_exams(cell, pack, stage, protocol)
        return
    if _rolling_only(cell.method):
        return
    if protocol == "nightly":
        yield from _nightly_exams(cell, pack, stage)
        return
    for k in cell.shots:
        drawn = exam(pack, stage, cell.characteristic, protocol=protocol, k=k, seed=cell.seed)
        if isinstance(drawn, Exam):
            yield _Asked(protocol, k, stage, (drawn,))


def _nightly_exams(cell: Cell, pack: Pack, stage: str) -> Iterator[_Asked]:
    for k in cell.shots:
        drawn = nightly_exams(pack, stage, cell.characteristic, k=k, seed=cell.seed)
        if not isinstance(drawn, Skipped):
            yield _Asked("nightly", k, stage, drawn)


def _normal_exams(cell: Cell, pack: Pack, stage: str, protocol: Protocol) -> Iterator[_Asked]:
    """Once a stage: normality has nothing to do with the characteristic, except that a defect says what is not."""
    if cell.characteristic != next(iter(pack.characteristics)) or not _ranks_unlabelled(cell.method):
        return
    for units in cell.units:
        drawn = normal_exam(
            pack, stage, cell.characteristic, ordered=protocol == "normal_time", units=units, seed=cell.seed
        )
        if isinstance(drawn, Exam):
            yield _Asked(protocol, units, stage, (drawn,))


def _answer(cell: Cell, pack: Pack, asked: _Asked, trained: _Trained) -> Row:
    method = trained.method
    row = Row(
        pack=pack.name,
        characteristic=cell.characteristic,
        kind=pack.characteristics[cell.characteristic],
        protocol=asked.protocol,
        k=asked.k,
        seed=cell.seed,
        stage=asked.stage,
        method=trained.name,
        own=not is_peer(trained.name),
        queries=sum(len(e.y) for e in asked.exams),
        fit_s=trained.fit_s,
        training=cell.training,
    )
    if isinstance(method, str):
        return replace(row, status="refused", note=method)
    began = time.process_time()
    with _Named(f"in the bench: {cell}, {trained.name}, stage {asked.stage!r}, {asked.protocol}, {asked.k} labels"):
        try:
            predictions = [method.adapt(e.task).predict(e.x, e.t) for e in asked.exams]
        except NotThisKind as error:
            return replace(row, status="refused", note=_words(error))
        except (ModelsError, np.linalg.LinAlgError) as error:
            return replace(row, status="failed", note=_words(error))
    seconds = (time.process_time() - began) / len(asked.exams)
    return judged(replace(row, seconds=round(seconds, 4)), asked.exams, predictions)


@dataclass(frozen=True, slots=True)
class _Named:
    """A block whose errors say where in the bench they were raised."""

    where: str

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(self.where)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def is_peer(name: str) -> bool:
    """Say whether `name` is a peer's; all others are learners'."""
    return name.startswith("peer_")


def _rolling_only(name: str) -> bool:
    return is_peer(name) and make_peer(name).rolling


def _ranks_unlabelled(name: str) -> bool:
    return not is_peer(name) or make_peer(name).unlabelled


def _make(cell: Cell) -> Method:
    if is_peer(cell.method):
        return make_peer(cell.method)
    import models

    learner: Learner = models.make_learner(cell.method, seed=cell.seed)
    return learner


@lru_cache(maxsize=16)
def pack_at(folder: str) -> Pack:
    """Return the pack in `folder`, read once a process."""
    return load(folder)
