"""Changing the definition of the plant: by a new one, or back to an old one."""

from __future__ import annotations

from qc_app.access import Actor
from qc_app.actions.permission import authorise, record
from qc_app.errors import ActionError, PlantError
from qc_app.plant import Plant, difference, digest, parse, render, require_sound
from qc_app.store import Store


def apply_plant(
    store: Store,
    actor: Actor,
    text: str,
    reason: str = "",
    where: str = "plant.toml",
    *,
    seen: int | None = None,
) -> list[str]:
    """Check a definition and put it in force; the old one stays in the history.

    Parameters
    ----------
    store : Store
    actor : Actor
    text : str
        The plant as TOML.
    reason : str
        Why it changes.
    where : str
        Name of the file, for messages.
    seen : int, optional
        Number of the version that the change was made from (0: there was none); None: whatever is in force.

    Returns
    -------
    list of str
        What changed, in sentences; empty if the definition is the one in force, and then nothing is written.

    Raises
    ------
    NotAllowed
        Below engineer.
    PlantError
        If the definition is wrong; the one in force stays.
    ActionError
        If somebody changed the plant after version `seen`; the one in force stays.
    """
    authorise(store, actor, "apply_plant", "plant", reason)
    new = parse(text, where)
    require_sound(new, store.clock.now, where, text)
    return _enforce(store, actor, "apply_plant", new, reason=reason, seen=seen)


def roll_back_plant(store: Store, actor: Actor, number: int, reason: str = "", *, seen: int | None = None) -> list[str]:
    """Put an old definition in force again, as a new version; nothing is deleted.

    Parameters
    ----------
    store : Store
    actor : Actor
    number : int
        Of the version to go back to.
    reason : str
        Why; needed.
    seen : int, optional
        Number of the version that was in force when this was decided.

    Returns
    -------
    list of str
        What changed, in sentences; empty if that definition is in force.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        Without a reason, if there is no such version, if somebody changed the plant meanwhile, or if this program
        does not understand that version any more.
    """
    authorise(store, actor, "roll_back_plant", f"plant to version {number}", reason)
    version = store.journal.plants.get(number)
    if version is None:
        raise ActionError(f"the plant has no version {number} - `qc plant history` lists them")
    try:
        old = parse(version.definition, f"version {number}")
        require_sound(old, store.clock.now, f"version {number}")
    except PlantError as error:
        raise ActionError(
            f"{error} - this program does not understand that version; export, mend and apply it"
        ) from None
    return _enforce(store, actor, "roll_back_plant", old, reason=reason, seen=seen)


def _enforce(store: Store, actor: Actor, action: str, new: Plant, *, reason: str, seen: int | None) -> list[str]:
    """Write a new version and who made it why, unless it is the one in force."""
    current = store.journal.plants.current()
    if current is not None and current.digest == digest(new):
        return []
    changes = difference(parse(current.definition), new) if current else [f"Plant {new.name!r} is defined."]
    saved = store.journal.plants.save(render(new), digest(new), actor.name, reason, store.clock.now(), after=seen)
    detail = {"version": saved.id, "digest": digest(new), "changes": changes[:50]}
    record(store, actor, action, new.name, reason=reason, detail=detail)
    return changes
