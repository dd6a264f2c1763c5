"""Name -> learner: the built-in ones, and those that other packages register."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

from models.base import Learner
from models.errors import StateError, UnknownName
from models.state import LEARNED, State

ENTRY_POINTS = "qc_app.learners"
DEFAULT = "portfolio"

#: Where each learner lives, the default first; a module is imported when its learner is asked for: some bring torch
#: along, and the portfolio asks here for its members.
LEARNERS: dict[str, str] = {
    DEFAULT: "models.learners.portfolio:Portfolio",
    "stage_mean": "models.learners.stage_mean:StageMean",
    "last_value": "models.learners.last_value:LastValue",
    "recent": "models.learners.recent:Recent",
    "tracked": "models.learners.tracked:Tracked",
    "ridge": "models.learners.ridge:Ridge",
    "single_gp": "models.learners.single_gp:SingleGP",
    "pooled": "models.learners.pooled:Pooled",
    "defect_head": "models.learners.defect_head:DefectHead",
    "prior_mixture": "models.learners.prior_mixture:PriorMixture",
    "warm_start": "models.learners.warm_start:WarmStart",
    "bayes_head": "models.learners.bayes_head:BayesHead",
    "maml": "models.learners.maml:Maml",
    "fomaml": "models.learners.fomaml:Fomaml",
    "anil": "models.learners.anil:Anil",
    "meta_sgd": "models.learners.meta_sgd:MetaSgd",
    "imaml": "models.learners.imaml:Imaml",
    "reptile": "models.learners.reptile:Reptile",
    "memory": "models.learners.memory:Memory",
    "rl2": "models.learners.rl2:RL2",
    "deep_kernel": "models.learners.deep_kernel:DeepKernel",
    "prototypes": "models.learners.prototypes:Prototypes",
    "matching": "models.learners.matching:Matching",
}


def learner_names() -> tuple[str, ...]:
    """Return the names of all learners, the default first.

    Examples
    --------
    >>> learner_names()[0], "prior_mixture" in learner_names()
    ('portfolio', True)
    """
    outside = sorted(entry.name for entry in entry_points(group=ENTRY_POINTS))
    return (*LEARNERS, *(name for name in outside if name not in LEARNERS))


def make_learner(name: str = DEFAULT, seed: int = 0, device: str = "auto", **settings: Any) -> Learner:
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
        Settings of that learner; an unknown one is an error that names the nearest. `members` of the portfolio are
        names, or ``{"learner": name, "settings": {...}}``.

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
    made = _class(name)
    _check_settings(name, settings, setting_names(name))
    if name == DEFAULT:
        settings = {"members": tuple(_member(m, seed, device) for m in settings.get("members", made.MEMBERS))}
    return cast("Learner", made(seed=seed, device=device, **settings))


def load_learner(state: State) -> Learner:
    """Rebuild any learner from its state.

    Raises
    ------
    StateError
        If the state names no learner known here, is damaged, or was written by older learners and no longer fits.

    Examples
    --------
    >>> load_learner(make_learner("stage_mean", seed=4).state()).name
    'stage_mean'
    """
    name = state.meta.get("learner")
    if not isinstance(name, str) or not _is_known(name):
        raise StateError(f"state of learner {name!r}, which is not known here (known: {', '.join(learner_names())})")
    try:
        return cast("Learner", _class(name).from_state(state))
    except StateError as error:
        if state.learned == LEARNED:
            raise
        older = f"written by older learners ({state.learned}, this program's are {LEARNED}), it no longer fits"
        raise StateError(f"{error} - {older}: train again") from None


def setting_names(name: str) -> tuple[str, ...]:
    """Return the settings that a learner has.

    Examples
    --------
    >>> setting_names("portfolio"), setting_names("ridge")
    (('members',), ())
    """
    return tuple(getattr(_class(name), "SETTINGS", ()))


def _member(member: str | Mapping[str, Any], seed: int, device: str) -> Learner:
    """Make a member; of a stranger the members that know only what sisters taught them have nothing to say."""
    if isinstance(member, str):
        known = setting_names(member)
        return make_learner(member, seed, device, **({"strangers": False} if "strangers" in known else {}))
    return make_learner(str(member["learner"]), seed, device, **member["settings"])


def _is_known(name: str) -> bool:
    """Look at what other packages register, which takes milliseconds, only for a name that is none of ours."""
    return name in LEARNERS or name in learner_names()


def _class(name: str) -> Any:
    if name in LEARNERS:
        module, _, cls = LEARNERS[name].partition(":")
        return getattr(import_module(module), cls)
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
