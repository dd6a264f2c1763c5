"""Learning which unit to measure next, by reinforcement across stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from models.base import Array, Task
from models.learners.parts import Rows
from models.learners.parts.deep.ensemble import Examined
from models.learners.parts.deep.inputs import SisterInputs
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode, Training
from models.learners.parts.deep.world import Arrays, World
from models.learners.parts.order import newest
from models.learners.parts.plain import Kin
from models.learners.rl2.bout import Bout
from models.learners.rl2.policy import HIDDEN, scores, unpractised
from models.learners.rl2.practice import practise, seen
from models.learners.rl2.surrogate import Kernel, Surrogate, lost, unlearned

MOST_READ = 60
MOST_CANDIDATES = 300
MOST_UNITS = 200
PREFIX = "policy/"


class RL2(Deep):
    r"""A recurrent policy reads a stage's experiments, one unit after the other, and chooses the next one to measure.

    As in Duan et al. (2016), sec. 2.2, the policy is learned by reinforcement over many stages and its hidden state
    is kept within a stage: what it learns of the stage, it learns by reading the history. Here an experiment is a
    measurement, an observation what the unit looked like, its label and how surprising it was, and the reward is the
    drop of the error of a surrogate a label. The policy starts as a greedy rule, the expected fall of the variance over
    the stage (Cohn 1996) times how much nearer a measured unit would be to the others, and practises from there.

    The surrogate, which also predicts, is a Gaussian process with a reach for each input, learned across stages by
    the density of the query: it knows which parameters matter.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`, and ``practice`` (rounds of it; 0 leaves the greedy rule).
    """

    name = "rl2"
    title = "Gaussian process by which a policy learned what to measure"
    TRAINING = Training(steps=150, batch=8, rate=3e-2, decay=1e-2)
    MOST_LABELS = 400
    OWN: ClassVar[Mapping[str, Any]] = {"practice": 60}
    SETTINGS = (*Deep.SETTINGS, *OWN)

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw a policy; the surrogate has nothing to draw."""
        policy = unpractised(generator)
        return unlearned(width) | {f"{PREFIX}{name}": value for name, value in policy.items()}

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return what the surrogate loses; the policy practises afterwards."""
        return lost(params, episode)

    def tuned(self, nets: Arrays, examined: Examined, rng: np.random.Generator) -> Arrays:
        """Return the nets with one policy that has practised on the family's stages; strangers are not proposed for."""
        if examined[0][0].strange:
            return nets
        policy = practise(_policy(nets), nets, examined, self.own["practice"], rng)
        count = len(nets["log_noise"])
        arrays = {name: value.numpy().astype(np.float32) for name, value in policy.items()}
        return {**nets, **{f"{PREFIX}{name}": np.stack([value] * count) for name, value in arrays.items()}}

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Surrogate:
        """Condition the surrogate of every net."""
        return Surrogate.of(nets, sx, sy)

    def policy(
        self, task: Task, candidates: Sequence[int] | Rows | None = None, batch: int = 5, given: Sequence[int] = ()
    ) -> Rows:
        """Return which unlabelled units to measure, in that order.

        Parameters
        ----------
        task : Task
            Its labelled units are read first, in the order of time.
        candidates : sequence of int, optional
            Rows of ``task.unlabelled_x``; default: all. Of more than `MOST_CANDIDATES` an even sample is looked at.
        batch : int
            How many; until their labels come, what is expected of them is taken for measured.
        given : sequence of int
            Rows that are measured anyway.

        Returns
        -------
        ndarray of int
            Rows of ``task.unlabelled_x``; for a stranger, of which no policy knows anything, the first of them.
        """
        rows = np.arange(len(task.unlabelled_x)) if candidates is None else np.asarray(candidates, dtype=np.intp)
        rows = _thinned(np.sort(rows[~np.isin(rows, given)]), MOST_CANDIDATES)
        kin = Kin.of(self._families, task)
        world = None if kin.place is None else self._worlds[kin.place]
        if kin.family is None or world is None or not len(rows):
            return rows[:batch]
        scale = SisterInputs.of(task, kin.family.columns, world.plant)
        nets = {name: value[:1] for name, value in world.honest(kin.family.stages, task.stage).items()}
        others = _thinned(np.arange(len(task.unlabelled_x)), MOST_UNITS)
        x, y = _labels(task, scale, world)
        t = task.unlabelled_t
        asked = np.concatenate([np.asarray(given, dtype=np.intp), rows, others])
        x = np.vstack([x, scale.see(task.unlabelled_x[asked], None if t is None else t[asked])])
        return rows[_played(nets, x, y, given=len(given), candidates=len(rows), batch=batch)]


def _labels(task: Task, inputs: SisterInputs, world: World) -> tuple[Array, Array]:
    """Return inputs and standardized labels of the newest units, in the order of time."""
    own, t = newest(task, MOST_READ), task.support_t
    own = own[np.lexsort([*task.support_x[own].T, *([] if t is None else [t[own]])])]
    level, scale = world.standing.place(task.support_y)
    return inputs.see(task.support_x[own], None if t is None else t[own]), (task.support_y[own] - level) / scale


def _played(nets: Arrays, x: Array, y: Array, *, given: int, candidates: int, batch: int) -> Rows:
    """Read the n labels, take the units `given` for measured, then choose; return places among the candidates."""
    known = len(y) + given
    bout, params = _bout(nets, x, known + candidates), {name: v.double() for name, v in _policy(nets).items()}
    state, out = torch.zeros((1, HIDDEN), dtype=torch.float64), []
    for step in range(known + min(batch, candidates)):
        signs, chosen = bout.signs(), torch.tensor([step])
        if step >= known:
            still = bout.free * (torch.arange(bout.free.shape[1]) >= known)
            chosen = scores(params, signs, state, still).argmax(dim=1)
            out.append(int(chosen) - known)
        label = torch.as_tensor(y[step : step + 1]) if step < len(y) else bout.expected(chosen)
        state = seen(params, bout, state, signs=signs, chosen=chosen, label=label)
    return np.array(out, dtype=np.intp)


def _bout(nets: Arrays, x: Array, p: int) -> Bout:
    """Begin a bout on one stage, whose first `p` units can be measured."""
    kernel = Kernel.of({name: value for name, value in nets.items() if not name.startswith(PREFIX)})
    covariance, variance = torch.from_numpy(kernel.between(x, x[:p])), torch.from_numpy(kernel.own(x))
    one = torch.ones((1, len(x)), dtype=torch.float64)
    return Bout.of(covariance, variance, torch.from_numpy(kernel.noise), one[:, :p], one[:, p:])


def _policy(nets: Arrays) -> Params:
    names = [name for name in nets if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX): torch.from_numpy(np.array(nets[name][0])) for name in names}


def _thinned(rows: Rows, most: int) -> Rows:
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
