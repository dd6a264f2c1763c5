"""Name -> learner: the built-in ones, and those that other packages register."""

from __future__ import annotations

import difflib
from importlib.metadata import entry_points
from typing import Any, cast

from models.base import Learner
from models.errors import StateError, UnknownName
from models.learners.defect_head import DefectHead
from models.learners.last_value import LastValue
from models.learners.pooled import Pooled
from models.learners.portfolio import Portfolio
from models.learners.prior_mixture import PriorMixture
from models.learners.recent import Recent
from models.learners.ridge import Ridge
from models.learners.single_gp import SingleGP
from models.learners.stage_mean import StageMean
from models.state import State

ENTRY_POINTS = "qc_app.learners"

PLAIN: dict[str, type[Any]] = {
    cls.name: cls for cls in (StageMean, LastValue, Recent, Ridge, SingleGP, Pooled, DefectHead, PriorMixture)
}


def learner_names() -> tuple[str, ...]:
    """Return the names of all learners, the default first.

    Examples
    --------
    >>> learner_names()[0], "prior_mixture" in learner_names()
    ('portfolio', True)
    """
    outside = sorted(entry.name for entry in entry_points(group=ENTRY_POINTS))
    return (Portfolio.name, *PLAIN, *(name for name in outside if name not in PLAIN and name != Portfolio.name))


def make_learner(name: str = "portfolio", seed: int = 0, device: str = "auto", **settings: Any) -> Learner:
    """Return an untrained learner.

    Parameters
    ----------
    name : str
        One of `learner_names()`.
    seed : int
        Everything random in the learner depends on it alone.
    device : {"auto", "cpu", "cuda"}
        Where learners that can choose compute.
    **settings
        Settings of that learner; an unknown one is an error that names the nearest.

    Raises
    ------
    UnknownName
        If there is no such learner or setting.

    Examples
    --------
    >>> make_learner("ridge").name
    'ridge'
    >>> make_learner("rigde")
    Traceback (most recent call last):
    models.errors.UnknownName: no learner 'rigde' - did you mean 'ridge'? (...)
    """
    if name == Portfolio.name:
        _check_settings(name, settings, ("members",))
        members = tuple(settings.get("members", Portfolio.MEMBERS))
        return Portfolio(tuple(make_learner(member, seed, device) for member in members), seed, device)
    made = _class(name)
    _check_settings(name, settings, getattr(made, "SETTINGS", ()))
    return cast("Learner", made(seed=seed, device=device, **settings))


def load_learner(state: State) -> Learner:
    """Rebuild any learner from its state.

    Raises
    ------
    StateError
        If the state names no learner known here, or is damaged.

    Examples
    --------
    >>> load_learner(make_learner("stage_mean", seed=4).state()).name
    'stage_mean'
    """
    name = state.meta.get("learner")
    if not isinstance(name, str) or name not in learner_names():
        raise StateError(f"state of learner {name!r}, which is not known here (known: {', '.join(learner_names())})")
    if name == Portfolio.name:
        return Portfolio.from_state(state, load_learner)
    return cast("Learner", _class(name).from_state(state))


def _class(name: str) -> Any:
    if name in PLAIN:
        return PLAIN[name]
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == name:
            return entry.load()
    near = difflib.get_close_matches(name, learner_names(), n=1)
    hint = f" - did you mean {near[0]!r}?" if near else ""
    raise UnknownName(f"no learner {name!r}{hint} (known: {', '.join(learner_names())})")


def _check_settings(name: str, given: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" - did you mean {near[0]!r}?" if near else ""
            raise UnknownName(f"learner {name!r} has no setting {key!r}{hint} (has: {', '.join(known) or 'none'})")
