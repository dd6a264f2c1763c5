"""What to try next: what was good before, then settings and structures one step away from those in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

Spaces = Mapping[str, Mapping[str, Sequence[Any]]]
"""Learner -> setting -> the values it may take, in order."""
Member = str | Mapping[str, Any]
"""A combined learner: its name, or ``{"learner": name, "settings": {...}}``."""


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
    current: Proposal, members: Sequence[Member], others: Iterable[str], spaces: Spaces, tried: Mapping[str, float]
) -> list[Proposal]:
    """Return what to try, the best guess first; what is in force is always the first.

    Warm start (Feurer et al. 2015): proposals that were tried before are ordered by how they did then, untried ones
    stand where a proposal stands that did as well as what was in force. Of these the kinds take turns: a learner more,
    one less, a setting, a setting of a combined learner, a learner alone.

    Parameters
    ----------
    current : Proposal
    members : sequence of str or mapping
        What the current learner combines; empty where it combines nothing. Those it believes least come first: they
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
    >>> found = proposals(Proposal("portfolio"), ("maml", "ridge"), ("single_gp",), {"maml": {"depth": (1, 2)}}, {})
    >>> [p.step for p in found]
    ['as it is', 'with single_gp', 'without maml', 'maml: depth 1', 'single_gp alone', 'without ridge']
    """
    free = [name for name in others if name != current.learner and name not in {name_of(m) for m in members}]
    alone = [Proposal(name, {}, f"{name} alone") for name in free]
    kinds = (*_structures(current, members, free), _settings(current, spaces), _inside(current, members, spaces), alone)
    steps = [step for turn in zip_longest(*kinds) for step in turn if step is not None]
    first = Proposal(current.learner, current.settings, "as it is")
    new = {p.key: p for p in steps if p.key != first.key}
    known = {key: read(key) for key in tried if key not in new and key != first.key}
    return [first, *sorted({**new, **known}.values(), key=lambda p: tried.get(p.key, 1.0))]


def read(key: str) -> Proposal:
    """Return the proposal of a key.

    Examples
    --------
    >>> read(Proposal("ridge").key)
    Proposal(learner='ridge', settings={}, step='tried before')
    """
    plain = json.loads(key)
    return Proposal(plain["learner"], plain["settings"], "tried before")


def name_of(member: Member) -> str:
    """Return the learner's name."""
    return member if isinstance(member, str) else str(member["learner"])


def _structures(
    current: Proposal, members: Sequence[Member], free: Sequence[str]
) -> tuple[list[Proposal], list[Proposal]]:
    """One learner more, and one less."""
    if not members:
        return [], []
    more = [_combined(current, [*members, name], f"with {name}") for name in free]
    less = [_combined(current, [m for m in members if m is not out], f"without {name_of(out)}") for out in members]
    return more, less if len(members) > 1 else []


def _inside(current: Proposal, members: Sequence[Member], spaces: Spaces) -> list[Proposal]:
    """One setting of one combined learner one step up or down."""
    found = []
    for place, member in enumerate(members):
        name, given = name_of(member), {} if isinstance(member, str) else dict(member["settings"])
        for step in _settings(Proposal(name, given), spaces):
            changed = {"learner": name, "settings": dict(step.settings)}
            every = [changed if i == place else m for i, m in enumerate(members)]
            found.append(_combined(current, every, f"{name}: {step.step}"))
    return found


def _combined(current: Proposal, members: Sequence[Member], step: str) -> Proposal:
    ordered = sorted(members, key=lambda m: json.dumps(m, sort_keys=True))
    return Proposal(current.learner, dict(current.settings) | {"members": ordered}, step)


def _settings(current: Proposal, spaces: Spaces) -> list[Proposal]:
    """Every setting one value up and one down; one that is not given stands at its usual value, in the middle."""
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
