"""Members that several proposals combine are trained once: on the same stages they come out the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from models.base import Learner, Task
from models.catalog import make_learner
from models.learners.portfolio import Portfolio
from models.tuning.proposals import Proposal

Trained = dict[str, Learner]
"""Member with its settings -> what its training on one and the same stages gave."""


def made(proposal: Proposal, trained: Trained) -> Learner:
    """Return the untrained learner of a proposal; its training takes members from `trained`, and leaves new ones there.

    Proposals differ by one member or one setting of one, so nearly all that a combined learner has to train was trained
    for the proposal before. The result is the same to the last bit: training is a function of tasks, settings and seed.

    Parameters
    ----------
    proposal : Proposal
    trained : dict of str to Learner
        Of the very stages that the learner will be trained on.

    Examples
    --------
    >>> made(Proposal("ridge"), {}).name
    'ridge'
    """
    learner = make_learner(proposal.learner, **proposal.settings)
    if not isinstance(learner, Portfolio):
        return learner
    given = proposal.settings.get("members", Portfolio.MEMBERS)
    keys = [json.dumps(member, sort_keys=True) for member in given]
    once = [_Once(member, key, trained) for member, key in zip(learner.members, keys, strict=True)]
    return Portfolio(tuple(cast("list[Learner]", once)), learner.seed, learner.device)


@dataclass(frozen=True, slots=True, eq=False)
class _Once:
    """A member before its training, of which nothing but `fit` is asked; what comes out is the member itself."""

    member: Learner
    key: str
    trained: Trained

    @property
    def name(self) -> str:
        return self.member.name

    def fit(self, tasks: Sequence[Task]) -> Learner:
        if self.key not in self.trained:
            self.trained[self.key] = self.member.fit(tasks)
        return self.trained[self.key]
