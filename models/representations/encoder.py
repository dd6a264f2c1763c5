"""A learned embedding of a stage's units: sets of values become tokens, a set of tokens becomes the stage.

Deep Sets twice (Zaheer et al. 2017): mean and spread over units of an encoding of each value make the token of a
parameter; mean and maximum over the tokens make the stage. So neither the order of units nor that of parameters means
anything, and a stage of other parameters is encoded the same way. Trained by contrast (van den Oord et al. 2018,
InfoNCE): of two disjoint looks at every stage, the one from the same stage must be found among all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import nn

from models.base import Array, Task
from models.errors import StateError
from models.representations.tokens import CHANNELS, Common, common_scale, tokens
from models.state import State

WIDTH = 32
SIZE = 12
ROWS = 40
STEPS = 120
STAGES_A_STEP = 16
RATE = 3e-3
TEMPERATURE = 0.2
LOOKS = 4
FEWEST_UNITS = 8


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Sequential(nn.Linear(CHANNELS, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        self.token = nn.Sequential(nn.SiLU(), nn.Linear(2 * WIDTH, WIDTH), nn.SiLU())
        self.stage = nn.Linear(2 * WIDTH, SIZE)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Encode one look, shape (units, parameters, channels), as a unit vector of `SIZE`."""
        values = self.value(seen)
        token = self.token(torch.cat([values.mean(dim=0), values.std(dim=0, unbiased=False)], dim=1))
        found: torch.Tensor = self.stage(torch.cat([token.mean(dim=0), token.max(dim=0).values]))
        return nn.functional.normalize(found, dim=0)


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A trained encoder.

    Parameters
    ----------
    weights : mapping of str to ndarray
        Of the network; empty where there was nothing to learn from.
    common : mapping
        Scale of the parameters that are known by name.
    seed : int

    Examples
    --------
    >>> blank = Encoder.fit([], seed=0)
    >>> blank.embed(Task("s", "c", ["a"], [[1.0], [2.0]], [0.0, 1.0])).shape
    (12,)
    """

    weights: Mapping[str, Array]
    common: Common
    seed: int

    @classmethod
    def fit(cls, tasks: Sequence[Task], seed: int = 0, steps: int = STEPS) -> Self:
        """Train on stages with eight units or more; below two of them the network stays as it was drawn.

        Parameters
        ----------
        tasks : sequence of Task
        seed : int
            Everything random depends on it alone; one thread computes, so equal seeds give equal bits.
        steps : int
        """
        useful = [t for t in tasks if _units(t) >= FEWEST_UNITS and t.columns]
        common = common_scale(useful)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = _Net()
        if len(useful) > 1:
            _train(net, useful, common, np.random.default_rng(seed), steps)
        weights = {name: value.detach().numpy().astype(np.float64) for name, value in net.state_dict().items()}
        return cls(weights, common, seed)

    def embed(self, task: Task) -> Array:
        """Return the embedding of a stage, shape (12,): the mean of four looks; zeros without a unit or a parameter."""
        if not _units(task) or not task.columns:
            return np.zeros(SIZE)
        net, rng = self._net(), np.random.default_rng(self.seed)
        order = canonical(task)
        with torch.inference_mode():
            looks = [net(_tensor(tokens(order, ROWS, self.common, rng))) for _ in range(LOOKS)]
        found: Array = torch.stack(looks).mean(dim=0).numpy().astype(np.float64)
        return found

    def state(self) -> State:
        """Return weights and scales."""
        meta = {"what": "encoder", "seed": self.seed, "common": {k: list(v) for k, v in self.common.items()}}
        return State(meta, dict(self.weights))

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the encoder.

        Raises
        ------
        StateError
            If something is missing or does not fit.
        """
        try:
            common = {str(k): (float(v[0]), float(v[1])) for k, v in state.meta["common"].items()}
            found = cls(dict(state.arrays), common, int(state.meta["seed"]))
            found._net()
        except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
            raise StateError(f"state of an encoder is damaged ({error}) - train again") from None
        return found

    def _net(self) -> _Net:
        net = _Net()
        net.load_state_dict({name: torch.from_numpy(v.astype(np.float32)) for name, v in self.weights.items()})
        return net


def canonical(task: Task) -> Task:
    """Return the task with rows and parameters in an order that does not depend on how they were given."""
    columns = np.argsort(np.array(task.columns, dtype=object))
    x, u = task.support_x[:, columns], task.unlabelled_x[:, columns]
    rows = np.lexsort((*np.nan_to_num(x, nan=np.inf).T, task.support_y))
    others = np.lexsort(tuple(np.nan_to_num(u, nan=np.inf).T)) if u.size else np.arange(len(u))
    return replace(
        task,
        columns=tuple(task.columns[j] for j in columns),
        support_x=x[rows],
        support_y=task.support_y[rows],
        unlabelled_x=u[others],
        support_t=None,
        unlabelled_t=None,
        groups=None,
        query_x=None,
        query_y=None,
        query_t=None,
    )


def _units(task: Task) -> int:
    return len(task.support_y) + len(task.unlabelled_x)


def _tensor(seen: Array) -> torch.Tensor:
    return torch.from_numpy(seen.astype(np.float32))


def _train(net: _Net, tasks: Sequence[Task], common: Common, rng: np.random.Generator, steps: int) -> None:
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    for _ in range(steps):
        some = [tasks[int(i)] for i in rng.permutation(len(tasks))[:STAGES_A_STEP]]
        looks = [_two_looks(task, common, rng) for task in some]
        a = torch.stack([net(_tensor(first)) for first, _ in looks])
        b = torch.stack([net(_tensor(second)) for _, second in looks])
        likeness = a @ b.T / TEMPERATURE
        target = torch.arange(len(some))
        loss = nn.functional.cross_entropy(likeness, target) + nn.functional.cross_entropy(likeness.T, target)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()


def _two_looks(task: Task, common: Common, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return tokens of two disjoint halves of a stage."""
    n, m = len(task.support_y), len(task.unlabelled_x)
    own, other = rng.permutation(n), rng.permutation(m)
    halves = []
    for part in (0, 1):
        some, rest = own[part::2], other[(1 - part) :: 2]
        half = replace(task, support_x=task.support_x[some], support_y=task.support_y[some],
                       unlabelled_x=task.unlabelled_x[rest], support_t=None, unlabelled_t=None, groups=None,
                       query_x=None, query_y=None, query_t=None)  # fmt: skip
        halves.append(tokens(half, ROWS, common, rng))
    return halves[0], halves[1]
