"""What to try next: what was good before, then settings and structures one step away from those in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Spaces = Mapping[str, Mapping[str, Sequence[Any]]]
"""Learner -> setting -> the values it may take, in order."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A learner with settings.

    Parameters
    ----------
    learner : str
    settings : mapping
        JSON-able.
    step : str
        How it differs from what is in force, in words.
    """

    learner: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    step: str = ""

    @property
    def key(self) -> str:
        """The same for equal learners and settings.

        Examples
        --------
        >>> Proposal("ridge").key
        '{"learner": "ridge", "settings": {}}'
        """
        return json.dumps({"learner": self.learner, "settings": dict(self.settings)}, sort_keys=True)


def proposals(
    current: Proposal, members: Sequence[str], others: Iterable[str], spaces: Spaces, tried: Mapping[str, float]
) -> list[Proposal]:
    """Return what to try, the best guess first; what is in force is always the first.

    Warm start (Feurer et al. 2015): proposals that were tried before are ordered by how they did then, untried ones
    stand where a proposal stands that did as well as what was in force.

    Parameters
    ----------
    current : Proposal
    members : sequence of str
        Learners that the current one combines; empty where it combines none. Those it believes least come first: they
        are the first to be left out.
    others : iterable of str
        Learners that might be combined as well, or take its place.
    spaces : mapping
    tried : mapping of str to float
        `Proposal.key` -> loss then over the loss of what was in force then; below 1 it was better.

    Returns
    -------
    list of Proposal

    Examples
    --------
    >>> found = proposals(Proposal("portfolio"), ("pooled", "ridge"), ("single_gp",), {}, {})
    >>> [p.step for p in found]
    ['as it is', 'with single_gp', 'without pooled', 'without ridge', 'single_gp instead']
    """
    steps = [*_structures(current, members, list(others)), *_settings(current, spaces)]
    first = Proposal(current.learner, current.settings, "as it is")
    new = {p.key: p for p in steps if p.key != first.key}
    known = {key: read(key) for key in tried if key not in new and key != first.key}
    every = list({**new, **known}.values())
    return [first, *sorted(every, key=lambda p: tried.get(p.key, 1.0))]


def read(key: str) -> Proposal:
    """Return the proposal of a key."""
    plain = json.loads(key)
    return Proposal(plain["learner"], plain["settings"], "tried before")


def _structures(current: Proposal, members: Sequence[str], others: list[str]) -> list[Proposal]:
    """One learner more, one less, or another alone."""
    free = [name for name in others if name not in members and name != current.learner]
    if not members:
        return [Proposal(name, {}, f"{name} instead") for name in free]
    more = [_combined(current, [*members, name], f"with {name}") for name in free]
    less = [_combined(current, [m for m in members if m != name], f"without {name}") for name in members]
    return [*more, *(less if len(members) > 1 else []), *(Proposal(name, {}, f"{name} instead") for name in free)]


def _combined(current: Proposal, members: Sequence[str], step: str) -> Proposal:
    return Proposal(current.learner, dict(current.settings) | {"members": sorted(members)}, step)


def _settings(current: Proposal, spaces: Spaces) -> list[Proposal]:
    """Every setting one value up and one down."""
    found = []
    for name, values in spaces.get(current.learner, {}).items():
        ordered = list(values)
        now = current.settings.get(name)
        place = ordered.index(now) if now in ordered else len(ordered) // 2
        for other in (place - 1, place + 1):
            if 0 <= other < len(ordered):
                settings = dict(current.settings) | {name: ordered[other]}
                found.append(Proposal(current.learner, settings, f"{name} {ordered[other]}"))
    return found
