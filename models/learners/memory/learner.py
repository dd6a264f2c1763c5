"""Learning by reading: the support goes into a memory, and the memory answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from models.base import Array
from models.errors import UnknownName
from models.learners.memory import attentive, recurrent
from models.learners.parts.deep.ensemble import Settled
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode, Training
from models.learners.parts.deep.world import Arrays


class Reader(NamedTuple):
    """What a net of a reader is, what it loses on an episode, and how it reads a support."""

    net: Callable[[int, Training, torch.Generator], Params]
    loss: Callable[[Params, Episode], Tensor]
    read: Callable[[Arrays, Array, Array], Settled]


READERS = {
    "attentive": Reader(attentive.net, attentive.loss, attentive.Attended.of),
    "recurrent": Reader(recurrent.net, recurrent.loss, recurrent.Written.of),
}


class Memory(Deep):
    """A network reads the labels of a stage into a memory, and answers from it; nothing is fitted at the stage.

    Two readers: ``attentive`` keeps every label and lets a unit look up those it resembles (Kim et al. 2019, the
    attentive neural process); ``recurrent`` writes one label after the other into a memory of fixed size by gates
    (Ravi & Larochelle 2017, eq. 2 and 3). `attentive` and `recurrent` have the equations. What is learned across stages
    is how to read and how to answer, by the log density of the query.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`, and ``reader`` ("attentive" or "recurrent").
    """

    name = "memory"
    title = "memory of the labels read"
    OWN: ClassVar[Mapping[str, Any]] = {"reader": "attentive"}
    SETTINGS = (*Deep.SETTINGS, *OWN)

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        if self.own["reader"] not in READERS:
            raise UnknownName(f"no reader {self.own['reader']!r} (known: {', '.join(READERS)})")

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw an untrained reader."""
        return self._reader.net(width, self.training, generator)

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the mean negative log density of the query after the support was read."""
        return self._reader.loss(params, episode)

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Settled:
        """Read the support with every net."""
        return self._reader.read(nets, sx, sy)

    @property
    def _reader(self) -> Reader:
        return READERS[self.own["reader"]]
